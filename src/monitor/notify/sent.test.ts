import { expect, test } from 'vitest';
import { LONGEST_AFTER_MS, retryAfter, waitAfter } from './sent.js';

const WAITS: readonly [tries: number, chance: number, after: number, ms: number][] = [
  [1, 0, 0, 2500],
  [1, 0.5, 0, 3750],
  [2, 0, 0, 5000],
  [4, 0, 0, 20_000],
  [8, 0, 0, 320_000],
  [9, 0, 0, 450_000],
  [12, 0, 0, 450_000],
  [1000, 0, 0, 450_000],
  // the receiver wants more time, or less
  [1, 0, 60_000, 60_000],
  [4, 0, 1000, 20_000],
  [1, 0, 10 * LONGEST_AFTER_MS, LONGEST_AFTER_MS],
];
test.each(WAITS)(
  'after try %i with chance %d, asked for %i ms: %i ms',
  (tries, chance, after, ms) => {
    expect(waitAfter(tries, chance, after)).toBe(ms);
  },
);

test('no wait is longer than 15 minutes', () => {
  for (let tries = 1; tries < 50; tries++)
    expect(waitAfter(tries, 0.999999)).toBeLessThanOrEqual(900_000);
});

const FIELDS: readonly [string | undefined, number | undefined][] = [
  [undefined, undefined],
  ['120', 120_000],
  [' 0 ', 0],
  ['Sun, 01 Mar 2026 12:00:10 GMT', 10_000],
  ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ['soon', undefined],
  ['-5 apples', undefined],
  ['', undefined],
];
test.each(FIELDS)('Retry-After: %s', (value, ms) => {
  expect(retryAfter(value, Date.parse('2026-03-01T12:00:00Z'))).toBe(ms);
});
