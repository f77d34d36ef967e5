/**
 * When packets are due: one timer for all sessions of the process. Times are kept, not intervals, so lateness of one wake-up
 * does not move the next. Where nothing is due there is no timer.
 */

/** What is done when its time has come. Whatever comes next asks for its time anew. */
type Beat = (now: number) => void;

/** What tells the time and wakes: of the process, or of a test. */
export interface TimeSource {
  /** ms, monotonic. */
  now(): number;
  /** Calls once, in `ms`. @returns what takes that back */
  wake(ms: number, call: () => void): () => void;
}

const PROCESS: TimeSource = {
  now: () => performance.now(),
  wake(ms, call) {
    const timer = setTimeout(call, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Node's timers have whole milliseconds: what is due within half of one is done now. */
const EARLY_MS = 0.5;

export class Clock {
  readonly #time: TimeSource;
  readonly #beats = new Map<Beat, number>();
  #timer: { at: number; cancel: () => void } | undefined;

  constructor(time: TimeSource = PROCESS) {
    this.#time = time;
  }

  /** ms, monotonic (performance.now()). */
  now(): number {
    return this.#time.now();
  }

  /** `beat` is called at that time, or at once if it has passed, but never before this returns. Replaces its time. */
  at(time: number, beat: Beat): void {
    this.#beats.set(beat, time);
    if (this.#timer === undefined || time < this.#timer.at) this.#wakeAt(time);
  }

  cancel(beat: Beat): void {
    this.#beats.delete(beat);
    if (this.#beats.size > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Whether anything is due at any time. */
  get idle(): boolean {
    return this.#timer === undefined;
  }

  #wakeAt(time: number): void {
    this.#timer?.cancel();
    const ms = Math.max(0, Math.round(time - this.#time.now()));
    this.#timer = {
      at: time,
      cancel: this.#time.wake(ms, () => {
        this.#beat();
      }),
    };
  }

  #beat(): void {
    this.#timer = undefined;
    const now = this.#time.now();
    const due: Beat[] = [];
    for (const [beat, time] of this.#beats) if (time <= now + EARLY_MS) due.push(beat);
    try {
      for (const beat of due) {
        // one before it may have taken it back
        if (!this.#beats.delete(beat)) continue;
        beat(now);
      }
    } finally {
      this.#wakeForNext();
    }
  }

  #wakeForNext(): void {
    let soonest = Infinity;
    for (const time of this.#beats.values()) soonest = Math.min(soonest, time);
    if (soonest < Infinity) this.#wakeAt(soonest);
  }
}

/** The clock of all sessions of the process. */
export const CLOCK = new Clock();
