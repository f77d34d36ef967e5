/** Judges of received audio: a tone, silence. */
import { LevelMeter, meanSquareOf, SILENCE_DBFS } from '../audio/level.js';
import { strongestFrequencies, type Peak } from '../audio/spectrum.js';
import { joinSamples } from '../audio/tone.js';
import {
  LEAST_TONE_DBFS,
  TONE_MS,
  TONE_SHARE,
  ToneDetector,
  toneProblem,
  toneTolerance,
} from '../audio/tone-detector.js';
import { OffhookError } from '../errors.js';
import type { HeardSilence, HeardTone } from '../schema/types.gen.js';
import { formatMs } from '../time.js';
import type { Judge, SampleClock } from './listen.js';

/** Seconds of audio kept for the "wrong tone" message: enough to analyse, short enough to hold one sound. */
const LAST_S = 1;

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** The last second, for messages about what was heard instead. */
export class Recent {
  #pieces: Int16Array[] = [];
  #length = 0;
  #rate = 8000;

  begin(rate: number): void {
    this.#rate = rate;
    this.#pieces = [];
    this.#length = 0;
  }

  push(samples: Int16Array): void {
    this.#pieces.push(samples);
    this.#length += samples.length;
    const first = this.#pieces[0]?.length ?? 0;
    if (this.#length - first < this.#rate * LAST_S) return;
    this.#pieces.shift();
    this.#length -= first;
  }

  /** "620 Hz (-13.1 dBFS), 440 Hz (-30.2 dBFS)" */
  strongest(): string {
    return this.peaks()
      .map(({ hz, dbfs }) => `${hz} Hz (${round(dbfs)} dBFS)`)
      .join(', ');
  }

  /** The strongest frequencies, strongest first. */
  peaks(): readonly Peak[] {
    return strongestFrequencies(joinSamples(...this.#pieces), this.#rate);
  }

  /** Share of the first peak in the energy of these peaks. */
  shareOf([first, ...others]: readonly Peak[]): number {
    const power = (peak: Peak | undefined): number => (peak ? meanSquareOf(peak.dbfs) : 0);
    return power(first) / others.reduce((sum, peak) => sum + power(peak), power(first));
  }
}

export class ToneJudge implements Judge<HeardTone> {
  readonly wanted: string;
  readonly #agent: string;
  readonly #verb: string;
  readonly #hz: number;
  readonly #forMs: number;
  readonly #recent = new Recent();
  #detector: ToneDetector | undefined;
  #rate = 8000;

  constructor(agent: string, verb: string, hz: number, forMs = TONE_MS) {
    this.#agent = agent;
    this.#verb = verb;
    this.#hz = hz;
    this.#forMs = forMs;
    const long = forMs === TONE_MS ? '' : ` for ${formatMs(forMs)}`;
    this.wanted = `${hz} Hz not heard${long}`;
  }

  begin(rate: number): void {
    const problem = toneProblem([this.#hz], rate);
    if (problem !== undefined) {
      const about = { subject: `agent "${this.#agent}"`, verb: this.#verb };
      throw new OffhookError(
        'E_ARGUMENT',
        { ...about, what: `${problem}, the range that the call can carry` },
        {
          hint: 'choose another frequency, or a codec with a higher sampling rate',
        },
      );
    }
    this.#rate = rate;
    this.#detector = new ToneDetector({ rate, hz: this.#hz, for_ms: this.#forMs });
    this.#recent.begin(rate);
  }

  hear(samples: Int16Array, clock: SampleClock): HeardTone | undefined {
    this.#recent.push(samples);
    const state = this.#detector?.push(samples);
    if (state?.run === undefined) return undefined;
    return {
      detected_ms: round(clock.now),
      onset_ms: round(clock.at(state.run.start)),
      uncertainty_ms: round(clock.uncertainty),
      level: round(state.run.dbfs),
      hz: state.run.hz[0] ?? this.#hz,
    };
  }

  get missing_ms(): number {
    return this.#detector?.missing_ms ?? this.#forMs;
  }

  instead(): { what: string; hint?: string } {
    const state = this.#detector?.state;
    const level = `level ${round(state?.mean_dbfs ?? SILENCE_DBFS)} dBFS`;
    if (state === undefined || state.peak_dbfs < SILENCE_DBFS) {
      return { what: `silence, ${level}`, hint: 'check what the other side sends, and mute' };
    }
    if (state.longest !== undefined) {
      const { start, end, dbfs } = state.longest;
      const ms = ((end - start) * 1000) / this.#rate;
      return { what: `there for ${formatMs(ms)} only, ${round(dbfs)} dBFS; ${level}` };
    }
    if (state.weak_dbfs !== undefined) {
      return {
        what: `weak tone: ${round(state.weak_dbfs)} dBFS (at least ${LEAST_TONE_DBFS} dBFS)`,
        hint: 'send it louder, or look for what attenuates it',
      };
    }
    const strongest = this.#recent.strongest();
    if (strongest === '') return { what: `another sound; ${level}` };
    const peaks = this.#recent.peaks();
    const off = Math.abs((peaks[0]?.hz ?? 0) - this.#hz);
    if (off <= toneTolerance(this.#hz)) {
      const share = this.#recent.shareOf(peaks);
      if (share >= TONE_SHARE)
        return { what: `there for less than ${formatMs(TONE_MS)} without a break; ${level}` };
      const parts = `${Math.floor(share * 100)} % of the energy (at least ${TONE_SHARE * 100} %)`;
      const hint = 'look for what else is sent; hears() finds a tone among others';
      return {
        what: `the tone is not alone: it has ${parts}: strongest ${strongest}; ${level}`,
        hint,
      };
    }
    return { what: `wrong tone: strongest ${strongest}; ${level}` };
  }
}

/** How long the silence must last by default. */
const SILENCE_MS = 500;

export class SilenceJudge implements Judge<HeardSilence> {
  readonly wanted: string;
  readonly #forMs: number;
  readonly #recent = new Recent();
  #meter = new LevelMeter(8000);
  #rate = 8000;

  constructor(forMs = SILENCE_MS) {
    this.#forMs = forMs;
    this.wanted = `no silence of ${formatMs(forMs)}`;
  }

  begin(rate: number): void {
    this.#rate = rate;
    this.#meter = new LevelMeter(rate);
    this.#recent.begin(rate);
  }

  hear(samples: Int16Array, clock: SampleClock): HeardSilence | undefined {
    this.#recent.push(samples);
    const { longest_silence, recent_dbfs } = this.#meter.push(samples);
    if ((longest_silence * 1000) / this.#rate < this.#forMs) return undefined;
    return {
      detected_ms: round(clock.now),
      uncertainty_ms: round(clock.uncertainty),
      level: round(recent_dbfs),
    };
  }

  get missing_ms(): number {
    return this.#forMs - (this.#meter.state.silence * 1000) / this.#rate;
  }

  instead(): { what: string } {
    const { longest_silence, recent_dbfs } = this.#meter.state;
    const ms = (longest_silence * 1000) / this.#rate;
    const strongest = this.#recent.strongest();
    return {
      what: `longest ${formatMs(ms)}, level ${round(recent_dbfs)} dBFS${strongest === '' ? '' : `, strongest ${strongest}`}`,
    };
  }
}
