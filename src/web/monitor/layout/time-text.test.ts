import { expect, test } from 'vitest';
import {
  axisText,
  dateText,
  dayOfMonthText,
  hourText,
  isoText,
  percentText,
  shortText,
  spanText,
  weekdayText,
} from './time-text.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [59_999, '59 s'],
  [MINUTE, '1 min'],
  [59 * MINUTE + 59_999, '59 min'],
  [HOUR, '1 h'],
  [2 * HOUR + 5 * MINUTE + 30_000, '2 h 5 min'],
  [DAY, '1 d'],
  [3 * DAY + 4 * HOUR + 59 * MINUTE, '3 d 4 h'],
])('%d ms last "%s"', (ms, text) => {
  expect(spanText(ms)).toBe(text);
});

test.each([
  [1, '100 %'],
  // never rounded up to what was not reached
  [0.999999, '99.99 %'],
  [0.98765, '98.76 %'],
  [0, '0.00 %'],
  [undefined, '–'],
])('a share of %s is "%s"', (share, text) => {
  expect(percentText(share)).toBe(text);
});

test.each([
  [0, '0'],
  [850, '850 ms'],
  [2000, '2 s'],
  [2500, '2.5 s'],
  [120_000, '2 min'],
  [125_000, '2 min 5 s'],
  [6 * HOUR, '6 h'],
])('%d ms on an axis: "%s"', (ms, text) => {
  expect(axisText(ms)).toBe(text);
});

test('times are local, and name the day where it is another one', () => {
  const at = new Date(2026, 10, 30, 9, 5, 3).getTime();
  expect(dateText(at)).toBe('2026-11-30 09:05:03');
  expect(shortText(at, new Date(2026, 10, 30, 23, 59).getTime())).toBe('09:05:03');
  expect(shortText(at, new Date(2026, 11, 1, 0, 0).getTime())).toBe('2026-11-30 09:05:03');
  expect(hourText(at)).toBe('09:05');
  expect(weekdayText(at)).toBe('Mon 30');
  expect(dayOfMonthText(at)).toBe('30 Nov');
});

test('ISO of what is a time', () => {
  expect(isoText(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(isoText(Number.NaN)).toBeUndefined();
  expect(isoText(1e30)).toBeUndefined();
});
