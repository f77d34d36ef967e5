import { expect, test } from 'vitest';
import type { Target } from '../model/targets.js';
import type { StoredNotice } from '../store/store.js';
import { letterOf, problemsOf, toGiveUp, tooOld, undeliveredOf } from './letters.js';

const DAY_MS = 24 * 3_600_000;
const notice = (id: string, more: Partial<StoredNotice> = {}): StoredNotice => ({
  id,
  target: 'ops',
  created_at: 100,
  body: JSON.stringify({
    told: { kind: 'transition', monitor: 'berlin', from: 'ok', to: 'failed' },
  }),
  tries: 0,
  ...more,
});

test('a letter says what, to whom and why not', () => {
  expect(letterOf(notice('a', { tries: 2, next_at: 5, problem: 'HTTP 503' }))).toEqual({
    id: 'a',
    target: 'ops',
    monitor: 'berlin',
    subject: 'FAILED: berlin',
    created_at: 100,
    tries: 2,
    state: 'waiting',
    next_at: 5,
    problem: 'HTTP 503',
  });
  expect(letterOf(notice('a'))?.state).toBe('dead');
  expect(letterOf(notice('a', { body: 'x' }))).toBeUndefined();
});

test('undelivered is what was given up or tried in vain, not what waits for its first try', () => {
  const notices = [notice('a'), notice('b', { next_at: 5 }), notice('c', { next_at: 5, tries: 1 })];
  expect(undeliveredOf(notices)).toEqual({ dead: 1, late: 1 });
});

const never = new Map<string, number>();

test('what was given up before a message got through is no problem any longer', () => {
  const dead = [notice('d', { problem: 'HTTP 404' }), notice('e', { target: 'boss' })];
  const names = (reached: number): number =>
    problemsOf(dead, new Map([['ops', reached]]), undefined).length;
  expect(names(99)).toBe(2);
  expect(names(101)).toBe(1);
});

test('what cannot be delivered is a problem, what is merely tried again is none yet', () => {
  const waiting = [
    notice('a', { next_at: 5 }),
    notice('b', { next_at: 5, tries: 2, problem: 'p' }),
  ];
  expect(problemsOf(waiting, never, undefined)).toEqual([]);
  const late = notice('c', { next_at: 5, tries: 3, problem: 'host: HTTP 503', created_at: 50 });
  expect(problemsOf([...waiting, late], never, undefined)).toEqual([
    {
      about: 'notify',
      text: '1 notification to "ops" is not delivered yet: host: HTTP 503',
      since: 50,
    },
  ]);
  const dead = [notice('d', { problem: 'HTTP 404' }), notice('e', { target: 'boss' })];
  expect(problemsOf([late, ...dead], never, undefined).map(({ text }) => text)).toEqual([
    '1 notification to "ops" could not be delivered: HTTP 404',
    '1 notification to "boss" could not be delivered',
  ]);
  expect(problemsOf([], never, { text: 'disk full', since: 7 })).toEqual([
    { about: 'notify', text: 'the store cannot keep notifications: disk full', since: 7 },
  ]);
});

test('what waits for a target that is gone is given up', () => {
  const targets = new Map([['ops', {} as Target]]);
  const gone = notice('a', { target: 'old', next_at: 5 });
  expect(
    toGiveUp([gone, notice('b', { next_at: 5 }), notice('c', { target: 'old' })], targets),
  ).toEqual([{ ...notice('a', { target: 'old' }), problem: '"notify" has no "old" any longer' }]);
});

test('where too many wait for a target, the oldest are given up', () => {
  const targets = new Map(['ops', 'boss'].map((name) => [name, {} as Target]));
  const many = Array.from({ length: 1002 }, (_, n) => notice(`n${n}`, { next_at: 5 }));
  const given = toGiveUp([...many, notice('b', { target: 'boss', next_at: 5 })], targets);
  expect(given.map(({ id, next_at }) => [id, next_at])).toEqual([
    ['n1', undefined],
    ['n0', undefined],
  ]);
});

test('old, many and unreadable notices go; what waits stays', () => {
  const now = 100 + 8 * DAY_MS;
  const waiting = notice('w', { next_at: now });
  const ids = (notices: StoredNotice[]): string[] => tooOld(notices, now).map(({ id }) => id);
  expect(ids([waiting, notice('old'), notice('young', { created_at: now - DAY_MS })])).toEqual([
    'old',
  ]);
  expect(ids([notice('x', { body: '{}', next_at: 5 })])).toEqual(['x']);
  const many = Array.from({ length: 1002 }, (_, n) => notice(`n${n}`, { created_at: now - n }));
  expect(ids(many)).toEqual(['n1000', 'n1001']);
});
