/**
 * Moments in which this program did not get to run: the machine was busy, or something in the program took that long.
 * Times measured at reading are late by as much.
 */
import { formatMs } from '../../time.js';

/** Shorter ones are usual and change no verdict. */
const STALL_MS = 100;
/**
 * Time between two looks: after an event, which a stall would make late, and while nothing happens. Each look costs CPU.
 */
const BUSY_EVERY_MS = 25;
const IDLE_EVERY_MS = 200;
/** How long after an event more events are expected. */
const BUSY_MS = 1000;

export class Stalls {
  readonly #began: number;
  #timer: NodeJS.Timeout | undefined;
  #last: number;
  #everyMs = BUSY_EVERY_MS;
  #eventAt: number;
  #count = 0;
  #longestMs = 0;
  #longestAt = 0;

  /** @param began the scenario's origin on the clock of performance.now(). */
  constructor(began: number) {
    this.#began = began;
    this.#last = this.#eventAt = performance.now();
    this.#lookLater();
  }

  /** Notes that something happened. */
  event(): void {
    this.#eventAt = performance.now();
    if (this.#everyMs === BUSY_EVERY_MS) return;
    this.#look();
    this.#lookLater();
  }

  /** Ends the watch. @returns a text about the stalls, if there were any. */
  end(): string | undefined {
    clearTimeout(this.#timer);
    this.#look();
    if (this.#count === 0) return undefined;
    const stalled = `for ${formatMs(this.#longestMs)}, ${formatMs(this.#longestAt)} after the scenario began`;
    const others = this.#count === 1 ? '' : ` (the longest of ${this.#count} times)`;
    return `the machine stalled: offhook did not run ${stalled}${others}; times of this scenario may be that much late`;
  }

  #lookLater(): void {
    clearTimeout(this.#timer);
    this.#everyMs = this.#last - this.#eventAt < BUSY_MS ? BUSY_EVERY_MS : IDLE_EVERY_MS;
    this.#timer = setTimeout(() => {
      this.#look();
      this.#lookLater();
    }, this.#everyMs).unref();
  }

  #look(): void {
    const now = performance.now();
    const late = now - this.#last - this.#everyMs;
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
