import { expect, test } from 'vitest';
import type { Target, WebhookForm } from '../model/targets.js';
import type { StoredNotice } from '../store/store.js';
import { dueBatches, MOST_TOGETHER, nextDue } from './queue.js';

const target = (name: string, form: WebhookForm): Target => ({
  name,
  type: 'webhook',
  url: 'http://127.0.0.1/',
  headers: {},
  form,
  on: ['failed'],
  group_wait_ms: 10,
  remind_every_ms: 0,
  timeout_ms: 1000,
  tries: 3,
});
const TARGETS = new Map(
  [
    target('ops', { template: 'json' }),
    target('boss', { template: 'slack' }),
    target('pager', { template: 'pagerduty', routing_key: 'k' }),
  ].map((one) => [one.name, one]),
);

interface Given {
  target?: string;
  at?: number;
  due?: number | null;
  delivery?: string;
  monitor?: string;
}
const notice = (id: string, given: Given = {}): StoredNotice => {
  const { target = 'ops', at = 0, due = at + 10, delivery, monitor = 'm' } = given;
  return {
    id,
    target,
    created_at: at,
    body: JSON.stringify({ told: { monitor }, delivery }),
    tries: 0,
    ...(due === null ? {} : { next_at: due }),
  };
};
const idsOf = (notices: StoredNotice[], now: number, busy: string[] = []): string[][] =>
  dueBatches(notices, TARGETS, new Map(busy.map((lane) => [lane, 1])), now).map((batch) =>
    batch.notices.map(({ id }) => id),
  );

test('what came within the time of the first goes with it, in the order in which it came', () => {
  // The clock was set back before c came.
  const notices = [notice('a'), notice('b', { at: 5 }), notice('c', { at: -9 })];
  expect(idsOf(notices, 9)).toEqual([]);
  expect(idsOf(notices, 10)).toEqual([['a', 'b', 'c']]);
});

test('targets do not wait for each other', () => {
  const notices = [notice('a', { due: 1000 }), notice('b', { target: 'boss' })];
  expect(idsOf(notices, 10)).toEqual([['b']]);
});

test('while a message waits for its next try, later ones wait behind it, and then go together', () => {
  const tried = notice('a', { due: 100, delivery: 'd' });
  const later = [notice('b', { at: 1 }), notice('c', { at: 2 })];
  expect(idsOf([tried, ...later], 50)).toEqual([]);
  expect(idsOf([tried, ...later], 100)).toEqual([['a']]);
  expect(idsOf(later, 100)).toEqual([['b', 'c']]);
});

test('what was tried together is tried again together, and alone', () => {
  const tried = ['a', 'b'].map((id) => notice(id, { due: 5, delivery: 'd' }));
  expect(idsOf([...tried, notice('c', { due: 5, delivery: 'e' }), notice('d')], 50)).toEqual([
    ['a', 'b'],
  ]);
});

test('a lane with a message on its way waits', () => {
  expect(idsOf([notice('a')], 10, ['["ops"]'])).toEqual([]);
});

test('each monitor has its own lane to PagerDuty, four at a time', () => {
  const notices = [1, 2, 3, 4, 5, 6].map((n) =>
    notice(`n${n}`, { target: 'pager', monitor: `m${n % 5}`, at: n }),
  );
  expect(idsOf(notices, 100)).toEqual([['n1', 'n6'], ['n2'], ['n3'], ['n4']]);
  const busy = ['["pager","m1"]', '["pager","m2"]', '["pager","m3"]'];
  expect(idsOf(notices, 100, busy)).toEqual([['n4']]);
});

test('what was given up, and what has no target, is not sent', () => {
  expect(idsOf([notice('a', { due: null }), notice('b', { target: 'gone' })], 100)).toEqual([]);
});

test('a time too far away was written before the clock was set back: due at once', () => {
  expect(idsOf([notice('a', { due: 365 * 24 * 3_600_000 })], 10)).toEqual([['a']]);
});

test('a message has a limit', () => {
  const notices = Array.from({ length: MOST_TOGETHER + 5 }, (_, n) =>
    notice(`n${n}`, { at: n, due: 1 }),
  );
  expect(idsOf(notices, 500)[0]).toHaveLength(MOST_TOGETHER);
});

test('the next time is that of the first of each lane which has a place', () => {
  const nothing = new Map<string, unknown>();
  expect(nextDue([], TARGETS, nothing)).toBeUndefined();
  expect(nextDue([notice('z', { due: null })], TARGETS, nothing)).toBeUndefined();
  const notices = [
    notice('a', { due: 100 }),
    notice('b', { at: 1 }),
    notice('c', { target: 'boss', due: 70 }),
  ];
  expect(nextDue(notices, TARGETS, nothing)).toBe(70);
  expect(nextDue(notices, TARGETS, new Map([['["boss"]', 1]]))).toBe(100);
});
