import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BUILT_THREAD, LIMITS, Peer } from '../../testing/hostile/peer.js';
import { ScenarioThread } from '../../sandbox/host/scenario-thread.js';
import type { ScenarioJob } from '../../sandbox/protocol.js';
import { ThreadPool } from './threads.js';

let folder: string;
let pool: ThreadPool;
let started: ScenarioThread[];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-pool-')));
  started = [];
});
afterEach(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

function open(size: number): void {
  pool = new ThreadPool((sources) => {
    const thread = new ScenarioThread({ limits: LIMITS, entry: BUILT_THREAD, sources });
    started.push(thread);
    return thread;
  }, size);
}

function job(text: string, name = 'it.js'): ScenarioJob {
  const file = join(folder, name);
  writeFileSync(file, text);
  return { file, readRoot: folder, env: {}, fixedEnv: {} };
}

async function logged(thread: ScenarioThread, one: ScenarioJob): Promise<readonly string[]> {
  const peer = new Peer();
  const times = { timeout_ms: 5000, began: performance.now() };
  const { failures } = await thread.run({ ...one, teardown_ms: 1000 }, times, peer);
  expect(failures).toEqual([]);
  return peer.notes.flatMap((note) => (note.type === 'log' ? [note.text] : []));
}

test('jobs wait for a thread in their order; a thread starts only when all others are busy', async () => {
  open(2);
  const order: string[] = [];
  const hold = (name: string, until: Promise<void>): Promise<void> =>
    pool.use(async () => {
      order.push(`${name} begins`);
      await until;
      order.push(`${name} ends`);
    });
  await hold('alone', Promise.resolve());
  await hold('again', Promise.resolve());
  expect(started).toHaveLength(1);
  let release = (): void => undefined;
  const first = hold('first', new Promise((resolve) => (release = resolve)));
  const others = ['second', 'third', 'fourth'].map((name) => hold(name, Promise.resolve()));
  await Promise.all(others);
  release();
  await first;
  expect(started).toHaveLength(2);
  expect(order.slice(4)).toEqual([
    'first begins',
    'second begins',
    'second ends',
    'third begins',
    'third ends',
    'fourth begins',
    'fourth ends',
    'first ends',
  ]);
});

test('a job that fails gives its thread back', async () => {
  open(1);
  await expect(pool.use(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await pool.use(() => Promise.resolve('next'))).toBe('next');
});

test('every thread runs a file as it was when another thread collected it', async () => {
  open(3);
  const one = job('log("before"); assert(1).equals(1);');
  const other = job('log("other"); assert(1).equals(1);', 'other.js');
  await pool.use(async (first) => {
    await pool.use(async (second) => {
      // the second thread has started before the first one reads the file, the third starts after that
      await second.collect(other);
      await first.collect(one);
      job('log("after"); assert(1).equals(1);');
      expect(await logged(second, one)).toEqual(['before']);
      await pool.use(async (third) => {
        expect(await logged(third, one)).toEqual(['before']);
      });
    });
  });
});
