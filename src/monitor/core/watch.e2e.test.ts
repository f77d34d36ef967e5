/** Monitors by a clock of the test: an hour takes a second. Only the processes of runs are left out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EndedRun } from '../model/run.js';
import type { Change } from '../model/view.js';
import { BEGIN, HandClock, PASSED, takes } from '../../testing/monitor/hand-clock.js';
import { openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import {
  DAY,
  HOUR,
  MINUTE,
  monitorSettings,
  RETENTION,
} from '../../testing/monitor/sample-monitor.js';
import type { Ended, Runner } from './child.js';
import { RunFolders } from './folders.js';
import { Watch, type WatchSettings } from './watch.js';

let folder: string;
let clock: HandClock;
let store: Store;
let watch: Watch | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-watch-'));
  clock = new HandClock();
  store = await openStore(join(folder, 'history.sqlite'));
});

afterEach(async () => {
  await watch?.close();
  watch = undefined;
  await store.close();
  await rm(folder, { recursive: true });
});

async function started(runner: Runner, settings: Partial<WatchSettings>): Promise<Watch> {
  const folders = new RunFolders(join(folder, 'runs'));
  watch = await Watch.start(
    { store, folders, clock, runner },
    { monitors: [], max_parallel: 3, retention: RETENTION, ...settings },
  );
  return watch;
}

const every = (ms: number): { kind: 'every'; every_ms: number } => ({
  kind: 'every',
  every_ms: ms,
});

async function runsOf(name: string): Promise<readonly EndedRun[]> {
  return (await store.history(name, Number.MAX_SAFE_INTEGER, 1000)).toReversed();
}

// `npm run soak` has an hour of it.
test('200 monitors once a minute: no run is lost, doubled or late', async () => {
  const monitors = Array.from({ length: 200 }, (_, index) =>
    monitorSettings({ name: `m${index}`, schedule: every(MINUTE) }),
  );
  await started(takes(clock, 500), { monitors, max_parallel: 4 });
  await clock.pass(6 * MINUTE);
  const delays: number[] = [];
  for (const { name } of monitors) {
    const all = (await runsOf(name)).map(({ started_at }) => started_at);
    const [first = 0] = all;
    const starts = all.filter((start) => start < first + 5 * MINUTE - 5000);
    expect(starts).toHaveLength(5);
    // Each in its own minute, and the first one at the monitor's own place in it.
    starts.forEach((start, index) => delays.push(Math.abs(start - first - index * MINUTE)));
  }
  delays.sort((a, b) => a - b);
  expect(delays[Math.floor(delays.length * 0.95)]).toBeLessThan(2000);
});

test('a run that takes longer than its interval is not begun twice', async () => {
  await started(takes(clock, 150_000), {
    monitors: [monitorSettings({ name: 'slow', schedule: every(MINUTE) })],
  });
  await clock.pass(20 * MINUTE);
  const runs = await runsOf('slow');
  expect(runs.length).toBeGreaterThan(5);
  runs.slice(1).forEach((run, index) => {
    expect(run.started_at).toBeGreaterThanOrEqual(runs[index]?.ended_at ?? 0);
  });
});

test('what fails is tried sooner, and what recovers goes back to its interval', async () => {
  let isUp = true;
  const end = (): Partial<Ended> => (isUp ? {} : { outcome: 'failed', note: 'no answer' });
  const monitors = [
    monitorSettings({
      name: 'm',
      schedule: every(10 * MINUTE),
      every_when_failing_ms: 30_000,
      fail_after: 3,
    }),
  ];
  const running = await started(takes(clock, 1000, end), { monitors });
  await clock.pass(MINUTE);
  isUp = false;
  await clock.pass(11 * MINUTE);
  expect(running.find('m')?.state).toMatchObject({ state: 'failed', note: 'no answer' });
  expect((await runsOf('m')).length).toBeGreaterThan(3);
  isUp = true;
  await clock.pass(MINUTE);
  const { length } = await runsOf('m');
  expect(running.find('m')?.state.state).toBe('ok');
  await clock.pass(9 * MINUTE);
  expect((await runsOf('m')).length - length).toBeLessThanOrEqual(1);
});

test('a schedule that is behind by twice its interval is an alarm of the program', async () => {
  const monitors = [
    monitorSettings({ name: 'hog', schedule: { kind: 'never' }, locks: ['trunk'] }),
    monitorSettings({ name: 'm', schedule: every(MINUTE), locks: ['trunk'] }),
  ];
  const running = await started(takes(clock, 10 * MINUTE), { monitors });
  await running.start('hog');
  const due = running.find('m')?.next_at ?? 0;
  await clock.pass(due - clock.now() + 2 * MINUTE - 1000);
  expect(running.problems()).toEqual([]);
  expect(running.find('m')?.waiting_for).toBe('trunk, which hog has');
  await clock.pass(3000);
  expect(running.problems()).toMatchObject([
    { about: 'overdue', text: expect.stringContaining('waits for trunk, which hog has') as string },
  ]);
  await running.stop('hog');
  await clock.pass(2000);
  expect(running.problems()).toEqual([]);
});

test.each([
  ['an hour ahead', HOUR],
  ['an hour back', -HOUR],
  ['a year back', -365 * DAY],
])('the clock is set %s: every minute stays every minute', async (_what, jump) => {
  const running = await started(takes(clock, 500), {
    monitors: [monitorSettings({ name: 'm', schedule: every(MINUTE) })],
  });
  await clock.pass(5 * MINUTE);
  const before = running.find('m')?.state.n_run ?? 0;
  clock.set(jump);
  await clock.pass(5 * MINUTE);
  expect((running.find('m')?.state.n_run ?? 0) - before).toBe(5);
  expect(running.problems()).toEqual([]);
});

test('no run begins by itself in maintenance or while it is paused; who asks gets one', async () => {
  const window = { from: BEGIN + 5 * MINUTE, to: BEGIN + 15 * MINUTE };
  const running = await started(takes(clock, 500), {
    monitors: [monitorSettings({ name: 'm', schedule: every(MINUTE), maintenance: [window] })],
  });
  await clock.pass(20 * MINUTE);
  const inside = (await runsOf('m')).filter(
    ({ started_at }) => started_at >= window.from && started_at < window.to,
  );
  expect(inside).toEqual([]);
  expect(await running.pause('m', true)).toBe(true);
  expect(await running.pause('m', true)).toBe(false);
  const { length } = await runsOf('m');
  await clock.pass(10 * MINUTE);
  expect((await runsOf('m')).length).toBe(length);
  expect(await running.start('m')).toBe(true);
  expect(await running.start('m')).toBe(false);
  await clock.pass(1000);
  expect((await runsOf('m')).at(-1)).toMatchObject({ trigger: 'request', outcome: 'passed' });
  expect(await running.pause('m', false)).toBe(true);
  await clock.pass(2 * MINUTE);
  expect((await runsOf('m')).length).toBeGreaterThan(length + 1);
});

test('stopped does not count, marked as failed counts', async () => {
  const running = await started(takes(clock, MINUTE), {
    monitors: [monitorSettings({ name: 'm', fail_after: 2 })],
  });
  await running.start('m');
  await clock.pass(1000);
  expect(await running.stop('m')).toBe(true);
  await clock.pass(1000);
  expect(await running.stop('m')).toBe(false);
  expect(running.find('m')?.state).toMatchObject({ state: 'unknown', n_run: 1, n_uncounted: 1 });
  await running.start('m');
  await clock.pass(1000);
  expect(await running.fail('m', 'marked by hand')).toBe(true);
  await clock.pass(1000);
  expect(running.find('m')?.state).toMatchObject({
    state: 'failing',
    n_fail: 1,
    note: 'marked by hand',
  });
  expect(await running.fail('m', 'once more')).toBe(true);
  expect(running.find('m')?.state).toMatchObject({ state: 'failed', n_fail: 2, note: 'once more' });
  expect(await running.fail('none', '')).toBeUndefined();
});

test('thresholds: slow is degraded, too slow has failed', async () => {
  let delay = 100;
  const end = (): Partial<Ended> => ({ measures: { post_dial_delay: delay, mos: 4.2 } });
  const degraded = { post_dial_delay: { warning: 2000, critical: 5000 }, mos: { warning: 3.8 } };
  const running = await started(takes(clock, 500, end), {
    monitors: [monitorSettings({ name: 'm', degraded })],
  });
  const runs = async (): Promise<unknown> => {
    await running.start('m');
    await clock.pass(1000);
    const { last, state } = running.find('m') ?? {};
    return [last?.outcome, state?.state, last?.note];
  };
  expect(await runs()).toEqual(['passed', 'ok', undefined]);
  delay = 2000.5;
  expect(await runs()).toEqual([
    'degraded',
    'degraded',
    'post_dial_delay 2000.5 ms is above 2000 ms',
  ]);
  delay = 6000;
  expect(await runs()).toEqual([
    'failed',
    'failing',
    'post_dial_delay 6000 ms is above 5000 ms (critical)',
  ]);
});

test('what the program did not live to see does not count, and states go on', async () => {
  const monitors = [monitorSettings({ name: 'm', schedule: every(MINUTE) })];
  const first = await started(takes(clock, 1000), { monitors });
  await clock.pass(3 * MINUTE);
  const state = first.find('m')?.state;
  await first.close();
  await store.begin({
    id: '20261130T000400-abc123',
    monitor: 'm',
    trigger: 'schedule',
    started_at: clock.now(),
  });
  const second = await started(takes(clock, 1000), { monitors });
  expect(second.find('m')?.state).toMatchObject({
    state: 'ok',
    n_run: (state?.n_run ?? 0) + 1,
    n_uncounted: 1,
  });
  expect((await runsOf('m')).at(-1)).toMatchObject({
    id: '20261130T000400-abc123',
    outcome: 'lost',
  });
  expect(await store.begun()).toEqual([]);
});

test('another configuration: what stays keeps its state, what goes is stopped, what comes begins', async () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) =>
    monitorSettings({ name, schedule: every(MINUTE) }),
  );
  if (a === undefined || b === undefined || c === undefined) throw new Error('three monitors');
  const running = await started(takes(clock, 2000), { monitors: [a, b] });
  await clock.pass(2 * MINUTE);
  const changes: Change[] = [];
  const end = running.watch((change) => changes.push(change));
  const before = running.find('a')?.state.n_run ?? 0;
  await running.start('b');
  await running.reload({
    monitors: [{ ...a, info: 'changed' }, c],
    max_parallel: 3,
    retention: RETENTION,
  });
  end();
  expect(running.all().map(({ name }) => name)).toEqual(['a', 'c']);
  expect(running.find('a')).toMatchObject({
    state: { n_run: before },
    settings: { info: 'changed' },
  });
  expect(changes).toContainEqual({ type: 'removed', name: 'b' });
  await clock.pass(2 * MINUTE);
  expect(running.find('c')?.state.n_run).toBeGreaterThan(0);
  expect((await runsOf('b')).at(-1)?.outcome).toBe('stopped');
  await running.reload({ monitors: [a, b], max_parallel: 3, retention: RETENTION });
  expect(running.find('b')?.state.n_run).toBeGreaterThan(1);
  // What has left ages away, with its files; the last run of what stays does not.
  const [age, names] = [MINUTE / 2, async () => (await store.monitors()).map(({ name }) => name)];
  const retention = { ...RETENTION, passed_ms: age, failed_ms: age, hours_ms: age, days_ms: age };
  expect(await names()).toEqual(['a', 'b', 'c']);
  const [kept] = (await runsOf('b')).filter((run) => run.kept);
  await running.reload({ monitors: [a], max_parallel: 3, retention });
  const folders = new RunFolders(join(folder, 'runs'));
  expect(await folders.ids()).toContain(kept?.id);
  await clock.pass(3 * MINUTE);
  expect(await names()).toEqual(['a']);
  expect(await folders.ids()).toEqual([running.find('a')?.last_passed?.id]);
});

test('uptime is the share of the known time without a failure', async () => {
  let isUp = true;
  const end = (): Partial<Ended> => (isUp ? {} : { outcome: 'failed' });
  const running = await started(takes(clock, 100, end), {
    monitors: [monitorSettings({ name: 'm', schedule: every(MINUTE), fail_after: 1 })],
  });
  await clock.pass(30 * MINUTE);
  isUp = false;
  await clock.pass(10 * MINUTE);
  isUp = true;
  await clock.pass(2 * MINUTE);
  expect(running.find('m')?.uptime.day).toBeGreaterThan(0.7);
  expect(running.find('m')?.uptime.day).toBeLessThan(0.8);
});

test('the files of failed runs and of the last good one stay, and no others', async () => {
  let isUp = true;
  const end = (): Partial<Ended> => (isUp ? {} : { outcome: 'failed' });
  const running = await started(takes(clock, 100, end), {
    monitors: [monitorSettings({ name: 'm' })],
  });
  const once = async (): Promise<string> => {
    await running.start('m');
    await clock.pass(1000);
    return running.find('m')?.last?.id ?? '';
  };
  const folders = new RunFolders(join(folder, 'runs'));
  const [good, second] = [await once(), await once()];
  expect(await folders.ids()).toEqual([good]);
  isUp = false;
  const bad = await once();
  expect([...(await folders.ids())].sort()).toEqual([good, bad].sort());
  isUp = true;
  await clock.pass(HOUR);
  const renewed = await once();
  expect([...(await folders.ids())].sort()).toEqual([bad, renewed].sort());
  expect(await running.run(second)).toMatchObject({ kept: false });
  expect(await running.run(good)).toMatchObject({ kept: false });
  expect(await running.run(bad)).toMatchObject({ kept: true });
});

test('who asks while a run is being stored gets a run of its own, with its own place and locks', async () => {
  const [a, b] = ['a', 'b'].map((name) => monitorSettings({ name, locks: ['trunk'] }));
  if (a === undefined || b === undefined) throw new Error('two monitors');
  const running = await started(takes(clock, 1000), { monitors: [a, b] });
  const first = running.runOnce('a', new AbortController().signal);
  const asked: (boolean | undefined)[] = [];
  const end = running.watch((change) => {
    // The run is told to have ended, and is about to be cleared away.
    if (change.type === 'monitor' && change.monitor.last !== undefined) {
      void running.start('a').then((begun) => asked.push(begun));
    }
  });
  await clock.pass(1000);
  end();
  await running.start('b');
  expect(await first).toMatchObject({ monitor: 'a', outcome: 'passed' });
  expect(asked).toContain(true);
  expect(running.find('a')?.running).toBeDefined();
  expect(running.find('b')).toMatchObject({ waiting_for: 'trunk, which a has' });
  await clock.pass(1000);
  expect(running.find('b')?.running).toBeDefined();
});

test('who waits for a run that is taken out of the queue is told', async () => {
  const [a, b] = ['a', 'b'].map((name) => monitorSettings({ name, locks: ['trunk'] }));
  if (a === undefined || b === undefined) throw new Error('two monitors');
  const running = await started(takes(clock, 1000), { monitors: [a, b] });
  await running.start('a');
  const waiting = running.runOnce('b', new AbortController().signal);
  expect(await running.stop('b')).toBe(true);
  expect(await waiting).toBe('running');
});

test('files of runs that are too much go, the oldest first, but for the last ones', async () => {
  const write: Runner = async (_settings, { folder: own }) => {
    await writeFile(join(own, 'run.ndjson'), 'x'.repeat(1000));
    return { ...PASSED, outcome: 'failed' };
  };
  const retention = { ...RETENTION, file_bytes: 2500 };
  const running = await started(write, { monitors: [monitorSettings({ name: 'm' })], retention });
  const ids: string[] = [];
  for (let run = 0; run < 6; run += 1) {
    const ended = await running.runOnce('m', new AbortController().signal);
    if (typeof ended === 'object') ids.push(ended.id);
    // Ids of the same second have no order.
    await clock.pass(1000);
  }
  await clock.pass(2 * MINUTE);
  const left = [...(await new RunFolders(join(folder, 'runs')).ids())].sort();
  expect(left).toEqual(ids.slice(-3));
  expect(await running.run(ids[0] ?? '')).toMatchObject({ kept: false });
  expect(await running.run(ids[5] ?? '')).toMatchObject({ kept: true });
});
