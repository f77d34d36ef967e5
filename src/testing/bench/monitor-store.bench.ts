/**
 * (q) The store of the monitor with 200 monitors that run each minute for 30 days: its size, what the overview page asks of it,
 * and how long it blocks while it prunes. (r) What a run that ends costs. Runs are written by the statements of the store, many
 * in one transaction, or it would take an hour; MONITOR_DAYS shortens it.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, test } from 'vitest';
import { addRun, addTime, SIZES } from '../../monitor/store/buckets.js';
import { migrate } from '../../monitor/store/migrations.js';
import { openStore } from '../../monitor/store/open-store.js';
import { ADD_RUN, runValues } from '../../monitor/store/run-rows.js';
import type { Statements } from '../../monitor/store/sql.js';
import { openSqlite } from '../../monitor/store/sqlite.js';
import type { Store, StoredMonitor } from '../../monitor/store/store.js';
import type { EndedRun } from '../../monitor/model/run.js';
import {
  DAY,
  endedRun,
  HOUR,
  MINUTE,
  NOON,
  RETENTION,
  runId,
  storedMonitor,
} from '../monitor/sample-monitor.js';
import { median, percentile, report } from './figures.js';

const DAYS = Number(process.env['MONITOR_DAYS'] ?? '30');
const MONITORS = 200;
const NOW = NOON;
const MB = 1_000_000;
const COMMITS = 5000;
const VIEWS = 20;

const folder = mkdtempSync(join(tmpdir(), 'offhook-bench-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function below(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function someRun(monitor: string, started_at: number): EndedRun {
  const failed = below(100) === 0;
  const setup = 1500 + below(3000);
  return endedRun({
    id: runId(started_at, Math.random().toString(36).slice(2, 8).padEnd(6, '0')),
    monitor,
    started_at,
    duration_ms: setup + 2000 + below(5000),
    outcome: failed ? 'failed' : 'passed',
    scenarios_failed: Number(failed),
    ...(failed ? { note: 'alice: dial: no answer: 480 Temporarily Unavailable (limit 10 s)' } : {}),
    measures: {
      post_dial_delay: below(2000),
      setup,
      ring: 500 + below(2000),
      mos: 4 + below(42) / 100,
      packet_loss: below(3) / 100,
      jitter: below(100) / 10,
    },
  });
}

/** Adds a minute of runs of all monitors. Only every tenth is added to its buckets: adding all would not make the rows larger. */
async function fillMinute({ run }: Statements, begin: number): Promise<void> {
  const minute = (begin / MINUTE) % 60;
  for (let number = 1; number <= MONITORS; number += 1) {
    const one = someRun(`monitor ${number}`, begin + number * 290 + below(50));
    await run(ADD_RUN, runValues(one, number));
    for (const size of SIZES) {
      if (minute % 10 === 0) await run(...addRun(size, number, one));
      if (minute === 0)
        for (const told of addTime(size, number, 'ok', begin, begin + HOUR)) await run(...told);
    }
  }
}

async function fill(path: string): Promise<void> {
  const sql = await openSqlite(path);
  await migrate(sql);
  await sql.close();
  const store = await openStore(path);
  for (let number = 1; number <= MONITORS; number += 1)
    await store.save(monitorWith(someRun(`monitor ${number}`, NOW - DAYS * DAY - MINUTE)));
  await store.close();
  const writer = await openSqlite(path);
  for (let begin = NOW - DAYS * DAY; begin < NOW; begin += MINUTE)
    await writer.transaction((statements) => fillMinute(statements, begin));
  await writer.close();
}

function monitorWith(run: EndedRun): StoredMonitor {
  const state = { ...storedMonitor().state, recent: Array<'passed'>(100).fill('passed') };
  return storedMonitor({ name: run.monitor, state, last: run, last_passed: run });
}

async function overviewTimes(store: Store): Promise<readonly number[]> {
  const times: number[] = [];
  for (let view = 0; view < VIEWS; view += 1) {
    const before = performance.now();
    await store.monitors();
    await store.strips(50);
    for (const days of [1, 7, 30, 90]) await store.stateTimes(NOW - days * DAY + 17 * MINUTE, NOW);
    times.push(performance.now() - before);
  }
  return times;
}

test('(q) 30 days of 200 monitors', async () => {
  const path = join(folder, 'month.db');
  await fill(path);
  const everything = statSync(path).size / MB;
  const store = await openStore(path);
  const full = await overviewTimes(store);
  const before = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await store.prune(NOW, RETENTION, new Set((await store.monitors()).map(({ name }) => name)));
  delay.disable();
  const pruning = performance.now() - before;
  const kept = statSync(path).size / MB;
  const pruned = await overviewTimes(store);
  await store.close();
  report(
    [
      {
        name: '(q) store of 200 monitors after 30 days',
        value: kept,
        unit: 'MB',
        limit: 300,
        from: { 'with all runs': everything, days: DAYS },
      },
      {
        name: '(q) what the overview asks, p95',
        value: percentile(full, 95),
        unit: 'ms',
        limit: 200,
        from: { median: median(full), 'median after pruning': median(pruned) },
      },
      {
        name: '(q) block while 16 days are pruned, p99',
        value: delay.percentile(99) / 1e6,
        unit: 'ms',
        limit: 50,
        from: { longest: delay.max / 1e6, 's in all': pruning / 1000 },
      },
    ],
    'SQLite',
  );
});

test('(r) a run that ends', async () => {
  const store = await openStore(join(folder, 'commits.db'));
  const times: number[] = [];
  for (let index = 0; index < COMMITS; index += 1) {
    const run = someRun(`monitor ${index % MONITORS}`, NOW + index * 300);
    const before = performance.now();
    await store.end(run, monitorWith(run));
    times.push(performance.now() - before);
  }
  await store.close();
  const total = times.reduce((sum, ms) => sum + ms, 0);
  report(
    [
      {
        name: '(r) a run that ends, p99',
        value: percentile(times, 99),
        unit: 'ms',
        limit: 20,
        from: { median: median(times), 'a second': (COMMITS * 1000) / total },
      },
    ],
    'SQLite',
  );
});
