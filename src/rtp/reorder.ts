/**
 * Brings packets into the order of their sequence numbers. A packet that is in order passes at once; behind one that is
 * missing the others wait for a short time. Pure.
 */
import { ahead16 } from './packet.js';

/** How long a missing packet is waited for, and the most packets that wait behind it. */
const PATIENCE_MS = 100;
const MOST_HELD = 10;
/** A sequence number further off than that begins a new count (RFC 3550, A.1: MAX_DROPOUT, MAX_MISORDER). */
export const MAX_DROPOUT = 3000;
export const MAX_MISORDER = 100;

export class ReorderBuffer<T> {
  readonly #out: (item: T) => void;
  readonly #held = new Map<number, T>();
  #next: number | undefined;
  #since = 0;

  constructor(out: (item: T) => void) {
    this.#out = out;
  }

  /** When the missing packet is given up, ms; undefined: none is missing. */
  get deadline(): number | undefined {
    return this.#held.size === 0 ? undefined : this.#since + PATIENCE_MS;
  }

  /** @returns false for a packet that came twice, or too late */
  push(sequence: number, item: T, now: number): boolean {
    let ahead = this.#next === undefined ? 0 : ahead16(sequence, this.#next);
    if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER) {
      this.flush();
      this.#next = sequence;
      ahead = 0;
    }
    if (ahead < 0 || this.#held.has(sequence)) return false;
    if (this.#held.size === 0) this.#since = now;
    this.#held.set(sequence, item);
    if (ahead === 0) {
      this.#next = sequence;
      this.#drain();
      // what waits now waits for another packet
      this.#since = now;
    } else if (this.#held.size >= MOST_HELD) {
      this.#skip();
    }
    return true;
  }

  /** Gives up every missing packet. */
  flush(): void {
    while (this.#held.size > 0) this.#skip();
  }

  /** Forgets the count: the next packet is the first. */
  restart(): void {
    this.flush();
    this.#next = undefined;
  }

  #skip(): void {
    const from = this.#next ?? 0;
    let nearest = Infinity;
    for (const sequence of this.#held.keys()) nearest = Math.min(nearest, ahead16(sequence, from));
    this.#next = (from + nearest) & 0xffff;
    this.#drain();
  }

  #drain(): void {
    for (let next = this.#next ?? 0; ; next = (next + 1) & 0xffff) {
      const item = this.#held.get(next);
      this.#next = next;
      if (item === undefined) return;
      this.#held.delete(next);
      this.#out(item);
    }
  }
}
