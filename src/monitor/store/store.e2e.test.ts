/** What every store does: the same for a file of SQLite and for a server of PostgreSQL. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  DAY,
  endedRun,
  HOUR,
  MINUTE,
  NOON,
  RETENTION,
  runId,
  SECOND,
  storedMonitor,
} from '../../testing/monitor/sample-monitor.js';
import { storePlaces } from '../../testing/monitor/store-places.js';
import { OUTCOMES } from '../model/run.js';
import { FIRST_STATE, type Transition } from '../model/states.js';
import { openStore } from './open-store.js';
import type { Store, StoredNotice } from './store.js';

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

    /** Opens the store anew, as after a restart. */
    async function reopened(): Promise<Store> {
      await store.close();
      return (store = await openStore(where));
    }

    test('a new store is empty', async () => {
      expect(await store.monitors()).toEqual([]);
      expect(await store.begun()).toEqual([]);
      expect(await store.strips(50)).toEqual(new Map());
      expect(await store.history('sales', NOON, 10)).toEqual([]);
      expect(await store.run('nothing')).toBeUndefined();
      expect(await store.notices()).toEqual([]);
      expect(await store.prune(NOON, RETENTION, new Set())).toEqual([]);
      expect(await store.size()).toBeGreaterThan(10_000);
    });

    test('a monitor comes back as it was saved, also after a restart', async () => {
      const run = endedRun({ note: 'alice: dial: no "answer"' });
      const state = { ...FIRST_STATE, state: 'failed', recent: ['failed'], note: 'ü\0"' } as const;
      const monitor = storedMonitor({
        state,
        paused: true,
        last: run,
        last_passed: run,
        learned_locks: ['sip:bob@pbx.example'],
      });
      await store.save(monitor);
      await store.save(storedMonitor({ name: 'a second', paused: false }));
      await store.save(storedMonitor({ name: 'a third' }));
      expect(await (await reopened()).monitors()).toEqual([
        monitor,
        storedMonitor({ name: 'a second', paused: false }),
        storedMonitor({ name: 'a third' }),
      ]);
      await store.save(storedMonitor());
      expect((await store.monitors())[0]).toEqual(storedMonitor());
    });

    test('a run begins, is found after a restart, and ends', async () => {
      const { id, monitor, trigger, started_at } = endedRun({ trigger: 'request' });
      const begun = { id, monitor, trigger, started_at };
      await store.begin(begun);
      expect(await (await reopened()).begun()).toEqual([begun]);
      await store.end(endedRun({ trigger: 'request' }), storedMonitor());
      expect(await store.begun()).toEqual([]);
      expect(await store.run(id)).toEqual(endedRun({ trigger: 'request' }));
    });

    test.each(OUTCOMES)('a run that is %s comes back whole', async (outcome) => {
      const run = endedRun({
        started_at: NOON + 123,
        duration_ms: 0,
        ended_at: NOON + 100,
        outcome,
        trigger: 'request',
        measures: {
          post_dial_delay: 0,
          setup: 1,
          ring: 59_999,
          mos: 4.41,
          packet_loss: 0.07,
          jitter: 12.3,
        },
        scenarios: 3,
        scenarios_failed: 2,
        note: '“bob” said 486',
        kept: true,
      });
      await store.end(run, storedMonitor());
      expect(await store.history('sales', NOON + DAY, 10)).toEqual([run]);
      expect(await store.run(run.id)).toEqual(run);
    });

    test('a run keeps any id; measures that are no numbers are absent', async () => {
      const ids = ['r1', '=x', runId(NOON), runId(NOON + DAY), `${runId(NOON)}\t'%_`, '2026', 'ü'];
      for (const id of ids) await store.end(endedRun({ id, measures: {} }), storedMonitor());
      for (const id of ids) expect((await store.run(id))?.id).toBe(id);
      for (const id of ['R1', 'r', '', '20261399T000000-x', runId(NOON - SECOND)])
        expect(await store.run(id)).toBeUndefined();
      const ends = endedRun({ id: 'nan', measures: { setup: NaN, mos: Infinity } });
      await store.end(ends, storedMonitor());
      expect((await store.run('nan'))?.measures).toEqual({});
    });

    test('a run that is told twice counts once', async () => {
      await store.end(endedRun(), storedMonitor());
      await store.end(endedRun({ outcome: 'lost' }), storedMonitor());
      expect(await store.history('sales', NOON + 1, 10)).toEqual([endedRun()]);
      expect((await store.buckets('sales', 'hour', NOON, NOON + 1))[0]?.runs).toEqual({
        passed: 1,
      });
    });

    test('history goes back, page by page; strips show the last ones of each', async () => {
      for (let index = 0; index < 12; index += 1) {
        const started_at = NOON + index * MINUTE;
        const outcome = index % 3 === 0 ? 'failed' : 'passed';
        await store.end(endedRun({ started_at, outcome }), storedMonitor());
        if (index < 2)
          await store.end(
            endedRun({ started_at, monitor: 'rare', id: `rare${index}` }),
            storedMonitor({ name: 'rare' }),
          );
      }
      const page = await store.history('sales', NOON + HOUR, 5);
      const before = page.at(-1)?.started_at ?? 0;
      const starts = [...page, ...(await store.history('sales', before, 100))];
      expect(starts.map(({ started_at }) => (started_at - NOON) / MINUTE)).toEqual([
        11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
      ]);
      const strips = await store.strips(4);
      expect([...strips.keys()].sort()).toEqual(['rare', 'sales']);
      expect(strips.get('sales')).toEqual(
        [8, 9, 10, 11].map((index) => ({
          id: runId(NOON + index * MINUTE),
          started_at: NOON + index * MINUTE,
          outcome: index === 9 ? 'failed' : 'passed',
          duration_ms: 4000,
        })),
      );
      expect(strips.get('rare')?.map(({ id }) => id)).toEqual(['rare0', 'rare1']);
      expect(await store.strips(0)).toEqual(new Map());
    });

    test('hours and days are sums of the runs that started in them', async () => {
      const first = endedRun({ measures: { setup: 100, mos: 4.2 } });
      const second = endedRun({
        started_at: NOON + HOUR - 1,
        outcome: 'failed',
        duration_ms: 9000,
        measures: { setup: 300 },
      });
      const later = endedRun({ started_at: NOON + HOUR, duration_ms: 1, measures: {} });
      for (const run of [first, second, later]) await store.end(run, storedMonitor());
      const hours = await store.buckets('sales', 'hour', NOON - DAY, NOON + DAY);
      expect(hours).toEqual([
        {
          at: NOON,
          runs: { passed: 1, failed: 1 },
          states: {},
          measures: {
            duration: { count: 2, sum: 13_000, least: 4000, most: 9000 },
            setup: { count: 2, sum: 400, least: 100, most: 300 },
            mos: { count: 1, sum: 4.2, least: 4.2, most: 4.2 },
          },
        },
        {
          at: NOON + HOUR,
          runs: { passed: 1 },
          states: {},
          measures: { duration: { count: 1, sum: 1, least: 1, most: 1 } },
        },
      ]);
      const days = await store.buckets('sales', 'day', NOON - DAY, NOON + DAY);
      expect(days).toMatchObject([{ at: NOON - 12 * HOUR, runs: { passed: 2, failed: 1 } }]);
      expect(days[0]?.measures['duration']).toEqual({
        count: 3,
        sum: 13_001,
        least: 1,
        most: 9000,
      });
      expect(await store.buckets('sales', 'hour', NOON + 1, NOON + HOUR)).toEqual([]);
      const slow = { started_at: NOON + DAY, monitor: 'other', id: 'slow' };
      await store.end(endedRun({ ...slow, outcome: 'degraded' }), storedMonitor({ name: 'other' }));
      await store.end(endedRun({ ...slow, id: 'x', outcome: 'lost' }), storedMonitor());
      const uncounted = { monitor: 'rare', outcome: 'stopped' } as const;
      await store.end(endedRun({ ...uncounted, id: 'y' }), storedMonitor({ name: 'rare' }));
      const today = { at: NOON - 12 * HOUR, runs: 3, good: 2 };
      const next = { at: NOON + 12 * HOUR, runs: 1, good: 1 };
      expect(await store.days(0)).toEqual(
        new Map([
          ['sales', [today]],
          ['other', [next]],
        ]),
      );
      expect(await store.days(NOON)).toEqual(new Map([['other', [next]]]));
      expect(await store.buckets('other', 'hour', 0, NOON + DAY)).toEqual([]);
    });

    test('time in a state is split over hours and days', async () => {
      const midnight = NOON + 12 * HOUR;
      await store.spent('sales', 'ok', midnight - 90 * MINUTE, midnight + 10 * MINUTE);
      await store.spent('sales', 'failed', midnight + 10 * MINUTE, midnight + 30 * MINUTE);
      await store.spent('sales', 'ok', midnight, midnight);
      await store.spent('sales', 'ok', midnight, midnight - HOUR);
      const states = async (size: 'hour' | 'day') =>
        (await store.buckets('sales', size, NOON - DAY, NOON + DAY)).map((one) => one.states);
      expect(await states('hour')).toEqual([
        { ok: 30 * MINUTE },
        { ok: HOUR },
        { ok: 10 * MINUTE, failed: 20 * MINUTE },
      ]);
      expect(await states('day')).toEqual([
        { ok: 90 * MINUTE },
        { ok: 10 * MINUTE, failed: 20 * MINUTE },
      ]);
    });

    test('times in states are those of the hours, however whole days are summed', async () => {
      const begin = NOON - 3 * DAY;
      await store.spent('sales', 'ok', begin, NOON);
      await store.spent('other', 'degraded', NOON - HOUR, NOON);
      for (const [from, to] of [
        [begin, NOON],
        [NOON - 2 * DAY + HOUR, NOON - HOUR],
        [NOON - 30 * HOUR, NOON - 6 * HOUR],
        [NOON - 2 * HOUR, NOON - HOUR],
        [begin - 30 * DAY, NOON + 30 * DAY],
        [NOON - 90 * MINUTE, NOON],
      ] as const) {
        const times = await store.stateTimes(from, to);
        const hours = await store.buckets('sales', 'hour', from, to);
        const ok = hours.reduce((sum, { states }) => sum + (states.ok ?? 0), 0);
        expect(times.get('sales')).toEqual({ ok });
      }
      expect(await store.stateTimes(NOON - HOUR, NOON)).toEqual(
        new Map([
          ['sales', { ok: HOUR }],
          ['other', { degraded: HOUR }],
        ]),
      );
      expect(await store.stateTimes(NOON, NOON)).toEqual(new Map());
    });

    test('changes of the state are kept with what caused them', async () => {
      const first: Transition = { from: 'unknown', to: 'ok', at: NOON };
      const second: Transition = {
        from: 'ok',
        to: 'failing',
        at: NOON + MINUTE,
        note: 'no answer',
        run: runId(NOON),
      };
      await store.end(endedRun(), storedMonitor(), first);
      await store.save(storedMonitor(), second);
      await store.save(storedMonitor(), second);
      expect(await store.transitions('sales', NOON + DAY, 10)).toEqual([second, first]);
      expect(await store.transitions('sales', NOON + MINUTE, 10)).toEqual([first]);
      expect(await store.transitions('sales', NOON + DAY, 1)).toEqual([second]);
      expect(await store.transitions('other', NOON + DAY, 1)).toEqual([]);
    });

    test('notices of a change are stored with it', async () => {
      const notice: StoredNotice = {
        id: 'n0',
        target: 'ops',
        created_at: NOON,
        body: '{}',
        tries: 0,
        next_at: NOON,
      };
      const change = { from: 'ok', to: 'failed', at: NOON } as const;
      await store.end(endedRun(), storedMonitor(), change, [notice]);
      await store.save(storedMonitor(), change, [{ ...notice, id: 'n1' }]);
      expect(await (await reopened()).notices()).toEqual([notice, { ...notice, id: 'n1' }]);
    });

    test('notices wait until they are dropped', async () => {
      const notice: StoredNotice = {
        id: 'n1',
        target: 'ops',
        created_at: NOON,
        body: '{"a":"ü"}',
        tries: 0,
        next_at: NOON,
      };
      const given: StoredNotice = {
        id: 'n0',
        target: 'ops',
        created_at: NOON + 1,
        body: '{}',
        tries: 9,
        problem: 'refused',
      };
      await store.saveNotice(given);
      await store.saveNotice(notice);
      expect(await (await reopened()).notices()).toEqual([notice, given]);
      await store.saveNotice({ ...given, id: 'n1' });
      expect((await store.notices())[0]).toEqual(given);
      await store.dropNotice('n0');
      await store.dropNotice('n0');
      expect(await store.notices()).toEqual([{ ...given, id: 'n1' }]);
    });

    test('files of a run are forgotten wherever it is kept', async () => {
      const run = endedRun({ kept: true });
      const other = endedRun({ started_at: NOON + MINUTE, kept: true });
      await store.end(other, storedMonitor());
      await store.end(run, storedMonitor({ last: run, last_passed: other }));
      await store.forgetFiles(run.id);
      await store.forgetFiles('nobody');
      expect((await store.run(run.id))?.kept).toBe(false);
      expect((await store.run(other.id))?.kept).toBe(true);
      expect(await store.monitors()).toEqual([
        storedMonitor({ last: { ...run, kept: false }, last_passed: other }),
      ]);
    });

    test('a second store on the same place is refused while the first is open', async () => {
      await expect(openStore(where)).rejects.toMatchObject({
        code: 'E_STORE',
        details: { what: 'another monitor uses it' },
      });
      await store.end(endedRun(), storedMonitor());
      await store.close();
      await store.close();
      await expect(store.monitors()).rejects.toMatchObject({ code: 'E_STORE' });
      store = await openStore(where);
      expect(await store.run(endedRun().id)).toEqual(endedRun());
    });

    test('whatever is asked, an answer comes', async () => {
      await store.end(endedRun(), storedMonitor());
      for (const name of ['a\0b', '\uD800', "'; --", '', 'x'.repeat(100_000)]) {
        expect(await store.run(name)).toBeUndefined();
        expect(await store.history(name, NOON, 1)).toEqual([]);
        expect(await store.transitions(name, NOON, 1)).toEqual([]);
        expect(await store.buckets(name, 'day', 0, NOON)).toEqual([]);
      }
      expect(await store.history('sales', Infinity, Infinity)).toHaveLength(1);
      expect(await store.history('sales', NOON + 0.5, 1.5)).toHaveLength(1);
      expect(await store.history('sales', -Infinity, 10)).toEqual([]);
      expect(await store.history('sales', Infinity, -1)).toEqual([]);
      expect(await store.buckets('sales', 'hour', -Infinity, Infinity)).toHaveLength(1);
      expect(await store.stateTimes(-Infinity, Infinity)).toEqual(new Map([['sales', {}]]));
    });

    test('what is asked at the same time is done one after another', async () => {
      const runs = Array.from({ length: 40 }, (_, index) =>
        endedRun({ started_at: NOON + index * SECOND, monitor: `m${index % 4}` }),
      );
      await Promise.all([
        ...runs.map((run) => store.end(run, storedMonitor({ name: run.monitor }))),
        store.prune(NOON, RETENTION, new Set()),
        store.strips(50),
      ]);
      expect([...(await store.strips(50)).values()].map(({ length }) => length)).toEqual([
        10, 10, 10, 10,
      ]);
      expect(await store.monitors()).toHaveLength(4);
    });
  });
}
