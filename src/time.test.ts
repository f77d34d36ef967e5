import { expect, test } from 'vitest';
import { durationMs, durationProblem, formatMs, utcOffset } from './time.js';

test.each([
  [0.004, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [3240, '3.2 s'],
  [59_400, '59 s'],
  [59_600, '1 min 0 s'],
  [119_700, '2 min 0 s'],
  [125_000, '2 min 5 s'],
])('%d ms reads %j', (ms, text) => {
  expect(formatMs(ms)).toBe(text);
});

test.each([
  ['200ms', 200],
  ['1.5s', 1500],
  ['2m', 120_000],
  [600, 600_000],
  [0, 0],
])('%j is %d ms', (duration, ms) => {
  expect(durationProblem(duration)).toBeUndefined();
  expect(durationMs(duration)).toBe(ms);
});

test.each([[-1], [NaN], [601], ['5'], ['5 s'], ['1h'], ['1441m'], [null]])(
  '%j is none',
  (value) => {
    expect(durationProblem(value)).toBeDefined();
  },
);

test.each([
  [0, '+00:00'],
  [-60, '+01:00'],
  [-345, '+05:45'],
  [210, '-03:30'],
])('%d minutes west of UTC is %s', (west, offset) => {
  expect(utcOffset(west)).toBe(offset);
});
