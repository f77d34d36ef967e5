/** Divides scenarios into parts that take about as long as each other, by what each took last time. */
import { createHash } from 'node:crypto';

/** What a scenario took last time, ms; undefined for one that has not run. */
export type TookMs = (key: string) => number | undefined;

/**
 * Puts each item, the longest first, into the part that has least to do; an item that has not run counts as the median of
 * the others. Equal input gives equal parts on every machine, because each part of a run is computed on another one.
 */
export function divide<T extends { key: string }>(
  items: readonly T[],
  parts: number,
  tookMs: TookMs,
): readonly (readonly T[])[] {
  const divided = Array.from({ length: parts }, (): T[] => []);
  const loads = new Array<number>(parts).fill(0);
  const ms = weights(items, tookMs);
  const byWeight = [...items].sort(
    (a, b) => (ms.get(b.key) ?? 0) - (ms.get(a.key) ?? 0) || (a.key < b.key ? -1 : 1),
  );
  for (const item of byWeight) {
    const least = loads.indexOf(Math.min(...loads));
    divided[least]?.push(item);
    loads[least] = (loads[least] ?? 0) + (ms.get(item.key) ?? 0);
  }
  return divided;
}

/** Tells whether two machines have divided the same scenarios in the same way. */
export function digestOf(divided: readonly (readonly { key: string }[])[]): string {
  const lines = divided.flatMap((part, index) => part.map(({ key }) => `${index} ${key}\n`));
  return createHash('sha256').update(lines.sort().join('')).digest('hex').slice(0, 16);
}

/** Estimates how long scenarios take, in ms, if `jobs` run at a time; undefined if none of them has run before. */
export function estimateMs(
  items: readonly { key: string }[],
  jobs: number,
  tookMs: TookMs,
): number | undefined {
  if (items.every(({ key }) => tookMs(key) === undefined)) return undefined;
  const ms = weights(items, tookMs);
  const load = (part: readonly { key: string }[]): number =>
    part.reduce((sum, { key }) => sum + (ms.get(key) ?? 0), 0);
  return Math.max(...divide(items, Math.min(jobs, items.length), tookMs).map(load));
}

/** Times below this differ by chance; it also keeps a part from getting all scenarios that took no time. */
const SHORTEST_MS = 10;

function weights(items: readonly { key: string }[], tookMs: TookMs): ReadonlyMap<string, number> {
  const known = items.flatMap(({ key }) => tookMs(key) ?? []).sort((a, b) => a - b);
  const median = known[Math.floor(known.length / 2)] ?? 1000;
  return new Map(items.map(({ key }) => [key, Math.max(SHORTEST_MS, tookMs(key) ?? median)]));
}
