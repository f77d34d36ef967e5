import { expect, test } from 'vitest';
import type { EndedRun } from '../../../monitor/model/run.js';
import { badOf, joined, merged, oldest } from './history.js';

function run(at: number, more: Partial<EndedRun> = {}): EndedRun {
  return {
    id: `r${at}`,
    monitor: 'm',
    trigger: 'schedule',
    started_at: at,
    ended_at: at + 1,
    outcome: 'passed',
    duration_ms: 1,
    measures: {},
    scenarios: 1,
    scenarios_failed: 0,
    kept: true,
    ...more,
  };
}

const ids = (runs: readonly EndedRun[]): string[] => runs.map(({ id }) => id);

test('pieces become one list, each run once, the newest first; what comes later holds', () => {
  const all = merged([run(3), run(2)], [run(2, { kept: false }), run(1)]);
  expect(ids(all)).toEqual(['r3', 'r2', 'r1']);
  expect(all[1]?.kept).toBe(false);
  expect(oldest(all)).toBe(1);
});

test('the newest runs are joined to what is known only where none is missing in between', () => {
  const known = [run(2), run(1)];
  expect(ids(joined(known, [run(4), run(3), run(2)], 3))).toEqual(['r4', 'r3', 'r2', 'r1']);
  expect(ids(joined(known, [run(9), run(8), run(7)], 3))).toEqual(['r9', 'r8', 'r7']);
  // fewer than were asked for: there is nothing else
  expect(ids(joined([], [run(1)], 3))).toEqual(['r1']);
});

test('failures are what is bad', () => {
  const outcomes = ['passed', 'failed', 'errored', 'stopped', 'degraded'] as const;
  const runs = outcomes.map((outcome, at) => run(at, { outcome }));
  expect(ids(badOf(runs))).toEqual(['r1', 'r2']);
});
