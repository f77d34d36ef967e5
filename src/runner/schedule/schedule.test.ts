import { expect, test } from 'vitest';
import { makePolicy } from '../../policy/policy.js';
import type { PlannedFile } from '../plan/collect.js';
import type { ScenarioResult } from '../scenario/run-scenario.js';
import { scheduleOf, type Attempts, type ScheduleOptions, type Task } from './schedule.js';

const rules = {
  untrusted: false,
  read: [],
  maxAgents: { value: 1, origin: 'default' },
  isolate: { value: 'auto', origin: 'default' },
} as const;

function planned(...names: string[]): PlannedFile {
  return {
    file: { path: '/a.js', viaFolder: false, linked: false },
    shown: 'a.js',
    binding: {
      policy: makePolicy(rules),
      warnings: [],
      job: () => ({ file: '/a.js', readRoot: '/', env: {}, fixedEnv: {} }),
    },
    scenarios: names.map((name, at) => ({
      order: at + 1,
      key: name,
      file: 'a.js',
      name,
      tags: [],
      only: false,
    })),
  };
}

const PASSED: ScenarioResult = { verdict: 'passed', failures: [], isRetried: false };
const FAILED: ScenarioResult = { ...PASSED, verdict: 'failed' };

interface Plan {
  names: readonly string[];
  options?: Partial<ScheduleOptions>;
  /** What an attempt comes to; passed unless given. */
  result?: (task: Task) => ScenarioResult | 'restart';
  /** Turns of the event loop an attempt takes: 1 unless given. */
  turns?: (name: string) => number;
  locks?: Readonly<Record<string, readonly string[]>>;
  stopAt?: string;
}

/** Carries a schedule out. @returns what began and ended, in order; what was left out; the most at a time */
async function carriedOut({ names, options, result, turns, locks = {}, stopAt }: Plan) {
  const log: string[] = [];
  const leftOut: string[] = [];
  const held = new Set<string>();
  const stop = new AbortController();
  let [running, most] = [0, 0];
  const locksOf = ({ scenario }: Task): readonly string[] => locks[scenario.name] ?? [];
  const attempts: Attempts = {
    locksOf,
    claim: (task) => {
      if (locksOf(task).some((lock) => held.has(lock))) return false;
      for (const lock of locksOf(task)) held.add(lock);
      return true;
    },
    run: async (task) => {
      const name = `${task.scenario.name}.${task.attempt}${task.isRetry ? 'r' : ''}`;
      log.push(`+${name}`);
      if (name === stopAt) stop.abort();
      most = Math.max(most, (running += 1));
      for (let turn = turns?.(task.scenario.name) ?? 1; turn > 0; turn -= 1) {
        await new Promise(setImmediate);
      }
      running -= 1;
      for (const lock of locksOf(task)) held.delete(lock);
      log.push(`-${name}`);
      return result?.(task) ?? PASSED;
    },
    queueEnds: () => undefined,
    leaveOut: ({ name }) => leftOut.push(name),
  };
  const all = { jobs: 1, retries: 0, repeat: 1, bail: Infinity, ...options };
  await scheduleOf(all)([planned(...names)], attempts, stop.signal);
  return { log, leftOut, most, began: log.filter((one) => one.startsWith('+')) };
}

test('one job: each scenario once, in the order of the files, never two at a time', async () => {
  const { log } = await carriedOut({ names: ['a', 'b', 'c'] });
  expect(log).toEqual(['+a.1', '-a.1', '+b.1', '-b.1', '+c.1', '-c.1']);
});

test('several jobs: that many at a time, begun in order, the next when one ends', async () => {
  const turns = (name: string): number => (name === 'a' ? 9 : 1);
  const { log, most } = await carriedOut({
    names: ['a', 'b', 'c', 'd'],
    options: { jobs: 2 },
    turns,
  });
  expect(most).toBe(2);
  expect(log).toEqual(['+a.1', '+b.1', '-b.1', '+c.1', '-c.1', '+d.1', '-d.1', '-a.1']);
});

test('nothing begins after the stop, which whoever stopped it may tell', async () => {
  const { began, leftOut } = await carriedOut({ names: ['a', 'b', 'c'], stopAt: 'b.1' });
  expect(began).toEqual(['+a.1', '+b.1']);
  expect(leftOut).toEqual(['c']);
});

test('retries: at the end, alone, in the order of the files, until it passes or none is left', async () => {
  const { log, most } = await carriedOut({
    names: ['a', 'b', 'c', 'd'],
    options: { jobs: 4, retries: 2 },
    turns: (name) => (name === 'b' ? 1 : 3),
    result: ({ scenario: { name }, attempt }) =>
      name === 'b' || (name === 'a' && attempt === 1) ? FAILED : PASSED,
  });
  expect(most).toBe(4);
  expect(log.slice(8)).toEqual(['+a.2r', '-a.2r', '+b.2r', '-b.2r', '+b.3r', '-b.3r']);
});

test('what is kept is not retried, even where a scenario says so', async () => {
  const { began } = await carriedOut({
    names: ['a', 'b'],
    options: { retries: 2, keeps: true },
    result: () => FAILED,
  });
  expect(began).toEqual(['+a.1', '+b.1']);
});

test('repeat: rounds, in which nothing is retried', async () => {
  const { began } = await carriedOut({
    names: ['a', 'b'],
    options: { repeat: 2, retries: 5 },
    result: () => FAILED,
  });
  expect(began).toEqual(['+a.1', '+b.1', '+a.2', '+b.2']);
});

test('bail: ends after so many have failed for good, and tells what was not run', async () => {
  const { began, leftOut } = await carriedOut({
    names: ['a', 'b', 'c', 'd', 'e'],
    options: { bail: 2, retries: 1 },
    // c is flaky: it is retried before its first failure could end the run
    result: ({ scenario: { name }, isRetry }) =>
      name === 'a' || name === 'd' || (name === 'c' && !isRetry) ? FAILED : PASSED,
  });
  expect(began).toEqual(['+a.1', '+b.1', '+c.1', '+a.2r', '+c.2r', '+d.1', '+d.2r']);
  expect(leftOut).toEqual(['e']);
});

test('bail in a later round leaves nothing out: each has run', async () => {
  const { began, leftOut } = await carriedOut({
    names: ['a', 'b'],
    options: { bail: 1, repeat: 9 },
    result: ({ attempt, scenario: { name } }) => (name === 'a' && attempt === 2 ? FAILED : PASSED),
  });
  expect(began).toEqual(['+a.1', '+b.1', '+a.2']);
  expect(leftOut).toEqual([]);
});

test('locks: whoever needs one that is held lets others pass, but none that needs it, too', async () => {
  const { log } = await carriedOut({
    names: ['a', 'b', 'c', 'd'],
    options: { jobs: 3 },
    locks: { a: ['x'], b: ['x', 'y'], c: ['y'], d: ['z'] },
    turns: (name) => (name === 'd' ? 9 : 1),
  });
  expect(log.slice(0, 2)).toEqual(['+a.1', '+d.1']);
  expect(log.indexOf('+b.1')).toBeLessThan(log.indexOf('+c.1'));
});

test('a restart comes before what has not begun, and is the same attempt', async () => {
  let times = 0;
  const { began } = await carriedOut({
    names: ['a', 'b'],
    result: ({ scenario: { name } }) => (name === 'a' && (times += 1) < 3 ? 'restart' : PASSED),
  });
  expect(began).toEqual(['+a.1', '+a.1', '+a.1', '+b.1']);
});

test('scenarios that all share a lock are taken one by one', async () => {
  const names = Array.from({ length: 1000 }, (_, at) => `s${at}`);
  const locks = Object.fromEntries(names.map((name) => [name, ['x']]));
  const { most, began } = await carriedOut({ names, locks, options: { jobs: 8 }, turns: () => 0 });
  expect(most).toBe(1);
  expect(began).toHaveLength(1000);
});
