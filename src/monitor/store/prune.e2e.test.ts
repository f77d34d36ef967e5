/** What a store takes away, and what it keeps. */
import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DAY,
  endedRun,
  HOUR,
  MINUTE,
  NOON,
  RETENTION,
  runId,
  storedMonitor,
} from '../../testing/monitor/sample-monitor.js';
import { storePlaces } from '../../testing/monitor/store-places.js';
import type { EndedRun, Outcome } from '../model/run.js';
import { openStore } from './open-store.js';
import type { Store } from './store.js';

const CONFIGURED = new Set(['sales', 'other']);

const places = await storePlaces();
beforeAll(places.begin);
afterAll(places.end);

for (const { kind, there, fresh } of places.kinds) {
  describe.skipIf(!there)(kind, () => {
    let where: string;
    let store: Store;
    beforeEach(async () => {
      where = await fresh();
      store = await openStore(where);
    });
    afterEach(() => store.close());

    const starts = async (monitor = 'sales') =>
      (await store.history(monitor, NOON + DAY, 100_000)).map(({ started_at }) => started_at);

    test('runs that passed go after their time, all others after theirs', async () => {
      const run = (days: number, outcome: Outcome) =>
        endedRun({ started_at: NOON - days * DAY, outcome, kept: true });
      const runs = [
        run(91, 'failed'),
        run(89, 'flaky'),
        run(15, 'passed'),
        run(14, 'passed'),
        run(1, 'passed'),
      ];
      for (const one of runs) await store.end(one, storedMonitor());
      const gone = await store.prune(NOON, RETENTION, CONFIGURED);
      expect([...gone].sort()).toEqual([runId(NOON - 91 * DAY), runId(NOON - 15 * DAY)]);
      expect(await starts()).toEqual([NOON - DAY, NOON - 14 * DAY, NOON - 89 * DAY]);
      expect(await store.prune(NOON, RETENTION, CONFIGURED)).toEqual([]);
    });

    test('the last run and the last good one stay, whatever their age', async () => {
      const good = endedRun({ started_at: NOON - 300 * DAY, kept: true });
      const last = endedRun({ started_at: NOON - 200 * DAY, outcome: 'failed', kept: true });
      const other = endedRun({ started_at: NOON - 250 * DAY, outcome: 'failed' });
      await store.end(good, storedMonitor({ last_passed: good }));
      await store.end(other, storedMonitor({ last_passed: good }));
      await store.end(last, storedMonitor({ last, last_passed: good }));
      expect(await store.prune(NOON, { ...RETENTION, bytes: 0 }, CONFIGURED)).toEqual([]);
      expect(await starts()).toEqual([last.started_at, good.started_at]);
    });

    test('a monitor that left the configuration ages away: runs, files, hours, days, and its row', async () => {
      const other = endedRun({ monitor: 'other', id: runId(NOON, 'other0') });
      await store.end(other, storedMonitor({ name: 'other' }));
      const good = endedRun({ started_at: NOON - 20 * DAY, kept: true });
      const last = endedRun({ started_at: NOON - 10 * DAY, outcome: 'failed', kept: true });
      const all = storedMonitor({ last, last_passed: good });
      await store.end(good, storedMonitor({ last: good, last_passed: good }));
      await store.end(last, all, { from: 'ok', to: 'failed', at: last.ended_at });
      const pruned = (days: number) =>
        store.prune(NOON + days * DAY, RETENTION, new Set(['other']));
      const names = async () => (await store.monitors()).map(({ name }) => name);

      expect(await pruned(0)).toEqual([good.id]);
      expect(await starts()).toEqual([last.started_at]);
      // Should it come back, it does not lead to files that are gone.
      expect((await store.monitors())[1]).toEqual({
        ...all,
        last_passed: { ...good, kept: false },
      });
      expect(await pruned(81)).toEqual([last.id]);
      expect(await names()).toEqual(['other', 'sales']);
      expect(await store.buckets('sales', 'day', 0, NOON)).toHaveLength(2);
      await store.prune(NOON + 800 * DAY, RETENTION, CONFIGURED);
      expect(await names()).toEqual(['other', 'sales']);
      await pruned(800);
      expect(await names()).toEqual(['other']);

      // Its number may be another one's now: nothing of one is the other's.
      const begun = endedRun({ monitor: 'new', id: runId(NOON, 'new000') });
      await store.begin(begun);
      await store.end(endedRun(), storedMonitor());
      expect(await store.transitions('sales', Infinity, 10)).toEqual([]);
      expect(await starts()).toEqual([NOON]);
      expect(await store.history('new', Infinity, 10)).toEqual([]);
      // One whose run goes on stays.
      await store.prune(NOON, RETENTION, CONFIGURED);
      expect(await names()).toContain('new');
    });

    test('hours, days and changes of the state go after their time', async () => {
      for (const days of [1, 89, 91, 729, 731]) {
        const at = NOON - days * DAY;
        await store.spent('sales', 'ok', at, at + MINUTE);
        await store.save(storedMonitor(), { from: 'ok', to: 'failed', at });
      }
      await store.prune(NOON, RETENTION, CONFIGURED);
      const ages = async (size: 'hour' | 'day') =>
        (await store.buckets('sales', size, 0, NOON)).map(({ at }) =>
          Math.floor((NOON - at) / DAY),
        );
      expect(await ages('hour')).toEqual([89, 1]);
      expect(await ages('day')).toEqual([729, 91, 89, 1]);
      expect(await store.transitions('sales', NOON, 10)).toHaveLength(4);
    });

    /** Some runs that failed among many that passed, of two monitors, over ten days. */
    async function fill(): Promise<readonly EndedRun[]> {
      const runs = Array.from({ length: 600 }, (_, index) => {
        const started_at = NOON - 10 * DAY + index * 24 * MINUTE;
        const [monitor, id] = [index % 2 === 0 ? 'sales' : 'other', runId(started_at)];
        const outcome = index % 10 < 2 ? 'failed' : 'passed';
        return endedRun({
          id,
          monitor,
          started_at,
          outcome,
          note: 'n'.repeat(200),
          kept: index % 25 === 4,
        });
      });
      await Promise.all(
        runs.map((run) => store.end(run, storedMonitor({ name: run.monitor, last: run }))),
      );
      return runs;
    }

    /** What the runs take, as the store counts it. */
    const bytesOf = (runs: number) =>
      kind === 'SQLite' ? statSync(where).size : runs * 190 + 500 * 460;

    test('a store that is too large loses the oldest runs that passed', async () => {
      const runs = await fill();
      await store.prune(NOON, RETENTION, CONFIGURED);
      const full = bytesOf(runs.length);
      const gone = await store.prune(NOON, { ...RETENTION, bytes: full * 0.85 }, CONFIGURED);
      const left = new Set([...(await starts()), ...(await starts('other'))]);
      expect(left.size).toBeLessThan(600);
      expect(left.size).toBeGreaterThan(150);
      const passed = runs.filter(({ outcome }) => outcome === 'passed');
      const isLeft = (run: EndedRun): boolean => left.has(run.started_at);
      expect(runs.filter((run) => run.outcome === 'failed').every(isLeft)).toBe(true);
      expect(passed.slice(passed.findIndex(isLeft)).every(isLeft)).toBe(true);
      expect(gone).toEqual(passed.filter((run) => run.kept && !isLeft(run)).map(({ id }) => id));
      expect(gone.length).toBeGreaterThan(0);
      if (kind === 'SQLite') expect(statSync(where).size).toBeLessThan(full * 0.9);
      expect(await store.prune(NOON, { ...RETENTION, bytes: full * 0.85 }, CONFIGURED)).toEqual([]);
      expect(await store.strips(5)).toHaveLength(2);
    });

    test('when no run is left that passed, those that failed go, too', async () => {
      await fill();
      await store.prune(NOON, { ...RETENTION, bytes: 0 }, CONFIGURED);
      expect(await starts()).toHaveLength(1);
      expect(await starts('other')).toHaveLength(1);
    });

    test('others get their turn meanwhile, and a store that is closed stops', async () => {
      await fill();
      const done: string[] = [];
      const pruning = store
        .prune(NOON, { ...RETENTION, bytes: 0 }, CONFIGURED)
        .then(() => done.push('prune'));
      await store.end(endedRun({ started_at: NOON }), storedMonitor());
      done.push('end');
      await store.close();
      await pruning;
      expect(done).toEqual(['end', 'prune']);
      store = await openStore(where);
      expect((await starts()).length).toBeGreaterThan(2);
      expect(await store.buckets('sales', 'hour', NOON, NOON + HOUR)).toHaveLength(1);
    });
  });
}
