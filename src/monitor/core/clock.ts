/** Wall clock, steady clock and timers of the machine: tests of schedules have their own. All in ms. */
export interface Clock {
  /** Since 1970. */
  now(): number;
  /** Never set, never goes back. */
  steady(): number;
  /** @returns what cancels it */
  after(ms: number, action: () => void): () => void;
}

export const MACHINE_CLOCK: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
