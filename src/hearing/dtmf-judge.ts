/** Judge of DTMF digits sent as sound, in the voice band: ITU-T Q.23. */
import { DtmfDetector, type HeardDigit } from '../audio/dtmf-detector.js';
import type { HeardSignal } from '../schema/types.gen.js';
import { Recent, round } from './judges.js';
import type { Judge, SampleClock } from './listen.js';

/** Length of the shortest digit (Q.24). */
const DIGIT_MS = 40;

export class DtmfJudge implements Judge<HeardSignal> {
  readonly wanted: string;
  readonly missing_ms = DIGIT_MS;
  readonly #digits: string;
  readonly #recent = new Recent();
  #detector: DtmfDetector | undefined;
  #heard: readonly HeardDigit[] = [];
  #rate = 8000;

  /** Passes when these digits were heard one after the other; digits before them do not matter. */
  constructor(digits: string) {
    this.#digits = digits;
    this.wanted = `signal "dtmf" ${JSON.stringify(this.#digits)} not heard`;
  }

  begin(rate: number): void {
    this.#rate = rate;
    this.#detector = new DtmfDetector(rate);
    this.#recent.begin(rate);
  }

  hear(samples: Int16Array, clock: SampleClock): HeardSignal | undefined {
    this.#recent.push(samples);
    this.#heard = this.#detector?.push(samples) ?? [];
    const at = this.#text.indexOf(this.#digits);
    const first = this.#heard[at];
    const last = this.#heard[at + this.#digits.length - 1];
    if (first === undefined || last === undefined) return undefined;
    return {
      detected_ms: round(clock.now),
      onset_ms: round(clock.at(first.start)),
      detect_ms: Math.round(this.#ms(last.heard_at - first.start)),
      uncertainty_ms: round(clock.uncertainty),
      seen: this.#seen,
    };
  }

  instead(): { what: string; hint?: string } {
    if (this.#heard.length > 0) return { what: `heard ${this.#seen}` };
    const strongest = this.#recent.strongest();
    return {
      what: strongest === '' ? 'silence' : `no digit, strongest ${strongest}`,
      hint: 'digits sent as RTP events or in INFO are not sound: look at received_digits',
    };
  }

  get #text(): string {
    return this.#heard.map(({ digit }) => digit).join('');
  }

  get #seen(): string {
    const lengths = this.#heard.map(({ start, end }) => Math.round(this.#ms(end - start)));
    return `${JSON.stringify(this.#text)}, ${lengths.join(', ')} ms long`;
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.#rate;
  }
}
