import { expect, test } from 'vitest';
import { Journal, MOST_BYTES, MOST_REQUESTS } from './journal.js';

const request = (id: number, body: string) =>
  ({ id, method: 'GET', path: '/', query: {}, headers: {}, body }) as const;

test('keeps the newest, by number', () => {
  const journal = new Journal();
  for (let id = 1; id <= MOST_REQUESTS + 5; id += 1) journal.add(request(id, ''));
  expect(journal.size).toBe(MOST_REQUESTS);
  expect(journal.find([5, 7, 6]).map(({ id }) => id)).toEqual([7, 6]);
});

test('keeps the newest, by size, and always the last', () => {
  const journal = new Journal();
  const half = 'x'.repeat(MOST_BYTES / 2 - 1000);
  for (let id = 1; id <= 3; id += 1) journal.add(request(id, half));
  expect(journal.find([1, 2, 3]).map(({ id }) => id)).toEqual([2, 3]);
  journal.add(request(4, half + half + half));
  expect(journal.find([1, 2, 3, 4]).map(({ id }) => id)).toEqual([4]);
});
