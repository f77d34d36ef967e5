/** Runs of a history that come in pieces. */
import type { EndedRun } from '../../../monitor/model/run.js';
import { isBad } from '../../../monitor/model/states.js';

/** Joins both lists, each run once, the newest first. Of a run in both, `come` counts: its report may be gone by now. */
export function merged(known: readonly EndedRun[], come: readonly EndedRun[]): EndedRun[] {
  const byId = new Map([...known, ...come].map((run) => [run.id, run]));
  return [...byId.values()].sort((a, b) => b.started_at - a.started_at);
}

/**
 * Puts the newest runs before the known ones. After a long time without the feed they may not reach back to these; the known runs
 * are then dropped, so that no run is missing in between.
 * @param limit how many were asked for
 */
export function joined(
  known: readonly EndedRun[],
  newest: readonly EndedRun[],
  limit: number,
): EndedRun[] {
  const ids = new Set(known.map(({ id }) => id));
  const isWhole = newest.length < limit || newest.some(({ id }) => ids.has(id));
  return isWhole ? merged(known, newest) : [...newest];
}

export function badOf(runs: readonly EndedRun[]): EndedRun[] {
  return runs.filter(({ outcome }) => isBad(outcome));
}

/** When the oldest of them began, in ms since 1970: where the next piece goes on. */
export function oldest(runs: readonly EndedRun[]): number {
  return Math.min(...runs.map(({ started_at: at }) => at));
}
