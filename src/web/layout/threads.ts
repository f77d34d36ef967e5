/** Attempts as bars on the time axis of the run: those that ran beside each other stand below each other. */
export interface Bar {
  index: number;
  thread: number;
  from: number;
  to: number;
}

/** @param attempts any order @returns in order of time */
export function threadBars(attempts: readonly { at: number; ms: number }[]): Bar[] {
  const busyUntil: number[] = [];
  return attempts
    .map(({ at, ms }, index) => ({ index, from: at, to: at + ms }))
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from || a.index - b.index)
    .map((bar) => {
      // times are rounded: the next one may seem to begin a moment before the end
      const free = busyUntil.findIndex((until) => until <= bar.from + 1);
      const thread = free < 0 ? busyUntil.length : free;
      busyUntil[thread] = bar.to;
      return { ...bar, thread };
    });
}

/** Round times for the ticks of an axis that is `ms` long: about `wanted` of them. */
export function ticks(ms: number, wanted: number): number[] {
  const raw = ms / Math.max(wanted, 1);
  const step = STEPS.find((one) => one >= raw) ?? Math.ceil(raw / 600_000) * 600_000;
  return Array.from({ length: Math.floor(ms / step) + 1 }, (_, index) => index * step);
}

const STEPS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000,
];
