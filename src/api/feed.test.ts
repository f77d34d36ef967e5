import { expect, test } from 'vitest';
import { OffhookError } from '../errors.js';
import { Feed } from './feed.js';

const value = (one: number): object => ({ value: one, done: false });
const DONE = { value: undefined, done: true };

test('what was put before a loop began, during it and faster than it takes comes in order', async () => {
  const feed = new Feed<number>();
  feed.put(1);
  feed.begin();
  expect(await feed.next()).toEqual(value(1));
  const [two, three] = [feed.next(), feed.next()];
  for (let one = 2; one <= 5000; one++) feed.put(one);
  feed.end();
  expect(await Promise.all([two, three])).toEqual([value(2), value(3)]);
  const rest: unknown[] = [];
  for (let next = await feed.next(); next.done !== true; next = await feed.next()) {
    rest.push(next.value);
  }
  expect(rest).toEqual(Array.from({ length: 4997 }, (_, at) => at + 4));
  expect(await feed.next()).toEqual(DONE);
});

test('whoever waits at the end learns of it, of an error once', async () => {
  const feed = new Feed<number>();
  feed.begin();
  const [first, second] = [feed.next(), feed.next()];
  feed.end(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  expect(await second).toEqual(DONE);
});

test('an error comes behind what waits', async () => {
  const feed = new Feed<number>();
  feed.begin();
  feed.put(1);
  feed.end(new Error('broken'));
  feed.put(2);
  expect(await feed.next()).toEqual(value(1));
  await expect(feed.next()).rejects.toThrow('broken');
  expect(await feed.next()).toEqual(DONE);
});

test('nothing comes once the loop was left', async () => {
  const feed = new Feed<number>();
  feed.begin();
  feed.put(1);
  feed.drop();
  feed.put(2);
  expect(await feed.next()).toEqual(DONE);
});

test('a second loop is refused', () => {
  const feed = new Feed<number>();
  feed.begin();
  expect(() => {
    feed.begin();
  }).toThrow(OffhookError);
});

test('without a loop the memory is not filled, and one that begins too late says so', async () => {
  const feed = new Feed<number>();
  for (let one = 0; one <= 10_000; one++) feed.put(one);
  feed.begin();
  await expect(feed.next()).rejects.toThrow('the loop began after 10000 events');
});

test('up to 10,000 events are there for a loop that begins late', async () => {
  const feed = new Feed<number>();
  for (let one = 0; one < 10_000; one++) feed.put(one);
  feed.begin();
  feed.put(10_000);
  feed.end();
  let count = 0;
  while ((await feed.next()).done !== true) count += 1;
  expect(count).toBe(10_001);
});
