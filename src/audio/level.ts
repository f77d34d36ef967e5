/**
 * Levels. 0 dBFS is the RMS of a sine that just reaches full scale (AES17, IEC 61606), so a tone's level is that of
 * its amplitude. In G.711 such a sine is +3.14 dBm0 (A-law) or +3.17 dBm0 (mu-law): dBm0 is about dBFS + 3.
 * dBov (RFC 6464) is 3.01 dB lower than this dBFS.
 */

/** Full scale of a 16-bit sample. */
export const FULL_SCALE = 32768;
/** Below this a stream counts as silent: idle G.711 (A-law's smallest step included) stays under -68 dBFS. */
export const SILENCE_DBFS = -60;
/** Lowest level that is reported: digital zero has no level. */
const FLOOR_DBFS = -120;

/** dBFS of a mean square of 16-bit samples. */
export function dbfs(meanSquare: number): number {
  const ratio = (2 * meanSquare) / (FULL_SCALE * FULL_SCALE);
  return ratio <= 10 ** (FLOOR_DBFS / 10) ? FLOOR_DBFS : 10 * Math.log10(ratio);
}

/** Mean square of 16-bit samples at a level. */
export function meanSquareOf(level: number): number {
  return (10 ** (level / 10) * FULL_SCALE * FULL_SCALE) / 2;
}

/** dBFS of these samples, their mean taken off (a constant is not sound). */
export function levelOf(samples: Int16Array | Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const sample of samples) {
    sum += sample;
    squares += sample * sample;
  }
  const count = Math.max(1, samples.length);
  const unit = samples instanceof Int16Array ? 1 : FULL_SCALE * FULL_SCALE;
  return dbfs((squares / count - (sum / count) ** 2) * unit);
}

/** Removes the DC offset of a stream with a high-pass of first order. Feed every sample once, in order. */
export class DcBlocker {
  readonly #keep: number;
  #in = 0;
  #out = 0;

  constructor(rate: number, hz = 20) {
    this.#keep = 1 - (2 * Math.PI * hz) / rate;
  }

  /**
   * Filters samples from index `from` into `target` from `at`, as many as fit. @returns how many samples
   * fitted.
   */
  take(samples: Int16Array, from: number, target: Float32Array, at: number): number {
    const keep = this.#keep;
    let before = this.#in;
    let out = this.#out;
    const count = Math.min(samples.length - from, target.length - at);
    for (let i = 0; i < count; i += 1) {
      const sample = samples[from + i] ?? 0;
      out = sample - before + keep * out;
      before = sample;
      target[at + i] = out;
    }
    this.#in = before;
    this.#out = out;
    return count;
  }
}

/** Cuts a stream, its DC offset removed, into blocks: the first step of every detector. */
export class Blocks {
  /** The current block; it is whole when `closed` is called. */
  readonly block: Float32Array;
  readonly #dc: DcBlocker;
  #filled = 0;
  #count = 0;

  constructor(rate: number, seconds: number) {
    this.block = new Float32Array(Math.round(rate * seconds));
    this.#dc = new DcBlocker(rate);
  }

  /** Whole blocks so far. */
  get count(): number {
    return this.#count;
  }

  /** Samples so far. */
  get position(): number {
    return this.#count * this.block.length + this.#filled;
  }

  /** @param closed is given the mean square of each block as it becomes whole. */
  push(samples: Int16Array, closed: (meanSquare: number) => void): void {
    for (let at = 0; at < samples.length;) {
      const taken = this.#dc.take(samples, at, this.block, this.#filled);
      at += taken;
      this.#filled += taken;
      if (this.#filled < this.block.length) return;
      this.#filled = 0;
      this.#count += 1;
      closed(meanSquare(this.block));
    }
  }
}

function meanSquare(block: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < block.length; i += 1) squares += (block[i] ?? 0) ** 2;
  return squares / block.length;
}

export interface LevelState {
  /** Mean level since the first sample, dBFS. */
  mean_dbfs: number;
  /** Level of the loudest 20 ms, dBFS. */
  peak_dbfs: number;
  /** Level "now": of the latest whole second, or of less while no second has passed. */
  recent_dbfs: number;
  /** Longest stretch of 20 ms blocks below `SILENCE_DBFS`, and the stretch that lasts now; in samples. */
  longest_silence: number;
  silence: number;
  /** Samples measured: whole blocks of 20 ms. */
  samples: number;
  /** Sample at which the first block above `SILENCE_DBFS` began. */
  first_sound?: number;
}

const BLOCK_S = 0.02;
const RECENT_BLOCKS = 50;

/**
 * Level of a stream: `received_level`, `verify_silence`. Push samples as they come, read `state` at any time:
 * `new LevelMeter(8000).push(samples).recent_dbfs`. `verify_silence` holds when `silence` (it lasts until now) or
 * `longest_silence` reaches the time demanded: compare `silence / rate * 1000` with it.
 */
export class LevelMeter {
  readonly #blocks: Blocks;
  readonly #threshold: number;
  readonly #recent: number[] = [];
  #total = 0;
  #peak = 0;
  #quiet = 0;
  #longest = 0;
  #first: number | undefined;

  constructor(rate: number, silenceDbfs = SILENCE_DBFS) {
    this.#blocks = new Blocks(rate, BLOCK_S);
    this.#threshold = meanSquareOf(silenceDbfs);
  }

  push(samples: Int16Array): LevelState {
    this.#blocks.push(samples, this.#close);
    return this.state;
  }

  get state(): LevelState {
    const recent = this.#recent.reduce((sum, one) => sum + one, 0) / (this.#recent.length || 1);
    const { count, block } = this.#blocks;
    return {
      mean_dbfs: dbfs(this.#total / (count || 1)),
      peak_dbfs: dbfs(this.#peak),
      recent_dbfs: dbfs(recent),
      longest_silence: this.#longest * block.length,
      silence: this.#quiet * block.length,
      samples: count * block.length,
      ...(this.#first === undefined ? {} : { first_sound: this.#first }),
    };
  }

  readonly #close = (power: number): void => {
    this.#total += power;
    this.#peak = Math.max(this.#peak, power);
    this.#recent.push(power);
    if (this.#recent.length > RECENT_BLOCKS) this.#recent.shift();
    this.#quiet = power < this.#threshold ? this.#quiet + 1 : 0;
    this.#longest = Math.max(this.#longest, this.#quiet);
    const { count, block } = this.#blocks;
    if (this.#quiet === 0) this.#first ??= (count - 1) * block.length;
  };
}
