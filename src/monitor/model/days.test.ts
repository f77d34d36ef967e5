import { expect, test } from 'vitest';
import { dayAfter, dayName, dayOf, daysOf, firstDay } from './days.js';
import type { Bucket } from './view.js';

const DAY_MS = 24 * 3_600_000;
const TODAY = Date.UTC(2026, 10, 30);
const NOW = TODAY + 18 * 3_600_000;

function day(at: number, runs: Bucket['runs']): Bucket {
  return { at, runs, states: {}, measures: {} };
}

test('90 days with today; what does not count is left out, slow and flaky runs are good', () => {
  const days = daysOf(
    [
      day(TODAY, { passed: 3, flaky: 2, degraded: 1, failed: 1, errored: 1, stopped: 7, lost: 9 }),
      day(TODAY - DAY_MS, { stopped: 1 }),
      day(TODAY - 89 * DAY_MS, { failed: 4 }),
      day(TODAY - 90 * DAY_MS, { passed: 4 }),
    ].map(dayOf),
    NOW,
  );
  expect(days).toHaveLength(90);
  expect(days.at(-1)).toEqual({ runs: 8, good: 6 });
  expect(days.at(-2)).toEqual({ runs: 0, good: 0 });
  expect(days[0]).toEqual({ runs: 4, good: 0 });
  expect(days.filter(({ runs }) => runs > 0)).toHaveLength(2);
});

test('days by their names, over the end of a month and in a leap year', () => {
  expect(dayName(firstDay(NOW))).toBe('2026-09-02');
  expect(dayAfter('2026-09-02', 89)).toBe('2026-11-30');
  expect(dayAfter('2028-02-28', 1)).toBe('2028-02-29');
  expect(firstDay(TODAY)).toBe(firstDay(TODAY + DAY_MS - 1));
});
