/** What to say about a tone that was expected: heard, or what was there instead. */
import { LevelMeter, SILENCE_DBFS, levelOf } from './level.js';
import { strongestFrequencies, type Peak } from './spectrum.js';
import { joinSamples } from './tone.js';
import { TONE_MS, ToneDetector, type ToneDemand, type ToneState } from './tone-detector.js';

/**
 * `heard`; or why not: `nothing` (no samples came), `silence` (below -60 dBFS throughout), `weak` (the tone, but
 * below `min_dbfs`), `short` (the tone, but not long enough), `other` (something else).
 */
export type ToneFinding = 'heard' | 'nothing' | 'silence' | 'weak' | 'short' | 'other';

export interface ToneReport {
  finding: ToneFinding;
  /** For the error message, such as "other sound: 480 Hz at -12 dBFS, 620 Hz at -12 dBFS, sound since 40 ms". */
  seen: string;
  state: ToneState;
  /** Level of what was audible last (up to a second of it), dBFS. */
  dbfs: number;
  /** Its strongest frequencies, strongest first. */
  strongest: readonly Peak[];
  /** Position in the stream, ms, where sound began; absent while it was silent. */
  sound_ms?: number;
}

const CHUNK_S = 0.1;
const KEPT_CHUNKS = 10;

/**
 * A `ToneDetector` that can also tell why it failed. Push samples in order; `state` as of the detector,
 * `report()` when the time is over:
 *
 *     const listener = new ToneListener({ rate: 8000, hz: 440, for_ms: 500 });
 *     if (listener.push(samples).heard) return;
 *     ... listener.report().seen
 */
export class ToneListener {
  readonly #demand: ToneDemand;
  readonly #detector: ToneDetector;
  readonly #level: LevelMeter;
  readonly #chunk: Int16Array;
  readonly #audible: Int16Array[] = [];
  #filled = 0;

  constructor(demand: ToneDemand) {
    this.#demand = demand;
    this.#detector = new ToneDetector(demand);
    this.#level = new LevelMeter(demand.rate);
    this.#chunk = new Int16Array(Math.round(demand.rate * CHUNK_S));
  }

  push(samples: Int16Array): ToneState {
    this.#level.push(samples);
    for (let at = 0; at < samples.length;) {
      const part = samples.subarray(at, at + this.#chunk.length - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#chunk.length) this.#keep();
    }
    return this.#detector.push(samples);
  }

  report(): ToneReport {
    const { state } = this.#detector;
    const { first_sound } = this.#level.state;
    const recent = joinSamples(...this.#audible, this.#chunk.slice(0, this.#filled));
    const strongest = strongestFrequencies(recent, this.#demand.rate);
    const sound_ms = first_sound === undefined ? undefined : this.#ms(first_sound);
    const finding = this.#finding(state, first_sound !== undefined);
    const level = levelOf(recent);
    const since = sound_ms === undefined ? '' : `, sound since ${sound_ms} ms`;
    return {
      finding,
      seen: this.#seen(finding, state, strongest, level) + since,
      state,
      dbfs: Math.round(level * 10) / 10,
      strongest,
      ...(sound_ms !== undefined && { sound_ms }),
    };
  }

  #finding(state: ToneState, sound: boolean): ToneFinding {
    if (state.heard) return 'heard';
    if (state.position === 0) return 'nothing';
    if (!sound) return 'silence';
    if (state.longest !== undefined) return 'short';
    return state.weak_dbfs === undefined ? 'other' : 'weak';
  }

  #seen(finding: ToneFinding, state: ToneState, strongest: readonly Peak[], level: number): string {
    const at = (dbfs: number): string => `${Math.round(dbfs)} dBFS`;
    const run = state.run ?? state.longest;
    const { hz, for_ms = TONE_MS } = this.#demand;
    const target = [hz].flat().join(' + ');
    switch (finding) {
      case 'nothing':
        return 'no audio came';
      case 'silence':
        return `silence (below ${SILENCE_DBFS} dBFS) for ${this.#ms(state.position)} ms`;
      case 'weak':
        return `${target} Hz too weak: ${at(state.weak_dbfs ?? level)}`;
      case 'heard':
      case 'short': {
        const ms = run === undefined ? 0 : this.#ms(run.end - run.start);
        const all = `${target} Hz for ${ms} ms at ${at(run?.dbfs ?? level)}`;
        return finding === 'heard' ? all : `${all}, not for ${for_ms} ms`;
      }
      case 'other': {
        const peaks = strongest.map((peak) => `${peak.hz} Hz at ${at(peak.dbfs)}`).join(', ');
        const share = Math.round(state.best_share * 100);
        return `other sound: ${peaks || at(level)} (${target} Hz held ${share} % of it at best)`;
      }
    }
  }

  #keep(): void {
    this.#filled = 0;
    if (levelOf(this.#chunk) < SILENCE_DBFS) return;
    this.#audible.push(this.#chunk.slice());
    if (this.#audible.length > KEPT_CHUNKS) this.#audible.shift();
  }

  #ms(samples: number): number {
    return Math.round((samples * 1000) / this.#demand.rate);
  }
}
