import { expect, test } from 'vitest';
import type { Transition } from '../model/states.js';
import type { ExecTarget, Target, ToldOf } from '../model/targets.js';
import { bodyOf, deliveryId, isTold, noticesOf, remindersOf } from './notice.js';

const target = (name: string, more: Partial<ExecTarget> = {}): ExecTarget => ({
  name,
  type: 'exec',
  command: ['/bin/true'],
  env: {},
  on: ['failed', 'recovered'],
  group_wait_ms: 10_000,
  remind_every_ms: 0,
  timeout_ms: 1000,
  tries: 3,
  ...more,
});
const alertmanager: Target = {
  ...target('am', { on: ['degraded', 'failed', 'recovered'], remind_every_ms: 120_000 }),
  type: 'webhook',
  url: 'http://127.0.0.1/',
  headers: {},
  form: { template: 'alertmanager' },
};
const monitor = { name: 'berlin', labels: { site: 'b' }, info: 'Trunk 1' };
const failed: Transition = { from: 'ok', to: 'failed', at: 1000, note: 'no answer', run: 'r1' };

const TRANSITIONS: readonly [Transition['from'], Transition['to'], readonly ToldOf[], boolean][] = [
  ['ok', 'failed', ['failed', 'recovered'], true],
  ['ok', 'failing', ['failed', 'recovered'], false],
  ['ok', 'failing', ['failing', 'failed', 'recovered'], true],
  ['failed', 'ok', ['failed', 'recovered'], true],
  ['failed', 'ok', ['failed'], false],
  // never told that it failed: nothing to recover from
  ['failing', 'ok', ['failed', 'recovered'], false],
  ['degraded', 'ok', ['failed', 'recovered'], false],
  ['failing', 'ok', ['failing', 'recovered'], true],
  // it may have been degraded before it was failing
  ['failing', 'ok', ['degraded', 'failed', 'recovered'], true],
  // it has failed no longer
  ['failed', 'degraded', ['failed', 'recovered'], true],
  ['failing', 'degraded', ['failed', 'recovered'], false],
  ['failed', 'degraded', ['degraded', 'failed'], true],
  ['ok', 'degraded', ['failed', 'recovered'], false],
  ['ok', 'degraded', ['degraded'], true],
  ['unknown', 'ok', ['failed', 'recovered'], false],
  ['unknown', 'ok', ['unknown', 'recovered'], true],
  ['unknown', 'failed', ['failed'], true],
  ['ok', 'unknown', ['unknown'], true],
  ['ok', 'failed', ['recovered'], false],
  ['failed', 'ok', ['recovered'], false],
];
test.each(TRANSITIONS)('%s to %s, on %j: told %s', (from, to, on, told) => {
  expect(isTold({ from, to }, on)).toBe(told);
});

test('a notice holds what is told, and is due when its group is complete', () => {
  const [notice] = noticesOf(failed, monitor, [target('ops')], 5000);
  expect(notice).toMatchObject({ target: 'ops', created_at: 5000, tries: 0, next_at: 15_000 });
  expect(bodyOf(notice!)).toEqual({
    told: {
      kind: 'transition',
      monitor: 'berlin',
      labels: { site: 'b' },
      info: 'Trunk 1',
      ...failed,
    },
  });
});

test('a monitor may name its targets', () => {
  const targets = [target('ops'), target('boss')];
  const names = (notify?: string[]): string[] =>
    noticesOf(failed, { ...monitor, ...(notify === undefined ? {} : { notify }) }, targets, 0).map(
      (notice) => notice.target,
    );
  expect(names()).toEqual(['ops', 'boss']);
  expect(names(['boss'])).toEqual(['boss']);
  expect(names([])).toEqual([]);
});

test('the same transition has the same id, any other another', () => {
  const idOf = (transition: Transition, name = 'ops'): string =>
    noticesOf(transition, monitor, [target(name)], Math.random())[0]!.id;
  expect(idOf(failed)).toBe(idOf({ ...failed }));
  expect(new Set([idOf(failed), idOf(failed, 'boss'), idOf({ ...failed, at: 1001 })]).size).toBe(3);
});

test('a delivery has the same id for the same notices', () => {
  const [a, b] = ['x', 'y'].map((id) => ({ id, created_at: 1 }));
  expect(deliveryId([a!, b!])).toBe(deliveryId([a!, b!]));
  expect(deliveryId([a!, b!])).not.toBe(deliveryId([a!]));
  // the next reminder of the same trouble is another message
  expect(deliveryId([a!])).not.toBe(deliveryId([{ id: 'x', created_at: 2 }]));
});

test('what is no notice of ours has no body', () => {
  for (const body of ['', '{', 'null', '[]', '{"told":{}}', '{"told":null}', '"text"']) {
    expect(bodyOf({ body })).toBeUndefined();
  }
});

const watched = (state: Transition['to'], since: number, quiet = false) => [
  { settings: monitor, state: { state, since, note: 'busy' }, quiet },
];
const REMINDERS: readonly [string, number, number, number][] = [
  ['too early', 0, 59_999, 0],
  ['after one interval', 0, 60_000, 1],
  ['looked at already', 60_000, 60_001, 0],
  ['after the next interval', 119_999, 120_000, 1],
  ['once for many intervals without a look', 60_000, 600_000, 1],
  ['the clock went back', 60_000, -5000, 0],
];
test.each(REMINDERS)('reminder: %s', (_, after, now, count) => {
  const targets = [target('ops', { remind_every_ms: 60_000 })];
  expect(remindersOf(watched('failed', 0), targets, after, now)).toHaveLength(count);
});

test('only what has failed is reminded of; an Alertmanager needs all it was told of', () => {
  const targets = [target('ops', { remind_every_ms: 60_000 }), alertmanager];
  const names = (...of: Parameters<typeof watched>): string[] =>
    remindersOf(watched(...of), targets, 0, 120_000).map((notice) => notice.target);
  expect(names('failed', 0)).toEqual(['ops', 'am']);
  expect(names('degraded', 0)).toEqual(['am']);
  expect(names('failing', 0)).toEqual([]);
  expect(names('ok', 0)).toEqual([]);
  // paused: people know, an Alertmanager does not
  expect(names('failed', 0, true)).toEqual(['am']);
});

test('a reminder tells since when, is due at once and takes the place of the one before', () => {
  const targets = [target('ops', { remind_every_ms: 60_000 })];
  const [first] = remindersOf(watched('failed', 0), targets, 0, 60_000);
  const [second] = remindersOf(watched('failed', 0), targets, 60_000, 120_000);
  expect(first).toMatchObject({ next_at: 60_000 });
  expect(bodyOf(first!)?.told).toMatchObject({
    kind: 'reminder',
    to: 'failed',
    at: 0,
    note: 'busy',
  });
  expect(second?.id).toBe(first?.id);
});
