/** Judges of what is heard: a tone, silence. */
import { LevelMeter, SILENCE_DBFS } from '../../audio/level.js';
import { strongestFrequencies } from '../../audio/spectrum.js';
import { LEAST_TONE_DBFS, TONE_MS, ToneDetector, toneProblem } from '../../audio/tone-detector.js';
import { OffhookError } from '../../errors.js';
import type { HeardSilence, HeardTone } from '../../schema/types.gen.js';
import { formatMs } from '../../time.js';
import type { Judge, SampleClock } from './listen.js';

/** Long enough for what was there last, short enough to be one sound. */
const LAST_S = 1;

export const round = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** The last second, for messages about what was heard instead. */
class Recent {
  #samples = new Int16Array(0);
  #rate = 8000;

  begin(rate: number): void {
    this.#rate = rate;
    this.#samples = new Int16Array(0);
  }

  push(samples: Int16Array): void {
    const kept = this.#samples.subarray(
      Math.max(0, this.#samples.length + samples.length - this.#rate * LAST_S),
    );
    const all = new Int16Array(kept.length + samples.length);
    all.set(kept);
    all.set(samples, kept.length);
    this.#samples = all;
  }

  /** "620 Hz (-13.1 dBFS), 440 Hz (-30.2 dBFS)" */
  strongest(): string {
    return strongestFrequencies(this.#samples, this.#rate)
      .map(({ hz, dbfs }) => `${hz} Hz (${round(dbfs)} dBFS)`)
      .join(', ');
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
  #meter = new LevelMeter(8000);
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
      const subject = `agent "${this.#agent}": ${this.#verb}`;
      throw new OffhookError('E_ARGUMENT', `${subject}: ${problem}, what the call can carry`, {
        hint: 'choose another frequency, or a codec of a higher rate',
      });
    }
    this.#rate = rate;
    this.#detector = new ToneDetector({ rate, hz: this.#hz, for_ms: this.#forMs });
    this.#meter = new LevelMeter(rate);
    this.#recent.begin(rate);
  }

  hear(samples: Int16Array, clock: SampleClock): HeardTone | undefined {
    this.#meter.push(samples);
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

  instead(): { what: string; hint?: string } {
    const state = this.#detector?.state;
    const { peak_dbfs, mean_dbfs } = this.#meter.state;
    const level = `level ${round(mean_dbfs)} dBFS`;
    if (peak_dbfs < SILENCE_DBFS) {
      return { what: `silence, ${level}`, hint: 'check what the other side sends, and mute' };
    }
    if (state?.longest !== undefined) {
      const { start, end, dbfs } = state.longest;
      const ms = ((end - start) * 1000) / this.#rate;
      return { what: `there for ${formatMs(ms)} only, ${round(dbfs)} dBFS; ${level}` };
    }
    if (state?.weak_dbfs !== undefined) {
      return {
        what: `weak tone: ${round(state.weak_dbfs)} dBFS (at least ${LEAST_TONE_DBFS} dBFS)`,
        hint: 'send it louder, or look for what damps it',
      };
    }
    const strongest = this.#recent.strongest();
    const what = strongest === '' ? 'another sound' : `wrong tone: strongest ${strongest}`;
    return { what: `${what}; ${level}` };
  }
}

/** How long it must be silent when nothing else is demanded. */
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

  instead(): { what: string } {
    const { longest_silence, recent_dbfs } = this.#meter.state;
    const ms = (longest_silence * 1000) / this.#rate;
    const strongest = this.#recent.strongest();
    return {
      what: `longest ${formatMs(ms)}, level ${round(recent_dbfs)} dBFS${strongest === '' ? '' : `, strongest ${strongest}`}`,
    };
  }
}
