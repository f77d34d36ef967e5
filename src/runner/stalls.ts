/**
 * Moments in which this program did not get to run: the machine was busy, or something in the program took that long.
 * Times measured by when something was read are late by as much.
 */
import { formatMs } from '../time.js';

/** Shorter ones are usual and change no verdict. */
const STALL_MS = 100;
const EVERY_MS = 25;

export class Stalls {
  readonly #began: number;
  readonly #timer: NodeJS.Timeout;
  #last: number;
  #count = 0;
  #longestMs = 0;
  #longestAt = 0;

  /** @param began the scenario's origin on the clock of performance.now(). */
  constructor(began: number) {
    this.#began = began;
    this.#last = performance.now();
    this.#timer = setInterval(() => {
      this.#look();
    }, EVERY_MS).unref();
  }

  /** Ends the watch; what there is to tell, if there is anything. */
  end(): string | undefined {
    clearInterval(this.#timer);
    this.#look();
    if (this.#count === 0) return undefined;
    const stalled = `for ${formatMs(this.#longestMs)}, ${formatMs(this.#longestAt)} after its start`;
    const others = this.#count === 1 ? '' : ` (the longest of ${this.#count} times)`;
    return `the machine stalled: offhook did not run ${stalled}${others}; times of this scenario may be late by that`;
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#last - EVERY_MS;
    if (late > STALL_MS) {
      this.#count += 1;
      if (late > this.#longestMs) {
        this.#longestMs = Math.round(late);
        this.#longestAt = Math.max(0, Math.round(this.#last - this.#began));
      }
    }
    this.#last = now;
  }
}
