/** `offhook serve` for long: its schedule, its memory of what it has shown, and its own memory. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { RunFolders } from '../../monitor/core/folders.js';
import { Watch } from '../../monitor/core/watch.js';
import type { MonitorSettings } from '../../monitor/model/settings.js';
import type { MonitorView } from '../../monitor/model/view.js';
import { openStore } from '../../monitor/store/open-store.js';
import type { Store } from '../../monitor/store/store.js';
import { HandClock, takes } from '../monitor/hand-clock.js';
import { leavingNothing } from '../cli/leftovers.js';
import { type RunningCli, startCli } from '../cli/run-cli.js';
import { writeFiles } from '../cli/run-files.js';
import { MINUTE, monitorSettings, RETENTION, SECOND } from '../monitor/sample-monitor.js';

const MONITORS = 200;
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? '20');
const KILLS = Number(process.env['SOAK_KILLS'] ?? '200');
const RUNS = Number(process.env['SOAK_RUNS'] ?? '10000');
/** A run costs nearly half a second of processor time, so four at a time use two processors fully. */
const PARALLEL = 4;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const named = (count: number): readonly MonitorSettings[] =>
  Array.from({ length: count }, (_, index) =>
    monitorSettings({ name: `m${index}`, schedule: { kind: 'every', every_ms: MINUTE } }),
  );

/** How late each run of a monitor was, by the first one, in ms. @throws where one is missing or doubled */
async function delaysOf(store: Store, name: string, minutes: number): Promise<readonly number[]> {
  const all = await store.history(name, Number.MAX_SAFE_INTEGER, 100_000);
  const starts = all.map(({ started_at }) => started_at).toReversed();
  const [first = 0] = starts;
  const within = starts.filter((start) => start < first + minutes * MINUTE - 20 * SECOND);
  expect(within).toHaveLength(minutes);
  return within.map((start, index) => start - first - index * MINUTE);
}

function tellDelays(delays: readonly number[]): number {
  const sorted = delays.map(Math.abs).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? NaN;
  say(`${sorted.length} runs late by p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
  return at(0.95);
}

async function inFolder(act: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'offhook-soak-'));
  try {
    await act(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('an hour of 200 monitors once a minute, simulated', async () => {
  await inFolder(async (folder) => {
    const clock = new HandClock();
    const store = await openStore(join(folder, 'history.sqlite'));
    const watch = await Watch.start(
      { store, folders: new RunFolders(join(folder, 'runs')), clock, runner: takes(clock, 500) },
      { monitors: named(MONITORS), max_parallel: PARALLEL, retention: RETENTION },
    );
    await clock.pass(62 * MINUTE);
    const delays = [];
    for (let index = 0; index < MONITORS; index += 1) {
      delays.push(...(await delaysOf(store, `m${index}`, 60)));
    }
    expect(tellDelays(delays)).toBeLessThan(2 * SECOND);
    await watch.close();
    await store.close();
  });
});

test(`${RUNS} runs: the memory stays`, async () => {
  await inFolder(async (folder) => {
    const clock = new HandClock();
    const store = await openStore(join(folder, 'history.sqlite'));
    let runs = 0;
    const runner = takes(clock, 100, () => {
      runs += 1;
      // Failures are what most is kept of.
      return runs % 7 === 0 ? { outcome: 'failed', note: `no answer ${runs}` } : {};
    });
    const watch = await Watch.start(
      { store, folders: new RunFolders(join(folder, 'runs')), clock, runner },
      { monitors: named(50), max_parallel: PARALLEL, retention: RETENTION },
    );
    const heap = async (until: number): Promise<number> => {
      while (runs < until) await clock.pass(MINUTE);
      global.gc?.();
      return process.memoryUsage().heapUsed / 1024 / 1024;
    };
    const early = await heap(RUNS / 5);
    const late = await heap(RUNS);
    say(
      `heap after ${RUNS / 5} runs ${early.toFixed(1)} MiB, after ${RUNS} ${late.toFixed(1)} MiB`,
    );
    expect(late - early).toBeLessThan(10);
    await watch.close();
    await store.close();
  });
});

const PASS = `scenario('passes', () => { assert(1).equals(1); });`;
const URL_LINE = /http:\/\/127\.0\.0\.1:\d+/;

async function urlOf(cli: RunningCli): Promise<string> {
  await cli.waitFor(URL_LINE);
  return URL_LINE.exec(cli.stdout())?.[0] ?? '';
}

const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;

test(`${MONITORS} monitors once a minute for ${MINUTES} minutes, each run a process`, async () => {
  const monitors = Object.fromEntries(
    Array.from({ length: MONITORS }, (_, index) => [`m${index}`, { run: 'pass.js', every: '1m' }]),
  );
  const config = JSON.stringify({ monitors, max_parallel: PARALLEL, listen: { port: 0 } });
  const run = await writeFiles({ 'pass.js': PASS, 'offhook.config.json': config });
  const { folder, leftovers } = run;
  await leavingNothing(leftovers, async () => {
    const cli = startCli(['serve'], { cwd: folder, leftovers, timeout: (MINUTES + 5) * MINUTE });
    const url = await urlOf(cli);
    const memory: number[] = [];
    for (let minute = 0; minute <= MINUTES + 1; minute += 1) {
      await setTimeout(MINUTE);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      memory.push(Number(/^process_resident_memory_bytes (\d+)/m.exec(metrics)?.[1]) / 1024 / 1024);
      const began = performance.now();
      await (await fetch(`${url}/monitors`)).text();
      say(
        `minute ${minute + 1}: ${memory.at(-1)?.toFixed(0) ?? ''} MiB, overview in ${(performance.now() - began).toFixed(0)} ms`,
      );
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    cli.kill('SIGTERM');
    expect((await cli.done).code).toBe(0);
    const store = await openStore(join(folder, '.offhook/monitor/history.sqlite'));
    const delays = [];
    for (let index = 0; index < MONITORS; index += 1) {
      delays.push(...(await delaysOf(store, `m${index}`, MINUTES)));
    }
    await store.close();
    expect(tellDelays(delays)).toBeLessThan(2 * SECOND);
  });
});

test(`killed ${KILLS} times: nothing that was shown is lost, nothing is left`, async () => {
  const line = `scenario('fails now and then', () => { assert(Number(uuid().slice(0, 1).codePointAt(0)) % 4).is_not(0); });`;
  const monitors = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [name, { run: 'line.js', every: '1s', fail_after: 2 }]),
  );
  const config = JSON.stringify({ monitors, listen: { port: 0 } });
  const { folder, leftovers } = await writeFiles({
    'line.js': line,
    'offhook.config.json': config,
  });
  await leavingNothing(
    leftovers,
    async () => {
      let shown: readonly MonitorView[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        const cli = startCli(['serve'], { cwd: folder, leftovers });
        const url = await urlOf(cli);
        const now = await get<readonly MonitorView[]>(`${url}/monitors`);
        for (const before of shown) assertKept(before, now);
        // Until some moment in which anything may be going on.
        const end = performance.now() + Math.random() * 2500;
        do {
          shown = await get(`${url}/monitors`);
          // More often would be too many requests.
          await setTimeout(30);
        } while (performance.now() < end);
        cli.kill('SIGKILL');
        await cli.done.catch(() => undefined);
      }
      await vi.waitFor(
        () => {
          expect(leftovers.processes()).toEqual([]);
        },
        { timeout: 15_000, interval: 100 },
      );
      expect(shown.reduce((sum, { state }) => sum + state.n_run, 0)).toBeGreaterThan(KILLS);
      const runs = await readdir(join(folder, '.offhook/monitor/runs'));
      say(`${runs.length} runs have kept their files`);
    },
    15_000,
  );
});

/** Asserts that no run shown before is lost, however many have followed. */
function assertKept(before: MonitorView, now: readonly MonitorView[]): void {
  const after = now.find(({ name }) => name === before.name);
  expect(after?.state.n_run).toBeGreaterThanOrEqual(before.state.n_run);
  expect(after?.state.n_fail).toBeGreaterThanOrEqual(before.state.n_fail);
  const ids = new Set(after?.strip.map(({ id }) => id));
  for (const { id } of before.strip.slice(-20)) expect(ids.has(id)).toBe(true);
}
