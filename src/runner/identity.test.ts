import { expect, test } from 'vitest';
import { attemptOf, keysOf, newRunId } from './identity.js';

test('a key survives a scenario that is inserted above', () => {
  const before = keysOf('tests/queue.js', ['busy', 'answered']);
  const after = keysOf('tests/queue.js', ['new', 'busy', 'answered']);
  expect(before).toEqual(['tests/queue.js › busy', 'tests/queue.js › answered']);
  expect(after.slice(1)).toEqual(before);
});

test('scenarios of one name in one file have keys of their own', () => {
  expect(keysOf('a.js', ['x', 'x', 'x'])).toEqual(['a.js › x', 'a.js › x #2', 'a.js › x #3']);
  const tricky = keysOf('a.js', ['x', 'x #2', 'x', 'x #2']);
  expect(new Set(tricky).size).toBe(4);
});

test('scenarios of one name in two suites have keys of their own', () => {
  expect(keysOf('a.js', ['x'])).not.toEqual(keysOf('b.js', ['x']));
});

const planned = (key: string): Parameters<typeof attemptOf>[0] => ({
  key,
  order: 1,
  file: 'a.js',
  name: 'pin of secret-7719',
  tags: ['smoke'],
});

test('an id is unique to scenario and attempt, the same in each run, and holds no name', () => {
  const first = attemptOf(planned('a.js › pin of secret-7719'), 1);
  expect(first).toMatchObject({ key: 'a.js › pin of secret-7719', attempt: 1, tags: ['smoke'] });
  expect(first.id).toMatch(/^a\.js#[0-9a-f]{12}\.1$/);
  const again = attemptOf(planned(first.key), 2);
  const other = attemptOf(planned('a.js › other'), 1);
  expect(new Set([first.id, again.id, other.id]).size).toBe(3);
  expect(attemptOf(planned(first.key), 1)).toEqual(first);
});

test('ids of runs sort by time and differ within a second', () => {
  const at = (time: string): string => newRunId(new Date(time));
  const ids = [at('2026-11-29T09:30:15.999Z'), at('2026-11-29T09:30:16Z'), at('2027-01-01T00:00Z')];
  expect([...ids].sort()).toEqual(ids);
  expect(ids[0]).toMatch(/^20261129-093015-[0-9a-f]{6}$/);
  expect(at('2026-11-29T09:30:15Z')).not.toBe(at('2026-11-29T09:30:15Z'));
});
