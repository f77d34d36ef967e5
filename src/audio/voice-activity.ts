/** When somebody speaks (or anything sounds): stretches of a stream, counted in samples. */
import { Blocks, dbfs } from './level.js';

/** A stretch of sound, in samples of the stream. The end is absent while it lasts. */
export interface Spurt {
  start: number;
  end?: number;
}

export interface VoiceState {
  /** Stretches so far, in order; the last may still be open. */
  spurts: readonly Spurt[];
  active: boolean;
  /** First sample of the first stretch: `first_sound_ms` is this over the rate. */
  first?: number;
  /** Samples examined. */
  position: number;
}

/** Both edges lie in a block of 10 ms; a soft beginning (f, m) may be reported one block late. */
export const EDGE_UNCERTAINTY_MS = 10;

const BLOCK_S = 0.01;
/** Speech on a call lies between -35 and -10 dBFS (P.56 active level, nominal -20 dBm0); comfort noise below -50. */
const LEAST_DBFS = -50;
const ABOVE_NOISE_DB = 10;
const MOST_NOISE_DBFS = -35;
/** The noise estimate falls at once but rises slowly: a long tone does not become noise. */
const NOISE_RISE_DB_PER_S = 2;
/** This many of the last blocks begin a stretch; a click of 20 ms does not. */
const NEEDED = 3;
const AMONG = 4;
/** Pauses inside words are up to 200 ms (P.59: talk-spurts are told apart by that). */
const HANGOVER_MS = 200;

/**
 * Finds stretches of sound in a stream of one rate. Push samples in order; read `state` after it:
 *
 *     const voice = new VoiceActivity(8000);
 *     voice.push(samples).spurts        // [{ start: 1200, end: 9840 }, { start: 24000 }]
 *
 * A stretch begins with the first of three loud blocks (10 ms each; louder than -50 dBFS and 10 dB above the noise
 * before) and is reported 30 to 40 ms after it began; it ends with the last loud block, reported 200 ms
 * later: shorter pauses belong to it. Times are exact to `EDGE_UNCERTAINTY_MS`. `conversation.ts` computes
 * with both sides.
 */
export class VoiceActivity {
  readonly #blocks: Blocks;
  readonly #hangover: number;
  readonly #spurts: Spurt[] = [];
  #noise = MOST_NOISE_DBFS;
  #loud: number[] = [];
  #lastLoud = 0;

  constructor(rate: number, hangoverMs = HANGOVER_MS) {
    this.#blocks = new Blocks(rate, BLOCK_S);
    this.#hangover = Math.ceil(hangoverMs / (BLOCK_S * 1000));
  }

  push(samples: Int16Array): VoiceState {
    this.#blocks.push(samples, (power) => {
      this.#closeBlock(dbfs(power));
    });
    return this.state;
  }

  get state(): VoiceState {
    const [first] = this.#spurts;
    return {
      spurts: this.#spurts,
      active: this.#open !== undefined,
      ...(first && { first: first.start }),
      position: this.#blocks.position,
    };
  }

  get #open(): Spurt | undefined {
    const last = this.#spurts.at(-1);
    return last?.end === undefined ? last : undefined;
  }

  #closeBlock(level: number): void {
    const index = this.#blocks.count - 1;
    const { length } = this.#blocks.block;
    const loud = level > Math.max(LEAST_DBFS, this.#noise + ABOVE_NOISE_DB);
    const rise = NOISE_RISE_DB_PER_S * BLOCK_S;
    this.#noise = Math.min(level, this.#noise + rise, MOST_NOISE_DBFS);
    const open = this.#open;
    if (loud) {
      this.#lastLoud = index;
      this.#loud = [...this.#loud.filter((one) => index - one < AMONG), index];
      const [first = index] = this.#loud;
      if (!open && this.#loud.length >= NEEDED) this.#spurts.push({ start: first * length });
    } else if (open && index - this.#lastLoud >= this.#hangover) {
      open.end = (this.#lastLoud + 1) * length;
      this.#loud = [];
    }
  }
}
