/** A monitor that is killed at any moment has told everybody in the end, and what it tells twice has the same id. */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { HttpSink } from '../../testing/monitor/http-sink.js';
import { storedMonitor } from '../../testing/monitor/sample-monitor.js';
import type { Target } from '../model/targets.js';
import { openStore } from '../store/open-store.js';
import { Notifier } from './notifier.js';
import { until } from '../../testing/until.js';

const module = (path: string): string =>
  new URL(`../../../dist/monitor/${path}`, import.meta.url).href;

/** Stores transitions and tells them until it is killed, and prints the number of each that is stored. */
const MONITOR = `
  const [, where, first, target, monitor] = process.argv;
  const { openStore } = await import('${module('store/open-store.js')}');
  const { Notifier } = await import('${module('notify/notifier.js')}');
  const { noticesOf } = await import('${module('notify/notice.js')}');
  const store = await openStore(where);
  const targets = [JSON.parse(target)];
  const notifier = new Notifier(targets, {
    store, watched: () => [], runUrl: () => undefined, environment: {} });
  await notifier.start();
  process.stdout.write('open\\n');
  for (let number = Number(first); ; number += 1) {
    const transition = { from: 'ok', to: 'failed', at: number };
    const notices = noticesOf(transition, { name: 'm' + number, labels: {} }, targets, Date.now());
    await store.save(JSON.parse(monitor), transition, notices);
    process.stdout.write(number + '\\n');
    notifier.told(notices);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
`;
const KILLS = 40;
const MOST_TRANSITIONS = 40;

const folder = mkdtempSync(join(tmpdir(), 'offhook-killed-notifier-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function tellAndDie(where: string, first: number, target: Target): Promise<number[]> {
  const args = [where, String(first), JSON.stringify(target), JSON.stringify(storedMonitor())];
  const child = spawn(process.execPath, ['--input-type=module', '-e', MONITOR, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const printed: number[] = [];
  const most = randomInt(MOST_TRANSITIONS);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'open') printed.push(Number(line));
    if (printed.length >= most) child.kill('SIGKILL');
  }
  await ended;
  return printed;
}

test(
  `killed ${KILLS} times, it has told all, and nothing under two ids`,
  { timeout: 120_000 },
  async () => {
    await using sink = await HttpSink.start();
    const target: Target = {
      name: 'ops',
      type: 'webhook',
      url: `http://127.0.0.1:${sink.port}/`,
      form: { template: 'json' },
      headers: {},
      on: ['failed'],
      group_wait_ms: 5,
      remind_every_ms: 0,
      timeout_ms: 5000,
      tries: 3,
    };
    const where = join(folder, 'history.sqlite');
    let next = 0;
    for (let time = 0; time < KILLS; time += 1) {
      const printed = await tellAndDie(where, next, target);
      // What was stored just before the end may not have been printed: its number is not used again.
      next = (printed.at(-1) ?? next - 1) + 2;
    }
    const store = await openStore(where);
    const stored = new Set<string>();
    for (const { at } of await store.transitions(storedMonitor().name, Infinity, 1_000_000)) {
      stored.add(`m${at}`);
    }
    const notifier = new Notifier([target], {
      store,
      watched: () => [],
      runUrl: () => undefined,
      environment: {},
    });
    await notifier.start();
    await until(async () => (await store.notices()).length === 0);
    await notifier.stop();
    await store.close();

    const deliveries = new Map<string, Set<string>>();
    for (const { body } of sink.requests) {
      const { delivery, transitions } = JSON.parse(body) as {
        delivery: string;
        transitions: { monitor: string }[];
      };
      for (const { monitor } of transitions) {
        deliveries.set(monitor, (deliveries.get(monitor) ?? new Set()).add(delivery));
      }
    }
    expect(stored.size).toBeGreaterThan(KILLS);
    expect([...stored].filter((monitor) => !deliveries.has(monitor))).toEqual([]);
    expect([...deliveries.values()].filter((ids) => ids.size > 1)).toEqual([]);
  },
);
