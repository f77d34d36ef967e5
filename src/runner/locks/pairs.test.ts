/** Scenarios that take random pairs of few accounts, one after the other, through the real schedule and the real locks. */
import { expect, test } from 'vitest';
import { randomOf } from '../../testing/samples/signals.js';
import type { PlannedFile } from '../plan/collect.js';
import { scheduleOf, type Attempts, type Task } from '../schedule/schedule.js';
import { Locks, RestartNeeded } from './locks.js';
import { ScenarioLocks } from './scenario-locks.js';

const PASSED = { verdict: 'passed', failures: [], isRetried: false } as const;

interface Outcome {
  ended: string[];
  restarts: number;
  /** The most places by which a scenario ended later than its place in the queue. */
  mostOvertaken: number;
  overlaps: string[];
}

/** @param shareActed how many of the scenarios do something visible before they need their second account */
async function run(pairs: number, jobs: number, seed: number, shareActed = 0): Promise<Outcome> {
  const random = randomOf(seed);
  const pick = (): number => Math.floor(random() * 6);
  const locks = new Locks();
  const inUse = new Map<string, string>();
  const known = new Map<string, string[]>();
  const claimed = new Map<string, ScenarioLocks>();
  const outcome: Outcome = { ended: [], restarts: 0, mostOvertaken: 0, overlaps: [] };
  const wanted = Array.from({ length: pairs }, () => {
    const first = pick();
    const names = [first, (first + 1 + (pick() % 5)) % 6];
    return names.map((account) => `sip:${account}@pairs-${process.pid}-${seed}`);
  });
  const attempts: Attempts = {
    locksOf: ({ scenario: { key } }) => known.get(key) ?? [],
    claim: (task) => {
      const { key, order } = task.scenario;
      const id = { id: key, key, attempt: 1, order, file: '', name: key, tags: [] };
      const options = { age: order, first: known.get(key) ?? [] };
      const own = new ScenarioLocks(locks, id, options, { emit: () => undefined, now: () => 0 });
      if (!own.claim()) return false;
      claimed.set(key, own);
      return true;
    },
    queueEnds: () => {
      locks.forgetWishes();
    },
    leaveOut: () => undefined,
    run: async ({ scenario: { key, order } }: Task) => {
      const own = claimed.get(key);
      if (own === undefined) throw new Error('not claimed');
      const used: string[] = [];
      const [first = '', second = ''] = wanted[order - 1] ?? [];
      try {
        await own.begin();
        for (const account of [first, second]) {
          await own.take([account]);
          if (inUse.has(account))
            outcome.overlaps.push(`${account}: ${key} beside ${inUse.get(account) ?? ''}`);
          inUse.set(account, key);
          used.push(account);
          if (random() < shareActed) own.acted();
          await new Promise((resolve) => setTimeout(resolve, random() * 2));
        }
      } catch (error) {
        if (!(error instanceof RestartNeeded)) throw error;
        outcome.restarts += 1;
        known.set(key, [...new Set([...own.taken(), error.lock])]);
        for (const account of used) inUse.delete(account);
        own.release();
        return 'restart';
      }
      for (const account of used) inUse.delete(account);
      own.release();
      outcome.ended.push(key);
      outcome.mostOvertaken = Math.max(outcome.mostOvertaken, outcome.ended.length - order);
      return PASSED;
    },
  };
  const scenarios = wanted.map((_, at) => {
    return { key: `s${at + 1}`, order: at + 1, file: '', name: '', tags: [], only: false };
  });
  const file = { shown: '', scenarios } as unknown as PlannedFile;
  const schedule = scheduleOf({ jobs, retries: 0, repeat: 1, bail: Infinity });
  await schedule([file], attempts, new AbortController().signal);
  return outcome;
}

const RUNS = Number(process.env['OFFHOOK_PAIR_RUNS'] ?? 1);

test.each(Array.from({ length: RUNS }, (_, at) => at + 1))(
  'random pairs of six accounts, eight at a time: no deadlock, no overlap, and nobody waits for long (seed %i)',
  async (seed) => {
    const pairs = RUNS > 1 ? 200 : 40;
    const { ended, overlaps, mostOvertaken } = await run(pairs, 8, seed);
    expect(ended).toHaveLength(pairs);
    expect(new Set(ended).size).toBe(pairs);
    expect(overlaps).toEqual([]);
    // eight scenarios run at a time, but at most three pairs
    expect(mostOvertaken).toBeLessThan(24);
  },
  20_000,
);
