/** A clock for tests of monitors, turned by hand, and runs that take their time by it. Never shipped. */
import { setImmediate } from 'node:timers/promises';
import type { Ended, Runner } from '../../monitor/core/child.js';
import type { Clock } from '../../monitor/core/clock.js';

/** Where its wall clock begins. */
export const BEGIN = Date.parse('2026-11-30T00:00:00Z');

/** Time passes only when the test says so; what waits for it happens in its order. */
export class HandClock implements Clock {
  #steady = 0;
  #wall = BEGIN;
  #timers: { at: number; action: () => void }[] = [];

  now(): number {
    return this.#wall;
  }

  steady(): number {
    return this.#steady;
  }

  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#steady + Math.max(0, ms), action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** The wall clock is set by so much. */
  set(ms: number): void {
    this.#wall += ms;
  }

  async pass(ms: number): Promise<void> {
    const end = this.#steady + ms;
    for (;;) {
      await settled();
      const [next] = this.#timers.toSorted((a, b) => a.at - b.at);
      const to = Math.min(end, next?.at ?? end);
      this.#wall += to - this.#steady;
      this.#steady = to;
      if (next === undefined || next.at > end) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      next.action();
    }
    await settled();
  }
}

/** Requests about files that are under way, as Node names them. */
const OF_FILES = /^(FSReq|FILEHANDLE)/;

/** Resolves when all work has gone as far as it can without the clock: no file is being made or removed, and no promise is left. */
async function settled(): Promise<void> {
  for (let calm = 0; calm < 5; calm += 1) {
    await setImmediate();
    if (process.getActiveResourcesInfo().some((name) => OF_FILES.test(name))) calm = 0;
  }
}

/** What a good run tells. */
export const PASSED: Ended = {
  outcome: 'passed',
  codes: [],
  measures: {},
  scenarios: 1,
  scenarios_failed: 0,
  locks: [],
  timed_out: false,
};

/** Runs take that long and end as given; one that is aborted ends at once. */
export function takes(
  clock: HandClock,
  ms: number,
  end: (name: string) => Partial<Ended> = () => ({}),
): Runner {
  return ({ name }, { signal }) =>
    new Promise((resolve) => {
      const ended = (): void => {
        resolve({ ...PASSED, ...end(name) });
      };
      const cancel = clock.after(ms, ended);
      const aborted = (): void => {
        cancel();
        ended();
      };
      if (signal.aborted) aborted();
      signal.addEventListener('abort', aborted);
    });
}
