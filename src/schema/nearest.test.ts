import { expect, test } from 'vitest';
import { editDistance, nearest, quotedList } from './nearest.js';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', 'abc', 0],
  ['domian', 'domain', 1],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
  ['transport', 'Transport', 1],
])('from %j to %j: %i edits', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(editDistance(b, a)).toBe(edits);
});

test.each([
  ['domian', 'domain'],
  ['TRANSPORT', 'transport'],
  ['regin', 'regint'],
  ['zzzz', undefined],
  ['', undefined],
])('%j means %j', (word, meant) => {
  expect(nearest(word, ['domain', 'transport', 'regint'])).toBe(meant);
});

test('another number is another word', () => {
  expect(nearest('G729', ['G722', 'L16'])).toBeUndefined();
  expect(nearest('g222', ['G722', 'G222'])).toBe('G222');
});

test('a word of any length is answered fast', () => {
  expect(nearest('x'.repeat(1_000_000), ['domain'])).toBeUndefined();
});

test.each([
  [[], ''],
  [['a'], '"a"'],
  [['a', 'b'], '"a" or "b"'],
  [['a', 'b', 'c'], '"a", "b" or "c"'],
])('%j is listed as %s', (words, text) => {
  expect(quotedList(words)).toBe(text);
});
