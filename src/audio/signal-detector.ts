/** Detects a named signal by its frequencies and its cadence. */
import { toneSamples, silenceSamples, joinSamples } from './tone.js';
import { ToneDetector } from './tone-detector.js';
import { planText, type SignalPart, type SignalPlan } from './signal-plans.js';

export interface SignalState {
  /** Whether frequencies and cadence have matched. Never goes back to false. */
  heard: boolean;
  /** Sample at which the part of the stream that proved it begins. */
  start?: number;
  /** Position at which the signal was certain, and how long that took from `start`. */
  heard_at?: number;
  detect_ms?: number;
  /** The tones and pauses so far, for messages: "425 Hz: 240 ms on, 240 ms off, 240 ms on". */
  seen: string;
  /** Samples examined. */
  position: number;
}

interface Piece {
  group: number;
  start: number;
  end: number;
  /** Whether the piece may go on. */
  open: boolean;
}

/** A steady tone is one that outlasts every "on" of the plans with its frequency (ringback in France: 1.5 s). */
const STEADY_MS = 2000;
/** Gaps up to this do not count as a pause: E.180 allows 30 ms inside the special information tone. */
const NO_PAUSE_MS = 60;
/** Short cycles must come twice. */
const SHORT_CYCLE_MS = 2500;
const TOLD_PIECES = 6;

/**
 * Listens for one signal. A repeating one is heard after a whole cycle whose every tone and pause was seen from edge
 * to edge (two cycles when a cycle is shorter than 2.5 s), wherever in its cycle the stream began; a steady
 * signal after 2 s. Durations may differ by 15 % or 40 ms (E.180 allows 10 %). The sound in the pauses is
 * ignored.
 *
 *     const detector = new SignalDetector(signalPlan('busy', 'us'), 8000);
 *     const { heard, detect_ms, seen } = detector.push(samples);
 */
export class SignalDetector {
  readonly #plan: SignalPlan;
  readonly #rate: number;
  /** The different tones of the plan, and for each part the index of its tone (-1: pause). */
  readonly #groups: readonly (readonly number[])[];
  readonly #detectors: readonly ToneDetector[];
  readonly #order: readonly number[];
  #found: { start: number; at: number } | undefined;
  #position = 0;

  constructor(plan: SignalPlan, rate: number) {
    this.#plan = plan;
    this.#rate = rate;
    const texts = plan.parts.map(({ hz }) => hz.join());
    const tones = [...new Set(texts.filter((text) => text !== ''))];
    this.#groups = tones.map((text) => text.split(',').map(Number));
    this.#order = texts.map((text) => tones.indexOf(text));
    const tolerance = plan.tolerance_hz === undefined ? {} : { tolerance_hz: plan.tolerance_hz };
    this.#detectors = this.#groups.map((hz) => new ToneDetector({ rate, hz, ...tolerance }));
  }

  push(samples: Int16Array): SignalState {
    for (const detector of this.#detectors) detector.push(samples);
    this.#position += samples.length;
    if (this.#found === undefined) {
      const start = this.#match(this.#pieces());
      if (start !== undefined) this.#found = { start, at: this.#position };
    }
    return this.state;
  }

  get state(): SignalState {
    const found = this.#found;
    return {
      heard: found !== undefined,
      ...(found && {
        start: found.start,
        heard_at: found.at,
        detect_ms: Math.round(this.#ms(found.at - found.start)),
      }),
      seen: this.#seen(),
      position: this.#position,
    };
  }

  /** Tones and the pauses between them, in order. */
  #pieces(): Piece[] {
    const tones = this.#detectors
      .flatMap((detector, group) => {
        const { present } = detector.state;
        const { runs } = detector;
        return runs.map(({ start, end }, i): Piece => {
          return { group, start, end, open: present && i === runs.length - 1 };
        });
      })
      .sort((a, b) => a.start - b.start);
    return tones.flatMap((tone, i) => {
      const before = tones[i - 1];
      const gap = before === undefined ? 0 : this.#ms(tone.start - before.end);
      if (before === undefined || gap <= NO_PAUSE_MS) return [tone];
      return [{ group: -1, start: before.end, end: tone.start, open: false }, tone];
    });
  }

  /** Sample at which a stretch that is the signal begins. */
  #match(pieces: readonly Piece[]): number | undefined {
    const { parts, repeats } = this.#plan;
    if (parts[0]?.ms === Infinity) {
      return pieces.find(({ group, start, end }) => {
        return group >= 0 && this.#ms(end - start) >= STEADY_MS;
      })?.start;
    }
    const cycle = parts.reduce((sum, { ms }) => sum + ms, 0);
    const wanted = parts.length * (repeats && cycle < SHORT_CYCLE_MS ? 2 : 1);
    for (let from = 0; from + wanted <= pieces.length; from += 1) {
      const phases = repeats ? parts.map((_, phase) => phase) : [0];
      const fits = phases.some((phase) =>
        pieces.slice(from, from + wanted).every((piece, i) => {
          const at = (phase + i) % parts.length;
          return this.#fits(piece, parts[at], this.#order[at]);
        }),
      );
      if (fits) return pieces[from]?.start;
    }
    return undefined;
  }

  #fits(piece: Piece, part: SignalPart | undefined, group: number | undefined): boolean {
    if (part === undefined || piece.open || piece.group !== group) return false;
    const tolerance = part.tolerance_ms ?? Math.max(0.15 * part.ms, 40);
    return Math.abs(this.#ms(piece.end - piece.start) - part.ms) <= tolerance;
  }

  #seen(): string {
    const pieces = this.#pieces();
    if (pieces.length === 0) return `nothing of ${planText(this.#plan)}`;
    const texts = pieces.slice(-TOLD_PIECES).map(({ group, start, end, open }) => {
      const ms = `${Math.round(this.#ms(end - start))} ms`;
      if (group < 0) return `${ms} off`;
      return `${this.#groups[group]?.join(' + ')} Hz ${ms}${open ? ' so far' : ''}`;
    });
    return texts.join(', ');
  }

  #ms(samples: number): number {
    return (samples * 1000) / this.#rate;
  }
}

/** What the signal sounds like, for `ms` from its beginning; a plan that does not repeat ends in silence. */
export function signalSamples(plan: SignalPlan, ms: number, rate: number): Int16Array {
  const pieces: Int16Array[] = [];
  let left = ms;
  for (let i = 0; left > 0; i += 1) {
    const part = plan.parts[plan.repeats ? i % plan.parts.length : i];
    const length = Math.min(left, part?.ms ?? left);
    const hz = part?.hz ?? [];
    pieces.push(
      hz.length === 0 ? silenceSamples(length, rate) : toneSamples({ hz, ms: length, rate }),
    );
    left -= length;
  }
  return joinSamples(...pieces);
}
