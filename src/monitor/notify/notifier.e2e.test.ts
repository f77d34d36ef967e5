import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HttpSink } from '../../testing/monitor/http-sink.js';
import type { Transition } from '../model/states.js';
import type { Target, WebhookTarget } from '../model/targets.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { noticesOf } from './notice.js';
import type { Watched } from './notice.js';
import { Notifier } from './notifier.js';
import type { NotifierDeps } from './notifier.js';
import { until } from '../../testing/until.js';

let folder: string;
let store: Store;
let sink: HttpSink;
const running = new Set<Notifier>();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-notifier-'));
  [store, sink] = await Promise.all([openStore(join(folder, 'history.sqlite')), HttpSink.start()]);
});
afterEach(async () => {
  // Whoever still waits for an answer then has one.
  await sink[Symbol.asyncDispose]();
  for (const notifier of running) await notifier.stop();
  running.clear();
  await store.close();
  rmSync(folder, { recursive: true });
});

const target = (more: Partial<WebhookTarget> = {}): WebhookTarget => ({
  name: 'ops',
  type: 'webhook',
  url: `http://127.0.0.1:${sink.port}/`,
  form: { template: 'json' },
  headers: {},
  on: ['failed', 'recovered'],
  group_wait_ms: 0,
  remind_every_ms: 0,
  timeout_ms: 5000,
  tries: 3,
  ...more,
});
async function started(
  targets: readonly Target[],
  more: Partial<NotifierDeps> = {},
): Promise<Notifier> {
  const notifier = new Notifier(targets, {
    store,
    watched: () => [],
    runUrl: (run) => `https://m.example/runs/${run}`,
    environment: {},
    ...more,
  });
  running.add(notifier);
  await notifier.start();
  return notifier;
}
/** Stores the notices of a transition, as the core does it. */
async function stored(
  monitor: string,
  targets: readonly Target[],
  { now = Date.now(), ...more }: Partial<Transition> & { now?: number } = {},
) {
  const transition: Transition = { from: 'ok', to: 'failed', at: 1000, run: 'r1', ...more };
  const notices = noticesOf(transition, { name: monitor, labels: {} }, targets, now);
  for (const notice of notices) await store.saveNotice(notice);
  return notices;
}
interface Body {
  delivery: string;
  transitions: { kind: string; monitor: string; to: string; run_url?: string }[];
}
const bodies = (): Body[] => sink.requests.map(({ body }) => JSON.parse(body) as Body);
const left = async (): Promise<number> => (await store.notices()).length;

test('a transition is told once, and then forgotten', async () => {
  const targets = [target()];
  const notifier = await started(targets);
  notifier.told(await stored('berlin', targets));
  await sink.received(1);
  expect(bodies()[0]?.transitions).toMatchObject([
    { monitor: 'berlin', to: 'failed', run_url: 'https://m.example/runs/r1' },
  ]);
  await until(async () => (await left()) === 0);
  expect(notifier.letters()).toEqual([]);
  expect(notifier.problems()).toEqual([]);
});

test('transitions within the time of a group are one message', async () => {
  const targets = [target({ group_wait_ms: 300 })];
  const notifier = await started(targets);
  for (const name of ['a', 'b', 'c']) notifier.told(await stored(name, targets));
  await until(async () => (await left()) === 0);
  expect(
    bodies().map(({ transitions }) => transitions.map(({ monitor }) => monitor).sort()),
  ).toEqual([['a', 'b', 'c']]);
});

test('a retry is the same message with the same id; what came meanwhile follows', async () => {
  const targets = [target()];
  let now = Date.now();
  const notifier = await started(targets, { now: () => now, chance: () => 0 });
  sink.answers.push({ status: 503, body: 'later' });
  notifier.told(await stored('a', targets, { now }));
  await until(() => notifier.letters()[0]?.tries === 1);
  expect(notifier.letters()[0]).toMatchObject({
    state: 'waiting',
    subject: 'FAILED: a',
    problem: `127.0.0.1:${sink.port}: HTTP 503: later`,
  });
  notifier.told(await stored('a', targets, { from: 'failed', to: 'ok', at: 2000, now }));
  expect(sink.requests).toHaveLength(1);
  now += 2500;
  notifier.told(await stored('b', targets, { now }));
  await until(async () => (await left()) === 0);
  const [first, second, ...rest] = bodies();
  expect(second).toMatchObject({ delivery: first?.delivery, transitions: first?.transitions });
  expect(sink.requests[1]?.headers['x-offhook-delivery']).toBe(first?.delivery);
  const later = rest.flatMap(({ transitions }) =>
    transitions.map(({ monitor, to }) => `${monitor} ${to}`),
  );
  expect(later.sort()).toEqual(['a ok', 'b failed']);
});

test('what is refused is kept as a dead letter, shown, and can be sent again or discarded', async () => {
  const targets = [target()];
  const changed = vi.fn();
  const notifier = await started(targets, { changed });
  sink.answers.push({ status: 404, body: 'no such hook' }, { status: 410 });
  notifier.told(await stored('a', targets));
  await until(() => notifier.letters()[0]?.state === 'dead');
  notifier.told(await stored('b', targets));
  await until(() => notifier.letters().filter(({ state }) => state === 'dead').length === 2);
  expect(changed).toHaveBeenCalled();
  expect(notifier.problems()).toMatchObject([
    {
      about: 'notify',
      text: expect.stringMatching(/^2 notifications to "ops" could not be/) as unknown,
    },
  ]);
  expect(await left()).toBe(2);
  const [a, b] = notifier.letters();
  expect(await notifier.sendAgain(a!.id)).toBe(true);
  await sink.received(3);
  await until(async () => (await left()) === 1);
  expect(await notifier.discard(b!.id)).toBe(true);
  expect(await left()).toBe(0);
  expect(await notifier.discard(b!.id)).toBe(false);
  expect(await notifier.sendAgain('none')).toBe(false);
  expect(notifier.problems()).toEqual([]);
});

test('after its last try a message is given up', async () => {
  const targets = [target({ tries: 1 })];
  const notifier = await started(targets);
  sink.answers.push({ status: 500 });
  notifier.told(await stored('a', targets));
  await until(() => notifier.letters()[0]?.state === 'dead');
  expect(sink.requests).toHaveLength(1);
});

test('what a process had no time for, the next one delivers, and once', async () => {
  const targets = [target()];
  await stored('a', targets);
  await store.close();
  store = await openStore(join(folder, 'history.sqlite'));
  await started(targets);
  await sink.received(1);
  await until(async () => (await left()) === 0);
  const [notifier] = running;
  await notifier?.stop();
  await started(targets);
  expect(await left()).toBe(0);
  expect(sink.requests).toHaveLength(1);
});

test('a message that was on its way when the process ended is sent under the same id', async () => {
  const targets = [target({ timeout_ms: 60_000 })];
  const first = await started(targets);
  sink.answers.push('none');
  first.told(await stored('a', targets));
  await sink.received(1);
  // A killed process does nothing more: all that is left of it is the store.
  const kept = await store.notices();
  const second = join(folder, 'second.sqlite');
  const other = await openStore(second);
  for (const notice of kept) await other.saveNotice(notice);
  await started(targets, { store: other });
  await sink.received(2);
  const [sent, again] = bodies();
  expect(again?.delivery).toBe(sent?.delivery);
  await until(async () => (await other.notices()).length === 0);
  await other.close();
});

test('a slow target keeps no other from being told', async () => {
  const slow = target({ name: 'slow', timeout_ms: 60_000 });
  const quick = { ...target(), url: `http://127.0.0.1:${sink.port}/quick` };
  const notifier = await started([slow, quick]);
  sink.answers.push('none');
  notifier.told(await stored('a', [slow]));
  await sink.received(1);
  notifier.told(await stored('a', [quick]));
  await sink.received(2);
  expect(sink.requests[1]?.path).toBe('/quick');
});

test('a store that cannot be written keeps nobody from being told, and is a problem', async () => {
  const targets = [target()];
  const notifier = await started(targets);
  const notices = await stored('a', targets);
  await store.close();
  notifier.told(notices);
  await sink.received(1);
  await until(() => notifier.problems().length > 0);
  expect(notifier.problems()[0]?.text).toMatch(/^the store cannot keep notifications: .*closed/);
  notifier.told([]);
  await notifier.stop();
  running.clear();
  store = await openStore(join(folder, 'history.sqlite'));
  expect(sink.requests).toHaveLength(1);
});

test('while a monitor stays failed, people are reminded', async () => {
  const targets = [target({ remind_every_ms: 60_000 })];
  let now = 1_000_000;
  const watched: Watched[] = [
    {
      settings: { name: 'berlin', labels: {} },
      state: { state: 'failed', since: 1_000_000, note: '486' },
    },
  ];
  await started(targets, { now: () => now, watched: () => watched, look_ms: 50 });
  for (const count of [1, 2]) {
    now += 60_000;
    await sink.received(count);
    await until(async () => (await left()) === 0);
  }
  const told = bodies().flatMap(({ transitions }) => transitions);
  expect(told).toMatchObject(
    [1, 2].map(() => ({ kind: 'reminder', monitor: 'berlin', note: '486' })),
  );
  expect(new Set(bodies().map(({ delivery }) => delivery)).size).toBe(2);
});

test('a target that the configuration has no longer: what waits for it is given up', async () => {
  const targets = [target({ group_wait_ms: 60_000 })];
  const notifier = await started(targets);
  notifier.told(await stored('a', targets));
  await notifier.reconfigure([target({ name: 'other' })]);
  expect(notifier.letters()).toMatchObject([
    { state: 'dead', problem: '"notify" has no "ops" any longer' },
  ]);
  expect(sink.requests).toHaveLength(0);
});

test('a test says that it is one, and what came of it', async () => {
  const notifier = await started([target()]);
  expect(await notifier.test('ops')).toMatchObject({
    ok: true,
    said: `127.0.0.1:${sink.port}: HTTP 200: ok`,
  });
  expect(bodies()[0]?.transitions).toMatchObject([
    { kind: 'test', note: 'This is a test of the notification "ops". No monitor has changed.' },
  ]);
  sink.answers.push({ status: 401 });
  expect(await notifier.test('ops')).toMatchObject({
    ok: false,
    said: `127.0.0.1:${sink.port}: HTTP 401`,
  });
  expect(await notifier.test('none')).toBeUndefined();
  expect(await left()).toBe(0);
});
