import { expect, test } from 'vitest';
import { countText, daysText, drawnAs, shareText } from './days.js';

test.each([
  // a row has: how many runs, how many good ones, what it is drawn as, its share, its words
  [0, 0, 'stopped', 'no runs', ''],
  [1, 1, 'passed', '100 %', '1 run, all good'],
  [288, 288, 'passed', '100 %', '288 runs, all good'],
  [1440, 1439, 'degraded', '99.93 %', '1440 runs, 1 failed'],
  [100_000, 99_999, 'degraded', '99.99 %', '100000 runs, 1 failed'],
  [20, 19, 'degraded', '95.00 %', '20 runs, 1 failed'],
  [20, 18, 'failed', '90.00 %', '20 runs, 2 failed'],
  [3, 0, 'failed', '0.00 %', '3 runs, 3 failed'],
] as const)('%d runs, %d of them good: %s, %s', (runs, good, outcome, share, words) => {
  const day = { runs, good };
  expect(drawnAs(day)).toBe(outcome);
  expect(shareText(day, 'run')).toBe(share);
  expect(countText(day, 'run')).toBe(words);
});

test('all days in a sentence', () => {
  const days = [
    { runs: 4, good: 4 },
    { runs: 4, good: 3 },
    { runs: 0, good: 0 },
    { runs: 0, good: 0 },
  ];
  expect(daysText(days, 'test call')).toBe(
    'Last 4 days: 1 without a failed test call, 1 with, 2 without test calls',
  );
});
