import { expect, test } from 'vitest';
import { difference, judge, randomDigits } from './digits.js';

test.each([
  ['', '12345', false, 'partly'],
  ['123', '12345', false, 'partly'],
  ['12345', '12345', false, 'whole'],
  ['123455', '12345', false, 'wrong'],
  ['12245', '12345', false, 'wrong'],
  ['11', '12345', false, 'wrong'],
  ['2345', '12345', false, 'wrong'],
  ['', '112', true, 'partly'],
  ['1', '112', true, 'partly'],
  ['11', '112', true, 'partly'],
  ['111', '112', true, 'partly'],
  ['1112', '112', true, 'whole'],
  ['11222', '112', true, 'whole'],
  // one of two equal digits is missing
  ['12', '112', true, 'wrong'],
  ['113', '112', true, 'wrong'],
  ['1122', '1122', true, 'whole'],
  ['112', '1122', true, 'partly'],
  ['11212', '112', true, 'wrong'],
  ['21', '112', true, 'wrong'],
])('of %j came, %j was sent, repeats %j: %s', (received, sent, mayRepeat, verdict) => {
  expect(judge(sent, received, mayRepeat)).toBe(verdict);
});

test.each([
  ['', 'none came'],
  ['123', '2 missing at the end'],
  ['1234567', '2 too many'],
  ['12245', 'digit 3 is 2 instead of 3'],
  ['9', 'digit 1 is 9 instead of 1'],
])('%j of "12345": %s', (received, words) => {
  expect(difference('12345', received)).toBe(words);
});

test.each([1, 2, 3, 5, 32])('%i random digits, one of them twice in a row', (length) => {
  const all = Array.from({ length: 500 }, () => randomDigits(length));
  for (const digits of all) {
    expect(digits).toMatch(/^\d+$/);
    expect(digits).toHaveLength(length);
    const pairs = Array.from(digits).filter((digit, at) => digit === digits[at - 1]).length;
    expect(pairs).toBe(length === 1 ? 0 : 1);
  }
  expect(new Set(all.map((digits) => digits[0])).size).toBe(10);
});
