/** Runs started by a program: with objects instead of flags, and several in one process. */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import type { RunRequest } from './request.js';

/** The built module: the scenario thread lies beside it. */
const { run } = (await import(
  new URL('../../dist/app/run.js', import.meta.url).href
)) as typeof import('./run.js');

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-app-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function ran(
  source: string,
  more: Partial<RunRequest> = {},
): Promise<{ exit: number; events: RunEvent[] }> {
  const path = join(folder, `it-${readdirSync(folder).length}.js`);
  writeFileSync(path, source);
  const events: RunEvent[] = [];
  const { OFFHOOK_BARESIP, PATH = '' } = process.env;
  const exit = await run({
    paths: [path],
    cwd: folder,
    environment: {},
    baresip: {
      searchPath: PATH,
      ...(OFFHOOK_BARESIP === undefined ? {} : { path: OFFHOOK_BARESIP }),
    },
    reporters: [{ on: (event) => void events.push(event), close: () => Promise.resolve() }],
    ...more,
  });
  return { exit, events };
}

const logs = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'log' ? [event.text] : []));

test('two runs at a time: each has its variables, its events, its secrets and its id', async () => {
  const source = `log(env('NAME')); log(env('OTHER_PASSWORD', 'unset')); assert(1).equals(1);`;
  const [one, two] = await Promise.all([
    ran(source, { set: ['NAME=swordfish'], envFiles: [] }),
    ran(source, { environment: { NAME: 'swordfish', OTHER_PASSWORD: 'swordfish' } }),
  ]);
  expect([one.exit, two.exit]).toEqual([0, 0]);
  expect(logs(one.events)).toEqual(['swordfish', 'unset']);
  expect(logs(two.events)).toEqual(['***', '***']);
  const ids = [one, two].map(({ events: [first] }) => first?.type === 'run_started' && first.run);
  expect(new Set(ids).size).toBe(2);
});

test('a second attempt has variables of its own, and overwrites no audio of the first', async () => {
  const source = `const [alice, bob] = [agent('alice'), agent('bob')];
    log(env('USER'));
    alice.dial(bob);
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    wait('300ms');`;
  const saveAudio = join(folder, 'audio');
  mkdirSync(saveAudio);
  const { exit, events } = await ran(source, {
    repeat: 2,
    saveAudio,
    attemptVariables: ({ attempt }) => ({ USER: `user-${attempt}` }),
  });
  expect(exit).toBe(0);
  expect(logs(events)).toEqual(['user-1', 'user-2']);
  const started = events.flatMap((one) => (one.type === 'scenario_started' ? [one.scenario] : []));
  expect(started.map(({ key, attempt }) => [key, attempt])).toEqual([
    [started[0]?.file, 1],
    [started[0]?.file, 2],
  ]);
  expect(new Set(started.map(({ id }) => id)).size).toBe(2);
  const name = (started[0]?.file ?? '').replace(/\.js$/, '');
  expect(readdirSync(saveAudio).sort()).toEqual([
    `${name}-alice-1.wav`,
    `${name}-attempt-2-alice-1.wav`,
    `${name}-attempt-2-bob-1.wav`,
    `${name}-bob-1.wav`,
  ]);
});

test('an aborted run ends its scenario with its teardown', async () => {
  const stop = new AbortController();
  const source = `teardown(() => log('cleaned')); scenario('long', () => wait('60s'));`;
  const on = (event: RunEvent): void => {
    if (event.type === 'waiting') stop.abort();
  };
  const stopper = { on, close: () => Promise.resolve() };
  const seen: RunEvent[] = [];
  const recorder = { on: (event: RunEvent) => void seen.push(event), close: stopper.close };
  const { exit } = await ran(source, { signal: stop.signal, reporters: [stopper, recorder] });
  expect(exit).toBe(130);
  expect(logs(seen)).toEqual(['cleaned']);
  expect(seen.at(-1)).toMatchObject({ type: 'run_finished', interrupted: true });
});
