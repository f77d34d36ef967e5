import { expect, test } from 'vitest';
import type { Outcome } from '../../../monitor/model/run.js';
import type { StripRun } from '../../../monitor/model/view.js';
import { barAt, placeOf, sparkline, stripPaths, stripText } from './strip.js';

function runs(...outcomes: readonly Outcome[]): StripRun[] {
  return outcomes.map((outcome, index) => ({
    id: `r${index}`,
    started_at: index,
    outcome,
    duration_ms: 1000 * (index + 1),
  }));
}

test('one path for each outcome, the newest run at the right end', () => {
  expect(stripPaths(runs('passed', 'failed', 'passed'))).toEqual([
    { outcome: 'passed', d: 'M283 12h4v8h-4zM295 12h4v8h-4z' },
    { outcome: 'failed', d: 'M289 0h4v20h-4z' },
  ]);
  expect(stripPaths([])).toEqual([]);
});

test('every outcome has a shape of its own, but for the two that do not count', () => {
  const shapes = (['passed', 'flaky', 'degraded', 'failed', 'errored', 'stopped'] as const).map(
    (outcome) => stripPaths(runs(outcome))[0]?.d,
  );
  expect(new Set(shapes).size).toBe(shapes.length);
});

test('more runs than there is room for: the oldest are left out', () => {
  const [{ d } = { d: '' }] = stripPaths(runs(...Array<Outcome>(60).fill('passed')));
  expect(d.split('z').filter((bar) => bar !== '')).toHaveLength(50);
  expect(d.startsWith('M1 ')).toBe(true);
});

test.each([
  // the share of the width, of how many runs, the run there
  [0, 50, 0],
  [0.999, 50, 49],
  [1.2, 50, 49],
  [0.5, 50, 25],
  // left of the first: the first
  [0.1, 10, 0],
  [0.81, 10, 0],
  [0.99, 10, 9],
  [0.99, 60, 59],
  [0, 60, 10],
  [0.5, 0, undefined],
] as const)('at %d of the width, with %d runs: %s', (share, count, index) => {
  expect(barAt(share, count, 50)).toBe(index);
});

test.each([30, 50, 90])('the place of a bar is where it is found, with room for %d', (room) => {
  for (const index of [0, 3, 9])
    expect(barAt(placeOf(index, 10, room) + 0.005, 10, room)).toBe(index);
});

test('in words', () => {
  expect(stripText(runs('failed', 'passed', 'passed', 'lost'))).toBe('2 passed, 1 failed, 1 lost');
  expect(stripText([])).toBe('no runs yet');
});

test('a line of durations, from 0 upwards', () => {
  expect(sparkline(runs('passed', 'passed'), 49, 20)).toBe('M48 10L49 1');
  expect(sparkline(runs('passed'), 49, 20)).toBe('');
});
