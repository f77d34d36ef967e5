import { expect, test } from 'vitest';
import { digestOf, divide, estimateMs } from './shards.js';

const items = (...keys: string[]): { key: string }[] => keys.map((key) => ({ key }));
const TOOK: Readonly<Record<string, number>> = { a: 9000, b: 5000, c: 4000, d: 3000, e: 3000 };
const took = (key: string): number | undefined => TOOK[key];
const keys = (parts: readonly (readonly { key: string }[])[]): string[] =>
  parts.map((part) => part.map(({ key }) => key).join(''));

test('longest first, each into the part that has least to do', () => {
  expect(keys(divide(items('e', 'd', 'c', 'b', 'a'), 2, took))).toEqual(['ad', 'bce']);
});

test('who has not run counts as the median of those that have', () => {
  expect(keys(divide(items('a', 'c', 'd', 'x'), 2, took))).toEqual(['a', 'cxd']);
});

test.each([1, 2, 3, 7, 50])(
  '%i parts: together they are the whole, and no two share one',
  (parts) => {
    const all = items(...Array.from({ length: 31 }, (_, at) => `s${at}`));
    const divided = divide(all, parts, (key) => (Number(key.slice(1)) * 7919) % 1000);
    expect(divided).toHaveLength(parts);
    const seen = divided.flat().map(({ key }) => key);
    expect(seen.sort()).toEqual(all.map(({ key }) => key).sort());
  },
);

test('the order of the input does not matter, and a part that differs shows in the digest', () => {
  const one = divide(items('a', 'b', 'c', 'd'), 3, took);
  const other = divide(items('d', 'c', 'b', 'a'), 3, took);
  expect(keys(other)).toEqual(keys(one));
  expect(digestOf(other)).toBe(digestOf(one));
  expect(digestOf(divide(items('a', 'b', 'c', 'd'), 3, () => undefined))).not.toBe(digestOf(one));
});

test('the estimate is that of the part that takes longest; none without a time', () => {
  expect(estimateMs(items('a', 'b', 'c'), 1, took)).toBe(18_000);
  expect(estimateMs(items('a', 'b', 'c'), 2, took)).toBe(9000);
  expect(estimateMs(items('a', 'b', 'c'), 9, took)).toBe(9000);
  expect(estimateMs(items('x'), 1, took)).toBeUndefined();
  expect(estimateMs([], 1, took)).toBeUndefined();
});
