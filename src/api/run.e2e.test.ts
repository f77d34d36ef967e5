/** Runs started by a program through the shipped module. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { type LeftoverWatch, watchLeftovers } from '../testing/cli/leftovers.js';
import type { RunOptions } from './options.js';

const API = new URL('../../dist/program/api.js', import.meta.url).href;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { run, OffhookError } = (await import(API)) as typeof import('./index.js');

const TEMPORARY = process.env['TMPDIR'];
let leftovers: LeftoverWatch;
beforeEach(async () => {
  leftovers = await watchLeftovers();
  // This process itself starts the agents, so it needs this folder, too.
  process.env['TMPDIR'] = leftovers.folder;
});
afterEach(async () => {
  if (TEMPORARY === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TEMPORARY;
  await leftovers.assertNothingLeft();
});

const LONG_CALL = `setup(() => ({ alice: agent('alice'), bob: agent('bob') }));
  teardown(() => log('torn down'));
  scenario('a call', ({ alice, bob }) => {
    alice.dial(bob);
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    log('established');
    wait('60s');
  });`;

/** Options of a run of this script. */
function script(source: string, more: Partial<RunOptions> = {}): RunOptions {
  const name = `it-${readdirSync(leftovers.folder).length}.js`;
  writeFileSync(join(leftovers.folder, name), source);
  return { paths: [name], cwd: leftovers.folder, ...more };
}

async function eventsOf(running: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of running) events.push(event);
  return events;
}

const logs = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'log' ? [event.text] : []));

test('two runs beside each other: each tells its events, masks its secrets and has its result', async () => {
  const source = `log(env('GREETING')); log(env('A_PASS', 'none')); assert(env('GREETING')).equals('hello');`;
  const good = run(
    script(source, { variables: { GREETING: 'hello', A_PASS: 'swordfish' }, environment: {} }),
  );
  const bad = run(script(source, { variables: { GREETING: 'swordfish' }, environment: {} }));
  const [ofGood, ofBad] = await Promise.all([eventsOf(good), eventsOf(bad)]);
  expect(logs(ofGood)).toEqual(['hello', '***']);
  expect(logs(ofBad)).toEqual(['swordfish', 'none']);
  expect(ofGood[0]?.type).toBe('run_started');
  expect(ofGood.at(-1)?.type).toBe('run_finished');
  const { ms, ...result } = await good.result;
  const counts = { passed: 1, failed: 0, errored: 0, skipped: 0, flaky: 0 };
  expect(result).toEqual({ ...counts, exitCode: 0, interrupted: false });
  expect(ms).toBeGreaterThan(0);
  expect(await bad.result).toMatchObject({ passed: 0, failed: 1, exitCode: 1 });
});

describe('a loop that is left ends the run with its teardown, before the program goes on', () => {
  async function leaveBy(leave: () => void): Promise<void> {
    const running = run(script(LONG_CALL));
    const record: RunEvent[] = [];
    let isOver = false;
    void running.result.then(() => {
      isOver = true;
    });
    try {
      for await (const event of running) {
        record.push(event);
        if (event.type !== 'log') continue;
        expect(leftovers.processes()).not.toEqual([]);
        leave();
        break;
      }
    } finally {
      expect(isOver).toBe(true);
      expect(leftovers.processes()).toEqual([]);
      expect(await running.result).toMatchObject({ interrupted: true, exitCode: 130, errored: 1 });
    }
    expect(logs(record)).toEqual(['established']);
  }

  test('by break', () => leaveBy(() => undefined));

  test('by an error', async () => {
    await expect(
      leaveBy(() => {
        throw new RangeError('of the program');
      }),
    ).rejects.toThrow('of the program');
  });
});

test('a signal ends the run, and its loop still gets all that follows', async () => {
  const stop = new AbortController();
  const running = run(script(LONG_CALL, { signal: stop.signal }));
  const events: RunEvent[] = [];
  for await (const event of running) {
    events.push(event);
    if (event.type === 'log') stop.abort();
  }
  expect(logs(events)).toEqual(['established', 'torn down']);
  expect(events.at(-1)).toMatchObject({ type: 'run_finished', interrupted: true });
  expect(await running.result).toMatchObject({ interrupted: true, exitCode: 130 });
});

test('a signal that was aborted before: nothing runs', async () => {
  const running = run(script(LONG_CALL, { signal: AbortSignal.abort() }));
  expect(logs(await eventsOf(running))).toEqual([]);
  expect(await running.result).toMatchObject({ passed: 0, interrupted: true, exitCode: 130 });
});

const REFUSED: readonly [Partial<RunOptions>, string, RegExp, RegExp][] = [
  [{ paths: ['gone.js'] }, 'E_SCENARIO_FILE', /"gone\.js": there is no such file/, /path/],
  [{ tag: ['smok'] }, 'E_NO_SCENARIO', /^option tag "smok": no scenario/, /"smoke"/],
  [{ cwd: '/nowhere' }, 'E_SCENARIO_FILE', /there is no such file/, /path/],
  [{ policy: { allowNet: ['a b'] } }, 'E_USAGE', /^option policy\.allowNet "a b"/, /./],
  [{ variableFiles: ['no.env'] }, 'E_SETTINGS', /no\.env/, /./],
  [{ record: 'no/such/folder.ndjson' }, 'E_OUTPUT', /folder\.ndjson/, /./],
  [{ saveAudio: 'a-file' }, 'E_OUTPUT', /^option saveAudio: "a-file": cannot be/, /folder/],
];

test('what cannot be run is an error with a hint, in the loop and as the result', async () => {
  const source = `scenario('a', { tags: ['smoke'] }, () => assert(1).equals(1));`;
  writeFileSync(join(leftovers.folder, 'a-file'), '');
  for (const [options, code, message, hint] of REFUSED) {
    const running = run(script(source, options));
    const thrown: unknown = await eventsOf(running).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(OffhookError);
    expect(thrown).toMatchObject({ code, message: expect.stringMatching(message) as unknown });
    expect((thrown as InstanceType<typeof OffhookError>).details.hint).toMatch(hint);
    await expect(running.result).rejects.toBe(thrown);
  }
  expect(() => run(script('', { jobs: 0 }))).toThrow(/^run\(\): option jobs: must be/);
});

test('the record, the audio and the results of a run are files where cwd says', async () => {
  const source = `const [alice, bob] = [agent('alice'), agent('bob')];
    alice.dial(bob); bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    wait('100ms');`;
  const files = { record: 'run.ndjson', saveAudio: 'some/audio', lastRun: 'kept/last.json' };
  const { exitCode } = await run(script(source, files)).result;
  expect(exitCode).toBe(0);
  const lines = readFileSync(join(leftovers.folder, 'run.ndjson'), 'utf8').trim().split('\n');
  const types = lines.map((line) => (JSON.parse(line) as RunEvent).type);
  expect([types[0], types.at(-1)]).toEqual(['run_started', 'run_finished']);
  expect(types).toContain('sip');
  expect(readdirSync(join(leftovers.folder, 'some/audio'))).toHaveLength(2);
  expect(existsSync(join(leftovers.folder, 'kept/last.json'))).toBe(true);
});

/** Runs a program in a process of its own. */
function program(source: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const file = join(leftovers.folder, 'program.mjs');
  writeFileSync(file, source.replace('OFFHOOK', API));
  writeFileSync(join(leftovers.folder, 'long.js'), LONG_CALL);
  writeFileSync(join(leftovers.folder, 'short.js'), 'assert(1).equals(1);');
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { cwd: leftovers.folder }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

test('loading runs nothing; a program ends by itself after a run, and takes its agents along', async () => {
  const { code, stdout, stderr } = await program(`
    import { run } from 'OFFHOOK';
    const listeners = process.listenerCount('exit');
    console.log('loaded', process.listenerCount('SIGINT'));
    const { passed } = await run({ paths: ['short.js'] }).result;
    console.log('passed', passed, process.listenerCount('exit') - listeners);
    process.on('beforeExit', () => void end());
    async function end() {
      for await (const { type } of run({ paths: ['long.js'] })) if (type === 'log') process.exit(7);
    }`);
  expect({ code, stdout, stderr }).toEqual({
    code: 7,
    stdout: 'loaded 0\npassed 1 0\n',
    stderr: '',
  });
  await leftovers.processesGone(1000);
});

test('the examples for test runners pass', async () => {
  const cwd = join(ROOT, 'docs/node-api');
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
  // Vitest runs this test and sets variables in the environment, which are removed here.
  const others = Object.entries(process.env).filter(([name]) => !/VITEST|NODE_ENV/.test(name));
  const env = { ...Object.fromEntries(others), NO_COLOR: '1' };
  const output = (words: readonly string[]): Promise<string> =>
    new Promise((resolve) => {
      execFile(process.execPath, words, { cwd, env }, (_, stdout, stderr) => {
        resolve(`${stdout}\n${stderr}`);
      });
    });
  const [ofNode, ofVitest] = await Promise.all([
    output(['--test', '--test-reporter=tap', 'node-test.test.js']),
    output([vitest, 'run', '--root', ROOT, '--dir', cwd, 'vitest.test.js']),
  ]);
  expect(ofNode).toMatch(/^ +ok 1 - direct-call$[^]*^# fail 0$/m);
  expect(ofVitest).toMatch(/^ +Tests +1 passed \(1\)$/m);
});
