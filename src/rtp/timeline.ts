/**
 * Where in a recording the samples of a packet belong: by their time stamp, as long as it can be true, else by when they
 * came. So a recording never grows much faster than time, whatever a sender writes into its packets. Pure.
 */
import { RATE } from './codec.js';
import { ahead32 } from './packet.js';

/** Time stamps may be ahead of time by this much: packets come late, clocks drift. */
const AHEAD = 2 * RATE;
/** Time stamps that go back further than this begin anew. */
const BACK = RATE;
/** A new count of time stamps joins what is there, if the pause between was no longer. */
const PAUSE = RATE / 10;
/** A sender that is so far ahead of time is not recorded. */
const MOST_AHEAD = 10 * RATE;

export class Timeline {
  #base: { timestamp: number; clock: number; place: number } | undefined;
  #origin: { at: number; place: number } | undefined;

  /** The next time stamp belongs to another count. */
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

  /** Time stamps of another clock are another count. */
  #byTimestamp(timestamp: number, clock: number): number | undefined {
    if (this.#base?.clock !== clock) return undefined;
    const ahead = Math.round((ahead32(timestamp, this.#base.timestamp) * RATE) / clock);
    return ahead < -BACK ? undefined : this.#base.place + ahead;
  }
}
