/** Finds by spectrum where a recording may hold tones or digits, so that the slower detectors look only there. */
import { PowerSpectrum } from '../power-spectrum.js';
import { LARGEST_TWIST } from '../tone-detector.js';

/** A part of the sound; both ends are counted in samples. */
export interface Stretch {
  start: number;
  end: number;
}

export interface Tone extends Stretch {
  hz: readonly number[];
}

/** Whether these are the same frequencies, for sound that is steady. */
export function isSame(one: readonly number[], other: readonly number[]): boolean {
  return (
    one.length === other.length &&
    one.every((hz, index) => Math.abs(hz - (other[index] ?? 0)) < STEADY_HZ)
  );
}

/** Length of a piece, in seconds. */
export const SPECTRUM_S = 0.06;
const HOP_S = 0.02;
/** Least share of a piece's energy that its strongest frequencies have where it may be tones. */
const SUSPECT_SHARE = 0.85;
const MOST_TONES = 4;
/** Most by which a tone's frequency differs between two pieces, in Hz; that of a voice differs by more. */
const STEADY_HZ = 12;
/** How many pieces must show the same frequencies: many for more than two frequencies, because a vowel has several, too. */
const LEAST_PIECES = { few: 3, many: 20 };

/** Finds where tones and digits may be. A detector costs ten times as much as a spectrum. */
export function suspectedIn(
  samples: Int16Array,
  rate: number,
  { start, end }: Stretch,
): { tones: Tone[]; digits: Stretch[] } {
  const size = 2 ** Math.round(Math.log2(rate * SPECTRUM_S));
  const hop = Math.round(rate * HOP_S);
  const spectrum = new HannSpectrum(size);
  const digits: Stretch[] = [];
  const found: (Tone & { pieces: number })[] = [];
  for (let at = start; at < end; at += hop) {
    spectrum.take(samples, at);
    const toHz = (bin: number): number => (bin * rate) / size;
    const place = { start: at, end: at + size };
    if (maybeDigit(spectrum.peaks.slice(0, 2).map(toHz))) {
      const last = digits.at(-1);
      if (last !== undefined && at - last.end < size) last.end = place.end;
      else digits.push(place);
    }
    const hz = spectrum.strongest().map(toHz);
    if (hz.length === 0) continue;
    const last = found.at(-1);
    if (last === undefined || at - last.end > hop || !isSame(last.hz, hz)) {
      found.push({ hz, ...place, pieces: 1 });
      continue;
    }
    const { pieces } = last;
    last.hz = last.hz.map((mean, index) => (mean * pieces + (hz[index] ?? 0)) / (pieces + 1));
    last.pieces += 1;
    last.end = place.end;
  }
  const least = ({ hz }: Tone): number => LEAST_PIECES[hz.length > 2 ? 'many' : 'few'];
  return { tones: found.filter((tone) => tone.pieces >= least(tone)), digits };
}

/**
 * Whether the two strongest frequencies may be those of a DTMF digit: one near the low group (697 to 941 Hz), one near the
 * high group (1209 to 1633 Hz) of ITU-T Q.23.
 */
function maybeDigit(hz: readonly number[]): boolean {
  const [low = 0, high = 0] = hz.toSorted((a, b) => a - b);
  return low > 660 && low < 980 && high > 1160 && high < 1690;
}

/** The spectrum of a short piece, and the tones it may hold. */
export class HannSpectrum {
  readonly #spectrum: PowerSpectrum;
  readonly #window: Float64Array;
  readonly #piece: Float64Array;
  #power: Float64Array = new Float64Array();
  /** Bins of the strongest local maxima, the strongest first. */
  peaks: readonly number[] = [];

  constructor(size: number) {
    this.#spectrum = new PowerSpectrum(size);
    this.#window = Float64Array.from(
      { length: size },
      (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / size),
    );
    this.#piece = new Float64Array(size);
  }

  take(samples: Int16Array, from: number): void {
    const piece = this.#piece;
    const window = this.#window;
    for (let i = 0; i < piece.length; i += 1) {
      piece[i] = (samples[from + i] ?? 0) * (window[i] ?? 0);
    }
    this.#power = this.#spectrum.of(piece);
    this.peaks = peaksOf(this.#power).slice(0, MOST_TONES + 1);
  }

  /** Fractional bins of up to four frequencies that carry nearly all energy, ascending; empty where more carry it. */
  strongest(): number[] {
    const power = this.#power;
    let total = 0;
    // a constant is no sound
    for (let bin = 2; bin < power.length; bin += 1) total += power[bin] ?? 0;
    const { peaks } = this;
    let lobes = 0;
    const strong: number[] = [];
    for (const [index, bin] of peaks.slice(0, MOST_TONES).entries()) {
      lobes += lobe(power, bin, peaks.slice(0, index));
      strong.push(bin);
      if (lobes >= SUSPECT_SHARE * total && !isStrong(power, peaks[index + 1], peaks[0])) {
        return strong.map((one) => fraction(power, one)).sort((a, b) => a - b);
      }
    }
    return [];
  }
}

/** Whether a bin is at most 15 dB weaker than the strongest: the tone detector takes weaker ones for no tone. */
function isStrong(
  power: Float64Array,
  bin: number | undefined,
  first: number | undefined,
): boolean {
  return bin !== undefined && (power[bin] ?? 0) * LARGEST_TWIST > (power[first ?? 0] ?? 0);
}

/** Bins of local maxima, the strongest first. */
function peaksOf(power: Float64Array): number[] {
  const peaks: number[] = [];
  for (let bin = 2; bin < power.length - 1; bin += 1) {
    const here = power[bin] ?? 0;
    if (here > (power[bin - 1] ?? 0) && here >= (power[bin + 1] ?? 0)) peaks.push(bin);
  }
  return peaks.sort((a, b) => (power[b] ?? 0) - (power[a] ?? 0));
}

const LOBE_BINS = 2;

/** Returns the energy in the main lobe of a bin, without the bins that belong to the lobes of `others`. */
function lobe(power: Float64Array, bin: number, others: readonly number[]): number {
  let sum = 0;
  for (let at = bin - LOBE_BINS; at <= bin + LOBE_BINS; at += 1) {
    if (at >= 2 && !others.some((one) => Math.abs(one - at) <= LOBE_BINS)) sum += power[at] ?? 0;
  }
  return sum;
}

/** The logarithm of a Hann window's main lobe is nearly a parabola: its top between the bins. */
function fraction(power: Float64Array, bin: number): number {
  const [l, m, r] = [-1, 0, 1].map((by) => Math.log((power[bin + by] ?? 0) + 1e-9));
  const [left, middle, right] = [l ?? 0, m ?? 0, r ?? 0];
  return bin + (left - right) / (2 * (left - 2 * middle + right));
}
