/** Days (UTC, as the store sums them) as status pages show them: how many runs counted, and how many of these were good. Pure. */
import type { Outcome } from './run.js';
import { isBad, isCounted } from './states.js';

export interface DaySum {
  /** Runs that counted. */
  readonly runs: number;
  /** Counted runs that passed, on a retry or beyond a threshold included. */
  readonly good: number;
}

/** The sum of one day. */
export interface Day extends DaySum {
  /** Its begin, in ms since 1970. */
  readonly at: number;
}

/** So many days are shown. */
export const DAYS_SHOWN = 90;
const DAY_MS = 24 * 3_600_000;

/** Begin of the first of the days that are shown, in ms since 1970. */
export function firstDay(now: number): number {
  return (Math.floor(now / DAY_MS) - DAYS_SHOWN + 1) * DAY_MS;
}

/**
 * The last 90 days, today included, the oldest first; a day that is not in `known` has no runs.
 * @param known days, in any order
 */
export function daysOf(known: readonly Day[], now: number): DaySum[] {
  const first = firstDay(now);
  const sums = new Map(known.map(({ at, runs, good }) => [at, { runs, good }]));
  return Array.from(
    { length: DAYS_SHOWN },
    (_, index) => sums.get(first + index * DAY_MS) ?? { runs: 0, good: 0 },
  );
}

/** @param bucket the sums of a day, by outcomes */
export function dayOf({ at, runs }: { at: number; runs: Partial<Record<Outcome, number>> }): Day {
  const counted = (Object.entries(runs) as [Outcome, number][]).filter(([one]) => isCounted(one));
  const sum = (counts: typeof counted): number => counts.reduce((all, [, count]) => all + count, 0);
  return { at, runs: sum(counted), good: sum(counted.filter(([one]) => !isBad(one))) };
}

/** "2026-11-30". @param at ms since 1970 */
export function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Name of the day that is so many days after the first. */
export function dayAfter(first: string, days: number): string {
  return dayName(Date.parse(first) + days * DAY_MS);
}
