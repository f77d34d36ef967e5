/** How long something takes at its quickest, whatever else the machine does meanwhile. Never shipped. */

const TRIES = 5;

/** @returns the processor time of this process that `compute` takes, in ms */
function cpuMs(compute: () => unknown): number {
  const before = process.cpuUsage();
  compute();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Measures again, five times at most, as long as the time is not below the limit. Other programs
 * that share processor and caches only lengthen what is measured, so the least time is the truest.
 *
 * @returns the least of these times, in ms
 */
export async function leastMs(
  limit: number,
  measure: () => number | Promise<number>,
): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < TRIES && least >= limit; tries += 1) {
    least = Math.min(least, await measure());
  }
  return least;
}

/** @returns the least processor time of this process that `compute` takes, in ms, see {@link leastMs} */
export async function leastCpuMs(limit: number, compute: () => unknown): Promise<number> {
  return leastMs(limit, () => cpuMs(compute));
}
