/** Milliseconds of a monotonic clock that all threads of the process share. */
export function hrtimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

const READINGS = 5;
let offset: number | undefined;

/**
 * How far hrtimeMs() is ahead of performance.now() in this thread, in ms; measured once. A thread can lose its processor between
 * reading the two clocks, so of a few readings the fastest one counts.
 */
export function hrtimeAhead(): number {
  offset ??= closestReading();
  return offset;
}

function closestReading(): number {
  const readings = Array.from({ length: READINGS }, () => {
    const before = hrtimeMs();
    const other = performance.now();
    const took = hrtimeMs() - before;
    return { took, ahead: before + took / 2 - other };
  });
  return readings.reduce((best, one) => (one.took < best.took ? one : best)).ahead;
}
