/**
 * Detects a tone. The rule, in one place:
 *
 * - A window of 100 ms, moving by 5 ms, holds the tone when sines within the tolerance of the targets carry at least
 *   85 % of its energy (mean taken off) and reach `min_dbfs`. Several targets share those 85 %, none 15 dB weaker
 *   than the strongest.
 * - Tolerance: the larger of 2 % and 15 Hz, but at most 35 Hz, so that a tone 40 Hz away is always another
 *   tone. An exchange keeps +-1 % (ITU-T E.180), a DTMF receiver takes 1.5 % and may take up to 3.5 % (Q.24).
 * - Windows that hold the tone and touch make a run. Up to 60 ms missing inside (three lost packets, or a
 *   jump where a packet was left out) do not end the run. The tone is heard when a run reaches `for_ms`.
 *
 * Inside a mix (`share` below 0.85: a conference, a tone under music) each target must carry that share of the energy
 * and stand 10 dB above what is around it, and stay within 3 Hz, which a voice does not. With members of equal
 * level each carries 1 / (n - 1): half of the energy for three members, an eighth for nine. So 10 % finds one
 * of up to ten others. Such a small share can also be a vowel's harmonic or a note: demand `MIX_MS` or more
 * there.
 */
import { BlockGoertzel, type Fit } from './goertzel.js';
import { Blocks, dbfs, meanSquareOf } from './level.js';

/** Smallest part of the energy a tone alone must carry, and one inside a mix. */
export const TONE_SHARE = 0.85;
export const MIX_SHARE = 0.1;
/** Default of `for_ms`, for a tone alone and inside a mix. */
export const TONE_MS = 100;
export const MIX_MS = 400;
/** Weaker tones are "weak", not heard: 32 dB below the lowest level of E.180 (-15 dBm0), a loss no call has. */
export const LEAST_TONE_DBFS = -50;
/** Tones nearer to each other than this cannot be told apart. */
const APART_HZ = 40;

const BLOCK_S = 0.005;
const WINDOW_BLOCKS = 20;
/** Once the tone was heard, a window of 40 ms that holds it is enough to continue a run between two losses. */
const SHORT_BLOCKS = 8;
const BRIDGED_BLOCKS = 12;
const MIX_STEP_BLOCKS = 4;
/** Most that the power of one tone of several exceeds that of another: 15 dB. */
export const LARGEST_TWIST = 10 ** 1.5;
const PROMINENCE = 10;
const DRIFT_HZ = 3;
const ASIDE_HZ = [-60, -45, -30, 30, 45, 60];
/** Part of the run's power that a block at either end must reach to belong to the run. */
const EDGE = 0.25;
const LEAST_HZ = 60;
const KEPT_RUNS = 100;

/** Hz a tone may be off its nominal frequency. */
export function toneTolerance(hz: number): number {
  return Math.min(35, Math.max(15, 0.02 * hz));
}

/** Why these targets cannot be listened for; `undefined` when they can. `rate` of the received stream. */
export function toneProblem(hz: readonly number[], rate: number): string | undefined {
  const most = rate / 2 - 100;
  const bad = hz.find((one) => !(one >= LEAST_HZ && one <= most));
  if (bad !== undefined) return `${bad} Hz is outside ${LEAST_HZ} to ${most} Hz`;
  const sorted = hz.toSorted((a, b) => a - b);
  const near = sorted.findIndex((one, i) => i > 0 && one - (sorted[i - 1] ?? 0) < APART_HZ);
  return near < 0
    ? undefined
    : `${sorted[near - 1]} and ${sorted[near]} Hz are less than ${APART_HZ} Hz apart`;
}

export interface ToneDemand {
  /** Sampling rate of the stream, Hz. */
  rate: number;
  /** One frequency, or several that must sound at the same time. */
  hz: number | readonly number[];
  /** How long the tone must last without a break; `TONE_MS` by default. */
  for_ms?: number;
  /** `TONE_SHARE` (the tone alone) by default, `MIX_SHARE` for a tone among others. */
  share?: number;
  /** Lowest level of the sum of the targets; `LEAST_TONE_DBFS` by default. */
  min_dbfs?: number;
  /** Hz off the target that still count; `toneTolerance` of each target by default. */
  tolerance_hz?: number;
}

/**
 * A stretch of tone, in samples of the stream. Ends are exact to +-5 ms beside silence, +-15 ms beside sound.
 */
export interface ToneRun {
  start: number;
  end: number;
  /** Mean level of the targets together, dBFS. */
  dbfs: number;
  /** Frequencies as measured, mean over the run, in the order of the targets. */
  hz: readonly number[];
}

export interface ToneState {
  /** Whether a run has been as long as demanded. Never goes back to false. */
  heard: boolean;
  /** The run that satisfied the demand. */
  run?: ToneRun;
  /** Position at which the tone was certain: the end of the last sample needed. */
  heard_at?: number;
  /** Whether the tone sounds now, or did less than 100 ms ago. */
  present: boolean;
  /** Longest run so far. */
  longest?: ToneRun;
  /** Strongest level of the tone in windows where it was below `min_dbfs`. */
  weak_dbfs?: number;
  /** Level of all samples, and of the loudest 5 ms. */
  mean_dbfs: number;
  peak_dbfs: number;
  /** Samples examined. */
  position: number;
}

interface OpenRun {
  first: number;
  /** Block after the last. */
  end: number;
  windows: number;
  power: number;
  hz: number[];
}

/**
 * Listens for a tone, or several at once, in a stream of one rate. Push samples as they arrive, in order, in pieces
 * of any size; `push` returns the state after them:
 *
 *     const detector = new ToneDetector({ rate: 8000, hz: 440, for_ms: 500 });
 *     if (detector.push(samples).heard) ...
 *
 * A new stream (other file, other rate) needs a new detector. Ask `toneProblem` first whether detection can
 * work.
 */
export class ToneDetector {
  readonly #demand: Required<Omit<ToneDemand, 'tolerance_hz'>>;
  readonly #targets: readonly BlockGoertzel[];
  readonly #blocks: Blocks;
  readonly #least: number;
  /** Mean squares of the last blocks. */
  readonly #energy = new Float64Array(WINDOW_BLOCKS);
  readonly #aside = new Float64Array(ASIDE_HZ.length);
  #total = 0;
  #peak = 0;
  /** Number of latest blocks in a row that may each belong to the tone. */
  #like = 0;
  #run: OpenRun | undefined;
  #longest: OpenRun | undefined;
  readonly #runs: OpenRun[] = [];
  #heard: { run: OpenRun; at: number } | undefined;
  #weak: number | undefined;

  constructor(demand: ToneDemand) {
    const defaults = { for_ms: TONE_MS, share: TONE_SHARE, min_dbfs: LEAST_TONE_DBFS };
    this.#demand = { ...defaults, ...demand };
    const { rate, hz, min_dbfs } = this.#demand;
    this.#blocks = new Blocks(rate, BLOCK_S);
    const { length } = this.#blocks.block;
    this.#targets = [hz].flat().map((one) => {
      const tolerance = demand.tolerance_hz ?? toneTolerance(one);
      return new BlockGoertzel(one, rate, length, WINDOW_BLOCKS, tolerance);
    });
    this.#least = meanSquareOf(min_dbfs);
  }

  push(samples: Int16Array): ToneState {
    this.#blocks.push(samples, this.#closed);
    return this.state;
  }

  /** The latest 100 runs of any length; the last may go on while `state.present`. */
  get runs(): readonly ToneRun[] {
    return this.#runs.map((run) => this.#told(run));
  }

  get state(): ToneState {
    return {
      heard: this.#heard !== undefined,
      ...(this.#heard && { run: this.#told(this.#heard.run), heard_at: this.#heard.at }),
      present: this.#run !== undefined && this.#blocks.count - this.#run.end <= WINDOW_BLOCKS,
      ...(this.#longest && { longest: this.#told(this.#longest) }),
      ...(this.#weak !== undefined && { weak_dbfs: dbfs(this.#weak) }),
      mean_dbfs: dbfs(this.#total / (this.#blocks.count || 1)),
      peak_dbfs: dbfs(this.#peak),
      position: this.#blocks.position,
    };
  }

  /**
   * Estimate of how much more audio, in ms, is needed before `heard` can become true: polling earlier rarely
   * helps. A tone off its frequency or under another sound may take less. Infinity while no block resembles
   * the tone.
   */
  get missing_ms(): number {
    // A full window of similar energy that fails the test is a neighbouring frequency: start over.
    const there = this.#run ? length(this.#run) : this.#like % WINDOW_BLOCKS;
    return there === 0 ? Infinity : Math.max(0, this.#demand.for_ms - this.#ms(there + 1));
  }

  readonly #closed = (power: number): void => {
    const { block, count } = this.#blocks;
    this.#energy[(count - 1) % WINDOW_BLOCKS] = power;
    this.#total += power;
    this.#peak = Math.max(this.#peak, power);
    let like = 0;
    for (const target of this.#targets) like += target.push(block);
    const may = power >= this.#least / 2 && like >= power / 2;
    this.#like = may ? this.#like + 1 : 0;
    this.#judge(count);
  };

  get #mix(): boolean {
    return this.#demand.share < TONE_SHARE;
  }

  #judge(count: number): void {
    // A mix demands a longer tone, so that every fourth window will do.
    const looks = count >= WINDOW_BLOCKS && (!this.#mix || count % MIX_STEP_BLOCKS === 0);
    const fits = looks ? this.#fits() : undefined;
    if (fits !== undefined) this.#extend(fits);
    else if (this.#run && this.#carriedOn(this.#run)) this.#run.end = count;
    const run = this.#run;
    if (run === undefined) return;
    if (count - run.end > BRIDGED_BLOCKS + WINDOW_BLOCKS) this.#run = undefined;
    if (length(run) > length(this.#longest)) this.#longest = run;
    // an end lies anywhere in its block
    if (this.#heard === undefined && this.#ms(length(run) + 1) >= this.#demand.for_ms) {
      this.#heard = { run, at: this.#blocks.position };
    }
  }

  /** The targets' fits in the window, when it holds the tone. */
  #fits(): Fit[] | undefined {
    const total = this.#meanEnergy(WINDOW_BLOCKS);
    // below this level even a lone tone is not worth reporting
    if (total < this.#least / 1000 || total < 0.5) return undefined;
    const needed = this.#demand.share * total;
    let most = 0;
    for (const target of this.#targets) most += target.mostPower;
    // the factor allows for rounding
    if (most * 1.001 < needed) return undefined;
    const fits = this.#targets.map((target) => target.fit(needed / this.#targets.length));
    const power = sum(fits);
    const mix = this.#mix;
    if (!fits.every((fit) => fit.peak)) return undefined;
    if (mix ? !this.#standOut(fits, total) : power < needed) return undefined;
    const strongest = Math.max(...fits.map((fit) => fit.power));
    if (!mix && fits.some((fit) => fit.power * LARGEST_TWIST < strongest)) return undefined;
    if (power < this.#least) {
      this.#weak = Math.max(this.#weak ?? 0, power);
      return undefined;
    }
    return fits;
  }

  #standOut(fits: readonly Fit[], total: number): boolean {
    return fits.every(({ power, hz }, i) => {
      const target = this.#targets[i];
      if (!target || power < this.#demand.share * total) return false;
      const mean = this.#run && (this.#run.hz[i] ?? 0) / this.#run.windows;
      if (mean !== undefined && Math.abs(hz - mean) > DRIFT_HZ) return false;
      const aside = this.#aside;
      for (let at = 0; at < aside.length; at += 1)
        aside[at] = target.powerAt(hz - target.hz + (ASIDE_HZ[at] ?? 0));
      aside.sort();
      return power > PROMINENCE * (((aside[2] ?? 0) + (aside[3] ?? 0)) / 2);
    });
  }

  /** Whether the last 40 ms alone hold the run's tone. */
  #carriedOn(run: OpenRun): boolean {
    if (this.#mix) return false;
    if (this.#blocks.count - SHORT_BLOCKS - run.end > BRIDGED_BLOCKS) return false;
    const total = this.#meanEnergy(SHORT_BLOCKS);
    const power = this.#targets.reduce((all, target, i) => {
      const offset = (run.hz[i] ?? 0) / run.windows - target.hz;
      return all + target.powerAt(offset, SHORT_BLOCKS);
    }, 0);
    return power >= this.#least && power >= this.#demand.share * total;
  }

  #extend(fits: readonly Fit[]): void {
    const power = sum(fits);
    const edge = EDGE * power;
    const { count } = this.#blocks;
    let first = count - WINDOW_BLOCKS;
    while (this.#energyOf(first) < edge) first += 1;
    let end = count;
    while (this.#energyOf(end - 1) < edge) end -= 1;
    const goesOn = this.#run !== undefined && first - this.#run.end <= BRIDGED_BLOCKS;
    const run = goesOn && this.#run ? this.#run : this.#begin(first, end);
    run.end = Math.max(run.end, end);
    run.windows += 1;
    run.power += power;
    fits.forEach(({ hz }, i) => (run.hz[i] = (run.hz[i] ?? 0) + hz));
    this.#run = run;
  }

  #begin(first: number, end: number): OpenRun {
    const run = { first, end, windows: 0, power: 0, hz: this.#targets.map(() => 0) };
    this.#runs.push(run);
    if (this.#runs.length > KEPT_RUNS) this.#runs.shift();
    return run;
  }

  #meanEnergy(blocks: number): number {
    let all = 0;
    for (let i = 1; i <= blocks; i += 1) all += this.#energyOf(this.#blocks.count - i);
    return all / blocks;
  }

  #energyOf(block: number): number {
    return this.#energy[(block + WINDOW_BLOCKS) % WINDOW_BLOCKS] ?? 0;
  }

  #ms(blocks: number): number {
    return (blocks * this.#blocks.block.length * 1000) / this.#demand.rate;
  }

  #told(run: OpenRun): ToneRun {
    const { length } = this.#blocks.block;
    return {
      start: run.first * length,
      end: run.end * length,
      dbfs: dbfs(run.power / run.windows),
      hz: run.hz.map((all) => Math.round((all / run.windows) * 10) / 10),
    };
  }
}

function sum(fits: readonly Fit[]): number {
  return fits.reduce((all, { power }) => all + power, 0);
}

function length(run: OpenRun | undefined): number {
  return run === undefined ? 0 : run.end - run.first;
}
