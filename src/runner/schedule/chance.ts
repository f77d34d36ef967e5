/** Chance that can be had again: the order of scenarios and pauses before verbs, made from a seed. */
import { createHash } from 'node:crypto';

/** Long enough to let another process go first, too short to matter to a time limit. */
const LONGEST_PAUSE_MS = 30;

export class Chance {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The items in another order in each round (Fisher-Yates). */
  shuffle<T>(items: readonly T[], round: number): readonly T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = Math.floor(this.#share(`order ${round} ${last}`) * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }

  /** How long an attempt pauses before a verb, ms: half of the verbs do not. */
  pauseMs(attempt: string, call: number): number {
    const share = this.#share(`pause ${attempt} ${call}`);
    return share < 0.5 ? 0 : (share - 0.5) * 2 * LONGEST_PAUSE_MS;
  }

  /** @returns a number from 0 to below 1, always the same for the same words */
  #share(words: string): number {
    const digest = createHash('sha256').update(`${this.#seed} ${words}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  }
}
