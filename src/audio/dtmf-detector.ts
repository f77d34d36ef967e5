/**
 * DTMF sent as sound (ITU-T Q.23), by the rules of Q.24: digits from 40 ms on with pauses from 40 ms on are heard,
 * 1.8 % off frequency is accepted (1.5 % must be), 3.5 % is not; breaks up to 10 ms do not part a digit.
 */
import { BlockGoertzel, type Fit } from './goertzel.js';
import { Blocks, dbfs, meanSquareOf } from './level.js';
import { joinSamples, silenceSamples, toneSamples } from './tone.js';

/** Frequencies of Q.23. */
const LOW_HZ = [697, 770, 852, 941];
const HIGH_HZ = [1209, 1336, 1477, 1633];
const KEYS = ['123A', '456B', '789C', '*0#D'];

const BLOCK_S = 0.005;
const WINDOW_BLOCKS = 5;
/** Number of windows that must agree. Each is 25 ms long, and together they cover 35 ms. */
const LEAST_WINDOWS = 3;
const ENDS_AFTER_BLOCKS = 4;
const TOLERANCE = 0.018;
/** Both tones together must hold this much of the energy: a voice rarely does. */
const SHARE = 0.92;
/** Level difference, dB, between the groups (Q.24 receivers take 4 to 10) and to the next tone of a group. */
const LARGEST_TWIST = 10;
const WITHIN_GROUP = 4;
/** About -37 dBm0; receivers of Q.24 stop between -29 and -43 dBm. */
const LEAST_DBFS = -40;

export interface HeardDigit {
  digit: string;
  /** Edges in samples of the stream, exact to +-10 ms. */
  start: number;
  end: number;
  /** Position at which the digit was certain. */
  heard_at: number;
  dbfs: number;
}

/** Listens for digits in a stream of one rate: `new DtmfDetector(8000).push(samples)` gives all heard so far. */
export class DtmfDetector {
  readonly #low: readonly BlockGoertzel[];
  readonly #high: readonly BlockGoertzel[];
  readonly #blocks: Blocks;
  readonly #energy = new Float64Array(WINDOW_BLOCKS);
  readonly #digits: HeardDigit[] = [];
  #candidate: { digit: string; windows: number; last: number; told?: HeardDigit } | undefined;

  constructor(rate: number) {
    this.#blocks = new Blocks(rate, BLOCK_S);
    const { length } = this.#blocks.block;
    const listener = (hz: number): BlockGoertzel =>
      new BlockGoertzel(hz, rate, length, WINDOW_BLOCKS, hz * TOLERANCE);
    this.#low = LOW_HZ.map(listener);
    this.#high = HIGH_HZ.map(listener);
  }

  push(samples: Int16Array): readonly HeardDigit[] {
    this.#blocks.push(samples, this.#closed);
    return this.#digits;
  }

  readonly #closed = (power: number): void => {
    const { block, count } = this.#blocks;
    this.#energy[count % WINDOW_BLOCKS] = power;
    for (const target of this.#low) target.push(block);
    for (const target of this.#high) target.push(block);
    const found = this.#found();
    const candidate = this.#candidate;
    if (candidate && (found ? found.digit !== candidate.digit : this.#quietFor(candidate.last))) {
      this.#candidate = undefined;
    }
    if (found !== undefined) this.#count(found);
  };

  #quietFor(last: number): boolean {
    return this.#blocks.count - last >= ENDS_AFTER_BLOCKS;
  }

  #count({ digit, power }: { digit: string; power: number }): void {
    const one = (this.#candidate ??= { digit, windows: 0, last: 0 });
    one.windows += 1;
    const { count, block, position: end } = this.#blocks;
    one.last = count;
    // a window passes if most of it is tone, so its first and last block may hold none
    if (one.told) one.told.end = end;
    else if (one.windows >= LEAST_WINDOWS) {
      const start = (count - WINDOW_BLOCKS - LEAST_WINDOWS + 1) * block.length;
      one.told = { digit, start: Math.max(0, start), end, heard_at: end, dbfs: dbfs(power) };
      this.#digits.push(one.told);
    }
  }

  #found(): { digit: string; power: number } | undefined {
    const total = this.#energy.reduce((sum, one) => sum + one, 0) / WINDOW_BLOCKS;
    if (this.#blocks.count < WINDOW_BLOCKS || total < meanSquareOf(LEAST_DBFS)) return undefined;
    const row = strongest(this.#low);
    const column = strongest(this.#high);
    if (row === undefined || column === undefined) return undefined;
    const power = row.fit.power + column.fit.power;
    const twist = row.fit.power / column.fit.power;
    if (power < SHARE * total || twist > LARGEST_TWIST || twist < 1 / LARGEST_TWIST)
      return undefined;
    const digit = KEYS[row.index]?.[column.index];
    return digit === undefined ? undefined : { digit, power };
  }
}

function strongest(group: readonly BlockGoertzel[]): { fit: Fit; index: number } | undefined {
  const fits = group.map((one, index) => ({ fit: one.fit(), index }));
  fits.sort((a, b) => b.fit.power - a.fit.power);
  const [first, second] = fits;
  if (!first?.fit.peak || first.fit.power < WITHIN_GROUP * (second?.fit.power ?? 0))
    return undefined;
  return first;
}

/** The two frequencies of a digit, Hz. */
export function dtmfFrequencies(digit: string): readonly [low: number, high: number] {
  const row = KEYS.findIndex((keys) => keys.includes(digit));
  return [LOW_HZ[row] ?? 0, HIGH_HZ[KEYS[row]?.indexOf(digit) ?? -1] ?? 0];
}

/** Digits as sound: each `ms` long, `pause` ms between; levels as Q.23 suggests, the upper tone 2 dB louder. */
export function dtmfSamples(digits: string, rate: number, ms = 100, pause = 100): Int16Array {
  const parts = Array.from(digits).flatMap((digit) => {
    const [low, high] = dtmfFrequencies(digit);
    const upper = toneSamples({ hz: high, ms, rate, dbfs: -10 });
    const lower = toneSamples({ hz: low, ms, rate, dbfs: -12 });
    return [upper.map((sample, i) => sample + (lower[i] ?? 0)), silenceSamples(pause, rate)];
  });
  return joinSamples(...parts);
}
