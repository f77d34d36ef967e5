/** Judges of received audio: a named signal, a recording. */
import { convertSound, resample, toFloat, toInt16 } from '../audio/pcm.js';
import { SignalDetector, type SignalState } from '../audio/signal-detector.js';
import { signalPlan, type Country, type SignalName } from '../audio/signal-plans.js';
import { MIN_SIMILARITY, SIMILARITY_RATE, similarityOf } from '../audio/similarity.js';
import type { Similarity } from '../audio/similarity.js';
import { joinSamples } from '../audio/tone.js';
import { decodeWav } from '../audio/wav.js';
import { OffhookError } from '../errors.js';
import type { HeardRecording, HeardSignal } from '../schema/types.gen.js';
import { formatMs } from '../time.js';
import { round } from './judges.js';
import type { Judge, SampleClock } from './listen.js';
import { readWav } from './sounds.js';

/** Time between two looks at a cadence: signals last for seconds, so not every frame needs a look. */
const SIGNAL_LOOK_MS = 60;

export class SignalJudge implements Judge<HeardSignal> {
  readonly wanted: string;
  readonly missing_ms = SIGNAL_LOOK_MS;
  readonly #plan: ReturnType<typeof signalPlan>;
  #detector: SignalDetector | undefined;
  #state: SignalState | undefined;

  constructor(name: SignalName, country: Country) {
    this.#plan = signalPlan(name, country);
    this.wanted = `signal "${name}" (${country}) not heard`;
  }

  begin(rate: number): void {
    this.#detector = new SignalDetector(this.#plan, rate);
  }

  hear(samples: Int16Array, clock: SampleClock): HeardSignal | undefined {
    const state = this.#detector?.push(samples);
    this.#state = state;
    if (state?.start === undefined || state.detect_ms === undefined) return undefined;
    return {
      detected_ms: round(clock.now),
      onset_ms: round(clock.at(state.start)),
      detect_ms: state.detect_ms,
      uncertainty_ms: round(clock.uncertainty),
      seen: state.seen,
    };
  }

  instead(): { what: string } {
    const { seen = '' } = this.#state ?? {};
    return { what: seen === '' ? 'none of its frequencies' : `heard ${seen}` };
  }
}

/** A comparison costs 2 ms per second of received audio, too much for every packet. */
const COMPARE_EVERY_S = 0.25;
/** With less than this part of the recording heard, no verdict is sure. */
const LEAST_PART = 0.9;
const WHOLE = 0.99;
const WHOLE_WITHIN_S = 1;

export class RecordingJudge implements Judge<HeardRecording> {
  readonly wanted: string;
  /** Length of the recording. */
  readonly ms: number;
  readonly #recording: Int16Array;
  readonly #least: number;
  #heard: Int16Array[] = [];
  #rate = SIMILARITY_RATE;
  #length = 0;
  #compared = 0;
  #passedAt: number | undefined;
  #last: Similarity | undefined;

  /** @throws OffhookError E_AUDIO_FILE, E_READ_FAILED. */
  constructor(path: string, real: string, least = MIN_SIMILARITY) {
    const sound = decodeWav(readWav(path, real), path);
    this.#recording = convertSound(sound, SIMILARITY_RATE).samples;
    this.ms = sound.ms;
    this.#least = least;
    this.wanted = `"${path}" not heard`;
    if (similarityOf(this.#recording, this.#recording) !== undefined) return;
    const what =
      'there is nothing in it to compare: it is shorter than 200 ms, or one steady sound';
    throw new OffhookError(
      'E_AUDIO_FILE',
      { subject: `WAV "${path}"`, what: 'cannot be used', seen: what },
      {
        hint: 'use verify_audio for tones, verify_silence for silence',
      },
    );
  }

  begin(rate: number): void {
    this.#rate = rate;
    this.#heard = [];
    this.#length = this.#compared = 0;
    this.#passedAt = undefined;
  }

  hear(samples: Int16Array, clock: SampleClock): HeardRecording | undefined {
    this.#heard.push(samples);
    this.#length += samples.length;
    const enough = (this.#length * 1000) / this.#rate >= this.ms * LEAST_PART;
    if (!enough || this.#length - this.#compared < COMPARE_EVERY_S * this.#rate) return undefined;
    this.#compare();
    const last = this.#last;
    if (last === undefined || last.similarity < this.#least) return undefined;
    this.#passedAt ??= this.#length;
    // The rest of the recording improves the figure, so wait for it, but not for ever: if its beginning was missed, it stays incomplete.
    const late = this.#length - this.#passedAt > WHOLE_WITHIN_S * this.#rate;
    if (last.covered < WHOLE && !late) return undefined;
    return {
      similarity: round(last.similarity, 3),
      offset_ms: last.offset_ms,
      detected_ms: round(clock.now),
      uncertainty_ms: round(clock.uncertainty),
    };
  }

  get missing_ms(): number {
    const heard = (this.#length * 1000) / this.#rate;
    const next = ((this.#compared - this.#length) * 1000) / this.#rate + COMPARE_EVERY_S * 1000;
    return Math.max(this.ms * LEAST_PART - heard, next);
  }

  instead(): { what: string; hint: string } {
    this.#compare();
    const { similarity = 0, offset_ms = 0, covered = 0 } = this.#last ?? {};
    const limit = `(at least ${this.#least})`;
    const part = `${Math.round(covered * 100)} % of its ${formatMs(this.ms)} could be compared`;
    return {
      what: `similarity ${round(similarity, 2)} at best ${limit}, ${part}, at ${offset_ms} ms`,
      hint: 'listen to what was received with --save-audio',
    };
  }

  #compare(): void {
    this.#compared = this.#length;
    const all = joinSamples(...this.#heard);
    this.#heard = [all];
    const heard =
      this.#rate === SIMILARITY_RATE
        ? all
        : toInt16(resample(toFloat(all), this.#rate, SIMILARITY_RATE)).samples;
    this.#last = similarityOf(heard, this.#recording);
  }
}
