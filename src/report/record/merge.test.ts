import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunEvent } from '../../model/run-event.js';
import { REFUSED } from '../../testing/samples/sample-failure.js';
import { SampleRun, audioAt } from '../../testing/samples/sample-run.js';
import { sampleSuite } from '../../testing/samples/sample-suite.js';
import { ndjsonLine } from '../ndjson.js';
import { mergedEvents } from './merge.js';
import { wholeOf } from './parts.js';
import { readRecord } from './read-record.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-record-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const textOf = (events: readonly RunEvent[]): string =>
  events
    .filter((event) => event.type !== 'agent_config')
    .map((event) => `${ndjsonLine(event, new Date(0).toISOString())}\n`)
    .join('');

function record(name: string, content: SampleRun | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : textOf(content.events));
  return path;
}

async function merged(...paths: string[]): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const whole = wholeOf(await Promise.all(paths.map(readRecord)));
  for await (const event of mergedEvents(whole)) events.push(event);
  return events;
}

/** "name: verdict: message" of each scenario, in the order reports show. */
function rows(events: readonly RunEvent[]): string[] {
  return events
    .flatMap((event) => (event.type === 'scenario_finished' ? [event] : []))
    .sort((a, b) => a.scenario.order - b.scenario.order)
    .map(({ scenario, verdict, failures }) =>
      [scenario.name, verdict, ...failures.map(({ message }) => message)].join(': '),
    );
}

const endOf = (events: readonly RunEvent[]) =>
  events.at(-1) as Extract<RunEvent, { type: 'run_finished' }>;

const shard = (index: number, fields = {}) => ({
  shard: { index, total: 3, scenarios: 4, digest: 'd' },
  ...fields,
});

function part(index: number, at: string, ...orders: number[]): SampleRun {
  const time = `2026-01-02T03:04:${at}.000Z`;
  const run = new SampleRun().begin(orders.length, 1, {
    ...shard(index),
    time,
    run: `run-${index}`,
  });
  for (const order of orders) {
    run.after(1000).scenario('a.js', `s${order}`).finish('passed');
    for (const event of run.events.slice(-2)) {
      if ('scenario' in event && typeof event.scenario === 'object') {
        Object.assign(event, { scenario: { ...event.scenario, order } });
      }
    }
  }
  return run.end();
}

test('a record is the run: what a reporter takes comes out as it went in', async () => {
  const run = sampleSuite();
  const events = await merged(record('one.ndjson', run));
  const plain = (all: readonly RunEvent[]): unknown[] =>
    all.map((event) => JSON.parse(JSON.stringify(event).replaceAll('1:', '')) as unknown);
  const attempts = run.events.filter(({ type }) => type !== 'run_started');
  expect(plain(events.slice(1))).toEqual(plain(attempts));
  expect(events[0]).toMatchObject({ scenarios: 5, retries: 1, run: '20260102-030405-4f1c9a' });
  expect(events[0]).not.toHaveProperty('format');
  expect(events[0]).not.toHaveProperty('records');
});

test('shards are one run: ids differ, times are those of the wall clock, the order is that of the whole', async () => {
  const paths = [
    record('3.ndjson', part(3, '07', 2)),
    record('1.ndjson', part(1, '05', 1, 4)),
    record('2.ndjson', part(2, '06', 3)),
  ];
  const events = await merged(...paths);
  expect(rows(events)).toEqual(['s1: passed', 's2: passed', 's3: passed', 's4: passed']);
  const times = events.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(events[0]).toMatchObject({ scenarios: 4, jobs: 3, time: '2026-01-02T03:04:05.000Z' });
  expect(events[0]).toMatchObject({
    records: [
      { name: 'shard 1/3', prefix: '1:', run: 'run-1', at: 0, ms: 2000 },
      { name: 'shard 2/3', prefix: '2:', at: 1000, ms: 1000 },
      { name: 'shard 3/3', prefix: '3:', at: 2000, ms: 1000 },
    ],
  });
  const again = await merged(record('all.ndjson', textOf(events)));
  const prefixes = again.flatMap((one) =>
    one.type === 'run_started' ? (one.records ?? []).map(({ prefix }) => prefix) : [],
  );
  expect(prefixes).toEqual(['1:1:', '1:2:', '1:3:']);
  const ids = events.flatMap((one) => (one.type === 'scenario_started' ? [one.scenario.id] : []));
  expect(new Set(ids).size).toBe(4);
  expect(endOf(events)).toMatchObject({ counts: { passed: 4, errored: 0 }, ms: 3000, exit: 0 });
});

test('audio begins when it began, whenever the merged run did', async () => {
  const run = part(2, '06', 2);
  const scenario = 'a.js#s2';
  run.events.splice(-2, 0, {
    ...{ type: 'audio_saved', at: 900, scenario },
    ...audioAt('alice', 1, 'a.wav'),
    start: 300,
  });
  const events = await merged(record('1.ndjson', part(1, '05', 1)), record('2.ndjson', run));
  const audio = events.find(({ type }) => type === 'audio_saved');
  expect(audio).toMatchObject({ at: 1900, start: 1300, scenario: `2:${scenario}` });
});

test('a missing shard, one that is there twice, one divided otherwise: named red rows', async () => {
  const first = record('1.ndjson', part(1, '05', 1, 4));
  const third = part(3, '07', 2);
  const lacking = await merged(first, record('3.ndjson', third));
  expect(rows(lacking).at(-1)).toBe(
    'shard 2/3: errored: shard 2/3: is missing: no record of this shard was given',
  );
  expect(endOf(lacking)).toMatchObject({ counts: { passed: 3, errored: 1 }, exit: 1 });
  const twice = await merged(first, record('other.ndjson', part(1, '05', 1)));
  expect(rows(twice)).toContainEqual(
    expect.stringMatching(/^shard 1\/3: .*was given twice: .*1\.nd/),
  );
  const [begin] = third.events;
  Object.assign(begin ?? {}, { shard: { index: 3, total: 3, scenarios: 4, digest: 'other' } });
  const odd = await merged(first, record('3.ndjson', third));
  expect(rows(odd)).toContainEqual(
    expect.stringMatching(/^shard 3\/3: .*does not belong with shard/),
  );
});

test('runs on several platforms: their labels tell equal scenarios apart', async () => {
  const on = (label: string, verdict: 'passed' | 'failed', run = label) => {
    const sample = new SampleRun().begin(1, 1, { label, run }).scenario('a.js', 'calls');
    return record(`${run}.ndjson`, sample.finish(verdict).end());
  };
  const events = await merged(on('debian-12', 'passed'), on('alpine', 'failed'));
  expect(rows(events)).toEqual(['calls [debian-12]: passed', 'calls [alpine]: failed']);
  expect(endOf(events)).toMatchObject({ counts: { passed: 1, failed: 1 }, exit: 1 });
  const again = await merged(on('x', 'passed', 'run-a'), on('x', 'passed', 'run-b'));
  expect(rows(again)).toEqual(['calls [run-a]: passed', 'calls [run-b]: passed']);
});

test.each([
  ['cut off', (text: string) => text.slice(0, -40), /line \d+ is cut off$/],
  [
    'broken off',
    (text: string) => text.replace(/.*"run_finished".*\n/, ''),
    /there is no run_finish/,
  ],
  ['no JSON', (text: string) => text.replace(/\n[^\n]*\n$/, '\noops\n'), /line 5 is not JSON$/],
  ['no event', (text: string) => text.replace(/\n[^\n]*\n$/, '\n[1]\n'), /line 5 is not an event/],
])(
  'a record that is damaged, %s: what can be read counts, and the run is red',
  async (_what, damage, seen) => {
    const run = new SampleRun().begin(2).scenario('a.js', 'done').finish('passed');
    run.scenario('a.js', 'cut');
    const whole = textOf(run.end().events);
    const path = record('bad.ndjson', damage(whole));
    const events = await merged(path);
    expect(rows(events)[0]).toBe('done: passed');
    expect(rows(events)[1]).toMatch(/^cut: errored: the record ends before the scenario/);
    expect(rows(events)[2]).toMatch(seen);
    expect(endOf(events)).toMatchObject({ counts: { passed: 1, errored: 2 }, exit: 1 });
  },
);

test.each([
  ['', 'it is empty'],
  ['\u0000\u0001PNG\n', 'line 1 is not text: this is a binary file'],
  ['hello\n', 'line 1 is not JSON'],
  ['{"type":"log","at":1,"scenario":"x"}\n', 'line 1 is not the beginning of a run (run_started)'],
  [
    '{"type":"run_started","at":0,"format":2}\n',
    'line 1 has format 2: this Offhook reads formats up to 1; update Offhook',
  ],
])('%j is no record', async (content, problem) => {
  expect(await readRecord(record('none.ndjson', content))).toMatchObject({ problem });
});

test('events of later versions are left out, and a code frame survives', async () => {
  const run = new SampleRun().begin(1).scenario('a.js', 'one').finish('failed', [REFUSED]).end();
  const text = textOf(run.events).replace('\n', '\n{"type":"telepathy","at":1,"scenario":"x"}\n');
  const events = await merged(record('new.ndjson', text));
  expect(events.map(({ type }) => type)).not.toContain('telepathy');
  expect(events).toContainEqual(expect.objectContaining({ failures: [REFUSED] }));
});

test('no such file', async () => {
  await expect(readRecord(join(folder, 'nowhere'))).rejects.toThrow(
    /^record ".*nowhere": cannot be read: there is no such file$/,
  );
});
