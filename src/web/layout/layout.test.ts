import { expect, test } from 'vitest';
import type { MergedRecord } from '../../model/run-event.js';
import type { Row, Story } from '../../story/story.js';
import type { AttemptData } from '../../story/page-data.js';
import { codeFrame, shownFile } from './code-frame.js';
import { columnsOf } from './columns.js';
import { entriesOf, firstAttempt } from './entries.js';
import { matching, NO_FILTER } from './filter.js';
import { lineAt, lineOfRow, linesOf, nearestLine } from './lines.js';
import { differingPairs, pairOfRows } from './pairs.js';
import { peaksOf } from './peaks.js';
import { spansOf } from './spans.js';
import { threadRows, ticks } from './threads.js';
import { clockText, dateText, deltaText } from './time-text.js';
import { scrollFor, windowOf } from './window.js';
import { wavOf } from './wav.js';

const text = (at: number, kind: 'phase' | 'step' | 'log', more: object = {}): Row => ({
  kind,
  at,
  depth: 0,
  ok: true,
  text: kind,
  ...more,
});
const wait = (at: number, until: number, ok = true): Row => ({
  kind: 'wait',
  at,
  until,
  limit: at + 5000,
  by: 'await_until',
  what: 'x',
  ok,
});
const media = (at: number): Row => ({ kind: 'media', at, lane: 0, text: 'RTCP' });

function message(at: number, repeats: readonly number[] = []): Row {
  return {
    kind: 'message',
    at,
    from: 0,
    to: 1,
    label: 'INVITE',
    raw: '',
    repeats,
    unseen: false,
    message: {
      direction: 'sent',
      transport: 'UDP',
      local: '',
      remote: '',
      method: 'INVITE',
      call_id: 'c',
      cseq: 1,
      headers: [],
      body: '',
    },
  };
}

const story = (...rows: Row[]): Story => ({ rows }) as unknown as Story;
const ALL = { script: true, events: true, media: true };

test('lines: what is switched off has none, and neither have phases in which nothing happened', () => {
  const told = story(
    text(0, 'phase', { phase: 'load' }),
    text(1, 'phase', { phase: 'body' }),
    text(2, 'log'),
    media(3),
    text(4, 'phase', { phase: 'teardown' }),
    message(5),
    text(6, 'phase', { phase: 'stop' }),
  );
  const rows = (shown: typeof ALL) => linesOf(told, shown, new Set()).map(({ row }) => row);
  expect(rows(ALL)).toEqual([2, 3, 4, 5]);
  expect(rows({ ...ALL, media: false })).toEqual([2, 4, 5]);
  expect(rows({ ...ALL, script: false, media: false })).toEqual([4, 5]);
});

test('lines: a body after a setup is told', () => {
  const told = story(
    text(0, 'phase', { phase: 'setup' }),
    text(1, 'log'),
    text(2, 'phase', { phase: 'body' }),
    text(3, 'log'),
  );
  expect(linesOf(told, ALL, new Set())).toHaveLength(4);
});

test('lines: repeats stand among the others, by time, once they are asked for', () => {
  const told = story(message(0, [500, 1500]), message(1000));
  expect(linesOf(told, ALL, new Set())).toHaveLength(2);
  const lines = linesOf(told, ALL, new Set([0]));
  expect(lines).toEqual([
    { at: 0, row: 0 },
    { at: 500, row: 0, repeat: 1 },
    { at: 1000, row: 1 },
    { at: 1500, row: 0, repeat: 2 },
  ]);
  expect(lineOfRow(lines, 1)).toBe(2);
  expect([-5, 0, 499, 500, 9999].map((at) => lineAt(lines, at))).toEqual([0, 0, 0, 1, 3]);
  expect([0, 260, 1240, 1260].map((at) => nearestLine(lines, at))).toEqual([0, 1, 2, 3]);
});

test('spans: bars of what overlaps stand beside each other', () => {
  const rows = [
    text(0, 'step', { until: 900 }),
    wait(10, 500),
    message(100),
    wait(600, 700, false),
  ];
  const lines = linesOf(story(...rows, message(650)), ALL, new Set());
  expect(spansOf(lines, [...rows, message(650)])).toEqual([
    { from: 0, to: 4, track: 0, kind: 'step', ok: true },
    { from: 1, to: 2, track: 1, kind: 'wait', ok: true },
    { from: 3, to: 4, track: 1, kind: 'wait', ok: false },
  ]);
});

test('columns: the script gives way to the lanes, and goes over them where it is narrow', () => {
  const wide = columnsOf(1100, 2);
  expect(wide.width).toBe(1100);
  expect(wide.script).toBeGreaterThan(380);
  const [first = 0, second = 0] = wide.lanes;
  expect(second - first).toBeGreaterThan(200);
  const many = columnsOf(800, 6);
  expect(many.script).toBe(190);
  expect(many.width).toBeGreaterThan(800);
  expect(columnsOf(390, 2)).toMatchObject({ script: 0, width: 390 });
});

test('window: what is in sight and a little more', () => {
  expect(windowOf(0, 100, 10, 1000, 2)).toEqual({ from: 0, to: 13 });
  expect(windowOf(5000, 100, 10, 1000, 2)).toEqual({ from: 498, to: 513 });
  expect(windowOf(9950, 100, 10, 1000, 2)).toEqual({ from: 993, to: 1000 });
  expect(windowOf(500, 100, 10, 3, 2)).toEqual({ from: 3, to: 3 });
  expect(scrollFor(5, 0, 100, 10)).toBeUndefined();
  expect(scrollFor(50, 0, 90, 10)).toBe(440);
});

const recordOf = (name: string, prefix: string): MergedRecord => ({
  ...{ name, prefix, run: '', version: '', at: 0 },
  host: { name: '', platform: '', arch: '', node: '' },
});

function attempt(name: string, verdict: AttemptData['verdict'], nth = 1, tags: string[] = []) {
  const key = `suite.js › ${name}`;
  const failed = verdict === 'failed';
  return {
    scenario: { id: `${key}.${nth}`, key, attempt: nth, order: 1, file: 'suite.js', name, tags },
    verdict,
    at: 0,
    ms: 10 * nth,
    events: 0,
    audio: [],
    ...(failed ? { failure: { code: 'E_ASSERT', message: 'No Ringing', phase: 'body' } } : {}),
  } as AttemptData;
}

test('entries: attempts of a scenario are one, whose last one counts', () => {
  const attempts = [attempt('a', 'failed'), attempt('a', 'flaky', 2), attempt('b', 'passed')];
  const [first, second] = entriesOf(attempts, {});
  expect(first).toMatchObject({ name: 'a', verdict: 'flaky', ms: 20, attempts: [0, 1] });
  expect(second).toMatchObject({ name: 'b', verdict: 'passed', attempts: [2] });
  expect(firstAttempt(first!, attempts)).toBe(0);
  expect(firstAttempt(second!, attempts)).toBe(2);
});

test('entries: with --repeat all attempts count', () => {
  const all = (...verdicts: AttemptData['verdict'][]) =>
    entriesOf(
      verdicts.map((verdict, index) => attempt('a', verdict, index + 1)),
      { repeat: 3 },
    )[0];
  expect(all('passed', 'failed', 'passed')).toMatchObject({ verdict: 'flaky', ms: 60 });
  expect(all('failed', 'failed')).toMatchObject({ verdict: 'failed' });
  expect(all('passed', 'unfinished')).toMatchObject({ verdict: 'unfinished' });
});

test('filter: every word, the verdict and the tag', () => {
  const entries = entriesOf(
    [attempt('rings', 'failed', 1, ['smoke']), attempt('answers', 'passed', 1, ['slow'])],
    { records: [recordOf('debian', 'suite.js › answers'), recordOf('fedora', 'x')] },
  );
  const names = (filter: object) =>
    matching(entries, { ...NO_FILTER, ...filter }).map(({ name }) => name);
  expect(names({})).toEqual(['rings', 'answers']);
  expect(names({ text: 'SUITE no ringing' })).toEqual(['rings']);
  expect(names({ text: 'rings answers' })).toEqual([]);
  expect(names({ verdicts: new Set(['passed']) })).toEqual(['answers']);
  expect(names({ tag: 'smoke' })).toEqual(['rings']);
  expect(names({ file: 'other.js' })).toEqual([]);
  expect(names({ record: 'debian' })).toEqual(['answers']);
  expect(names({ record: 'fedora' })).toEqual([]);
});

test('threads: what ran at the same time stands below each other', () => {
  const attempts = [
    { at: 0, ms: 100 },
    { at: 50, ms: 100 },
    { at: 100.4, ms: 10 },
    { at: 120, ms: 0 },
  ].map((one, index) => ({ ...one, scenario: { id: `${(index % 2) + 1}:a` } }));
  const rowsOf = (...args: Parameters<typeof threadRows>) =>
    threadRows(...args).bars.map(({ index, row }) => [index, row]);
  expect(rowsOf(attempts)).toEqual([
    [0, 0],
    [1, 1],
    [2, 0],
  ]);
  const records = [recordOf('one', '1:'), recordOf('two', '2:')];
  expect(rowsOf(attempts, records)).toEqual([
    [0, 1],
    [2, 1],
    [1, 3],
  ]);
  expect(threadRows(attempts, records)).toMatchObject({
    headings: [
      { row: 0, name: 'one' },
      { row: 2, name: 'two' },
    ],
    rows: 4,
  });
  expect(ticks(4200, 8)).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(ticks(7_200_000, 8)).toHaveLength(7);
});

test('times as text', () => {
  expect([0.4, 999.6, 59_990, 125_000].map(deltaText)).toEqual([
    '+0 ms',
    '+1.00 s',
    '+59.99 s',
    '+2 min 5 s',
  ]);
  const epoch = Date.parse('2026-01-02T23:30:00.250Z');
  expect(clockText(epoch, '+01:00')).toBe('00:30:00.250');
  expect(dateText(epoch, '-05:30')).toBe('2026-01-02 18:00:00 -05:30');
});

test('code around a line, and files as people know them', () => {
  const lines = codeFrame('a\nb\r\nc\nd', 2, 1);
  expect(lines.map(({ number, text: line, isMarked }) => [number, line, isMarked])).toEqual([
    [1, 'a', false],
    [2, 'b', true],
    [3, 'c', false],
  ]);
  expect(shownFile('/home/me/tests/a.js', ['x.js', 'tests/a.js'])).toBe('tests/a.js');
  expect(shownFile('/home/me/tests/lib/b.js', ['tests/a.js'])).toBe('b.js');
  expect(shownFile('/home/me/other/a.js', ['../other/a.js'])).toBe('../other/a.js');
});

test('pairs that differ, and the one of the first difference', () => {
  const pairs = [{ left: 0, right: 0 }, { left: 1 }, { right: 1 }, { left: 2, right: 2 }];
  expect(differingPairs(pairs)).toEqual([{ left: 1 }, { right: 1 }]);
  expect(pairOfRows(pairs, { right: 1 })).toBe(2);
  expect(pairOfRows(pairs, undefined)).toBe(-1);
});

test('sound as peaks, and as a WAV of 16 bit', () => {
  const samples = Int16Array.from([0, 16384, -16384, 0, 0, 0, -32768, 0]);
  expect(peaksOf(samples, 2)).toEqual([
    [-0.5, 0.5],
    [-1, 0],
  ]);
  const wav = Buffer.from(wavOf(samples, 8000));
  expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  expect([wav.readUInt32LE(24), wav.readUInt16LE(34), wav.readUInt32LE(40)]).toEqual([
    8000, 16, 16,
  ]);
  expect(wav.readInt16LE(44 + 4)).toBe(-16384);
});
