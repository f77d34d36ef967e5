import { expect, test } from 'vitest';
import { randomOf } from '../testing/samples/signals.js';
import { ReorderBuffer } from './reorder.js';

/** What comes out of packets in that order; 1 ms between two. */
function through(sequences: readonly number[], flush = true): number[] {
  const out: number[] = [];
  const buffer = new ReorderBuffer<number>((item) => out.push(item));
  sequences.forEach((sequence, i) => buffer.push(sequence & 0xffff, sequence, i));
  if (flush) buffer.flush();
  return out;
}

test.each<[string, number[], number[]]>([
  ['in order', [1, 2, 3], [1, 2, 3]],
  ['two changed places', [1, 3, 2, 4], [1, 2, 3, 4]],
  ['twice', [1, 1, 2, 2, 3], [1, 2, 3]],
  ['twice while one is missing', [1, 3, 3, 2, 4], [1, 2, 3, 4]],
  ['one is missing', [1, 3, 4], [1, 3, 4]],
  [
    'across the end of the count',
    [65_534, 65_536, 65_535, 65_537],
    [65_534, 65_535, 65_536, 65_537],
  ],
  [
    'ten behind a missing one are let go',
    [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2],
    [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ],
  ['a new count', [1, 2, 40_000, 40_001], [1, 2, 40_000, 40_001]],
  ['a new count behind a missing packet', [1, 3, 40_000, 40_001], [1, 3, 40_000, 40_001]],
])('%s', (_, sequences, expected) => {
  expect(through(sequences)).toEqual(expected);
});

test('packets in order pass at once, those behind a missing one wait 100 ms', () => {
  expect(through([1, 2, 3], false)).toEqual([1, 2, 3]);
  const out: number[] = [];
  const buffer = new ReorderBuffer<number>((item) => out.push(item));
  buffer.push(1, 1, 0);
  expect(buffer.deadline).toBeUndefined();
  buffer.push(3, 3, 40);
  buffer.push(4, 4, 60);
  expect([out, buffer.deadline]).toEqual([[1], 140]);
  buffer.flush();
  expect([out, buffer.deadline]).toEqual([[1, 3, 4], undefined]);
  expect(buffer.push(2, 2, 150)).toBe(false);
});

test('any order at all: nothing twice, nothing kept for ever', () => {
  const random = randomOf(4);
  const out: number[] = [];
  const buffer = new ReorderBuffer<number>((item) => out.push(item));
  for (let i = 0; i < 50_000; i += 1) {
    const sequence = Math.floor(random() * (i % 1000 < 500 ? 65_536 : 50));
    buffer.push(sequence, i, i);
  }
  buffer.flush();
  expect(new Set(out).size).toBe(out.length);
  expect(buffer.deadline).toBeUndefined();
});
