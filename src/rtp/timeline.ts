/**
 * Places the samples of a packet in a recording: by time stamp while that is plausible, else by arrival time. So a recording never
 * grows much faster than time, whatever a sender writes into its packets. Pure.
 */
import { RATE } from './codec.js';
import { ahead32 } from './packet.js';

/** Time stamps may be ahead of time by this much: packets come late, clocks drift. */
const AHEAD = 2 * RATE;
/** Time stamps that jump back by more than this are a new count. */
const BACK = RATE;
/** A new count of time stamps is appended without a gap, if the pause before it was no longer than this. */
const PAUSE = RATE / 10;
/** Audio that is further ahead of time than this is not recorded. */
const MOST_AHEAD = 10 * RATE;

export class Timeline {
  #base: { timestamp: number; clock: number; place: number } | undefined;
  #origin: { at: number; place: number } | undefined;

  /** Makes the next time stamp begin a new count. */
  restart(): void {
    this.#base = undefined;
  }

  /**
   * The place of a packet, in samples.
   * @param now ms @param end length of the recording so far @param clock ticks of time stamps a second
   * @returns undefined: it is not recorded
   */
  place(timestamp: number, now: number, end: number, clock = RATE): number | undefined {
    this.#origin ??= { at: now, place: end };
    const byArrival = this.#origin.place + Math.round(((now - this.#origin.at) * RATE) / 1000);
    let place = this.#byTimestamp(timestamp, clock);
    if (place === undefined || place > byArrival + AHEAD) {
      place = byArrival - end > PAUSE ? byArrival : end;
    }
    if (place > byArrival + MOST_AHEAD) return undefined;
    this.#base = { timestamp, clock, place };
    return place;
  }

  /** Time stamps of another clock rate begin a new count. */
  #byTimestamp(timestamp: number, clock: number): number | undefined {
    if (this.#base?.clock !== clock) return undefined;
    const ahead = Math.round((ahead32(timestamp, this.#base.timestamp) * RATE) / clock);
    return ahead < -BACK ? undefined : this.#base.place + ahead;
  }
}
