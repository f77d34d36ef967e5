import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import type { RunEvent } from '../model/run-event.js';
import { SampleRun, twoPartyCall } from '../testing/samples/sample-run.js';
import { ConsoleReporter } from './console/console.js';
import { NdjsonReporter } from './ndjson.js';
import { FileOutput } from './output.js';
import { Secrets } from '../secrets/secrets.js';
import { fanOut } from './reporter.js';

const asTheyAre = (event: RunEvent): RunEvent => event;
import type { Reporter } from './reporter.js';
import { Terminal } from './console/terminal.js';
import { leastCpuMs } from '../testing/timing.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-report-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('one reporter that breaks does not stop the others, and is not swallowed', async () => {
  const seen: string[] = [];
  let calls = 0;
  const broken: Reporter = {
    on() {
      calls += 1;
      throw new TypeError('no such thing');
    },
    close: () => Promise.reject(new OffhookError('E_OUTPUT', 'output file "x": full')),
  };
  const sound: Reporter = {
    on: (event: RunEvent) => void seen.push(event.type),
    close: () => Promise.resolve(),
  };
  const all = fanOut([broken, sound], asTheyAre);
  for (const event of new SampleRun().begin(0).end().events) all.on(event);
  await expect(all.close()).rejects.toThrow('output file "x": full');
  expect(seen).toEqual(['run_started', 'run_finished']);
  expect(calls).toBe(1);
});

test('what a reporter tells when it closes reaches those that close after it, and nobody else', async () => {
  const seen: string[] = [];
  let tell: (event: RunEvent) => void = () => undefined;
  const listening = (name: string): Reporter => ({
    on: ({ type }) => void seen.push(`${name}: ${type}`),
    close: () => Promise.resolve(void seen.push(`${name} closed`)),
  });
  const telling: Reporter = {
    ...listening('telling'),
    attach: (give) => (tell = give),
    close: () => {
      tell({ type: 'warning', at: 1, text: 'late' });
      return Promise.resolve();
    },
  };
  await fanOut([listening('first'), telling, listening('last')], asTheyAre).close();
  expect(seen).toEqual(['last closed', 'first: warning', 'first closed']);
});

test('what a reporter tells when it completes its files comes before the end of the run', async () => {
  const seen: string[] = [];
  let tell: (event: RunEvent) => void = () => undefined;
  const other: Reporter = {
    on: ({ type }) => void seen.push(type),
    close: () => Promise.resolve(),
  };
  const completing: Reporter = {
    ...other,
    on: () => undefined,
    attach: (give) => (tell = give),
    complete: async () => {
      await new Promise(setImmediate);
      tell({ type: 'warning', at: 1, text: 'late' });
    },
  };
  const broken: Reporter = {
    ...completing,
    complete: () => Promise.reject(new OffhookError('E_OUTPUT', 'output file "x": full')),
  };
  const all = fanOut([other, broken, completing], asTheyAre);
  for (const event of new SampleRun().begin(0).end().events) all.on(event);
  all.on({ type: 'warning', at: 2, text: 'behind the end' });
  await new Promise(setImmediate);
  expect(seen).toEqual(['run_started']);
  await expect(all.close()).rejects.toThrow('output file "x": full');
  expect(seen).toEqual(['run_started', 'warning', 'run_finished', 'warning']);
});

test('a bug in a reporter is reported as one', async () => {
  const broken: Reporter = {
    on: () => undefined,
    close: () => Promise.reject(new TypeError('bug')),
  };
  await expect(fanOut([broken], asTheyAre).close()).rejects.toMatchObject({
    code: 'E_INTERNAL',
    message: 'reporter: broke off: TypeError: bug',
  });
});

test('a file has everything once it is finished, also large texts', async () => {
  const output = new FileOutput(join(folder, 'run.ndjson'));
  const reporter = new NdjsonReporter({ output });
  const run = new SampleRun().begin(1).scenario('a.js', 'one');
  for (let i = 0; i < 2000; i += 1) run.log(`ünïcode ${i}`);
  for (const event of run.finish('passed').end().events) reporter.on(event);
  await reporter.close();
  await output.finish();
  const lines = readFileSync(output.path, 'utf8').trim().split('\n');
  expect(lines).toHaveLength(run.events.length);
  expect(lines.at(-3)).toContain('ünïcode 1999');
});

test.each([
  ['missing/x.txt', /cannot be written: folder ".*missing" does not exist$/],
  ['.', /cannot be written: it is a folder$/],
])('a file that cannot be written: %s', (name, message) => {
  const open = (): unknown => new FileOutput(join(folder, name));
  expect(open).toThrow(OffhookError);
  expect(open).toThrow(message);
});

test('a write that fails later is told at the end', async () => {
  const output = new FileOutput('/dev/full');
  output.write('x');
  await expect(output.finish()).rejects.toMatchObject({ code: 'E_OUTPUT' });
});

test('an event costs microseconds', async () => {
  const events = twoPartyCall(new SampleRun().begin(1)).events;
  const output = { write: () => undefined };
  const secrets = new Secrets();
  secrets.note(Array.from({ length: 2000 }, (_, index) => `token-${index}-abcdef`));
  const reporter = fanOut(
    [new ConsoleReporter({ terminal: new Terminal({ output }) }), new NdjsonReporter({ output })],
    secrets.maskEvent,
  );
  const rounds = 20;
  const limit = 0.2 * rounds * events.length;
  const took = await leastCpuMs(limit, () => {
    for (let i = 0; i < rounds; i += 1) for (const event of events) reporter.on(event);
  });
  expect(took).toBeLessThan(limit);
});
