/**
 * Compares received audio with a recording. Both are turned into loudness over time in 14 bands of the
 * telephone range, every 10 ms, and correlated: codecs, levels, phase and lost packets hardly change that
 * picture, other words do.
 */
import { FULL_SCALE } from './level.js';
import { PowerSpectrum } from './power-spectrum.js';

export interface Similarity {
  /** 0 (nothing in common) to 1 (the same). */
  similarity: number;
  /**
   * Where in the received audio the recording begins, ms, exact to +-10 ms; negative: its beginning is
   * missing.
   */
  offset_ms: number;
  /** Part of the recording that lies inside the received audio, 0 to 1. The rest counts as not similar. */
  covered: number;
}

/** A recording through G.711 with 2 % loss stays above this similarity, other speech below. */
export const MIN_SIMILARITY = 0.8;

/** Sampling rate of both sides (`convertSound`). */
export const SIMILARITY_RATE = 8000;

const HOP = 80;
const SIZE = 256;
const BANDS = 14;
const LOW_HZ = 200;
const HIGH_HZ = 3500;
/** Frames this far below the loudest frame count as silence. */
const RANGE_LN = Math.log(1e3);
const COARSE = 4;
/** Pieces are aligned one by one, so that neither a clock 0.5 % off nor packets left out do harm. */
const PIECE_FRAMES = 80;
const DRIFT_FRAMES = 5;
/** The first piece may lie further from where the whole fits best. */
const FIRST_DRIFT_FRAMES = 12;
const LEAST_COVERED = 0.3;

/**
 * Compares what was heard with the recording, both mono at `SIMILARITY_RATE`; at most 10 minutes of each. Takes about 20 ms for
 * 10 s against 10 s. `undefined` when the recording is shorter than 200 ms, or nothing but silence or one steady sound: there
 * is not a picture to compare then (use a tone detector).
 */
export function similarityOf(heard: Int16Array, recording: Int16Array): Similarity | undefined {
  const wanted = pictureOf(recording);
  const seen = pictureOf(heard);
  if (wanted.length < 20 || !varies(wanted)) return undefined;
  if (seen.length === 0) return { similarity: 0, offset_ms: 0, covered: 0 };
  const from = -Math.floor(wanted.length * (1 - LEAST_COVERED));
  const to = seen.length - Math.ceil(wanted.length * LEAST_COVERED);
  let best = { score: -Infinity, offset: 0 };
  const consider = (offset: number, step: number): void => {
    const score = correlation(seen, wanted, 0, wanted.length, offset, step);
    if (score > best.score) best = { score, offset };
  };
  for (let offset = from; offset <= to; offset += COARSE) consider(offset, COARSE);
  const near = best.offset;
  best = { score: -Infinity, offset: near };
  for (let offset = near - COARSE; offset <= near + COARSE; offset += 1) consider(offset, 1);
  return told(seen, wanted, best.offset);
}

function told(seen: Picture, wanted: Picture, offset: number): Similarity {
  let sum = 0;
  let shift = 0;
  let weight = 0;
  for (let start = 0; start < wanted.length; start += PIECE_FRAMES) {
    // a short last piece is joined to the piece before
    const rest = wanted.length - start;
    const length = rest < 1.5 * PIECE_FRAMES ? rest : PIECE_FRAMES;
    let best = -Infinity;
    let moved = 0;
    const reach = start === 0 ? FIRST_DRIFT_FRAMES : DRIFT_FRAMES;
    for (let by = -reach; by <= reach; by += 1) {
      const score = correlation(seen, wanted, start, length, offset + shift + by, 1);
      if (score > best) [best, moved] = [score, by];
    }
    // silent pieces have no picture and do not count
    if (best > -Infinity) {
      sum += length * Math.max(0, best);
      weight += length;
      shift += moved;
    }
    if (length === rest) break;
  }
  const inside = Math.min(seen.length, offset + wanted.length) - Math.max(0, offset);
  const covered = Math.max(0, Math.min(1, inside / wanted.length));
  const similarity = weight === 0 ? 0 : sum / weight;
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    similarity: rounded(similarity),
    offset_ms: (offset * HOP * 1000) / SIMILARITY_RATE,
    covered: rounded(covered),
  };
}

/** Loudness of each band in each frame: frame by frame, `BANDS` values each. */
interface Picture {
  length: number;
  values: Float32Array;
  /** The value of silence in this picture. */
  floor: number;
}

function pictureOf(samples: Int16Array): Picture {
  const length = Math.max(0, Math.floor((samples.length - SIZE) / HOP) + 1);
  const values = new Float32Array(length * BANDS);
  const window = Float64Array.from(
    { length: SIZE },
    (_, i) => (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / SIZE)) / FULL_SCALE,
  );
  const edges = bandEdges();
  const spectrum = new PowerSpectrum(SIZE);
  const windowed = new Float64Array(SIZE);
  for (let frame = 0; frame < length; frame += 1) {
    for (let i = 0; i < SIZE; i += 1) {
      windowed[i] = (samples[frame * HOP + i] ?? 0) * (window[i] ?? 0);
    }
    const power = spectrum.of(windowed);
    for (let band = 0; band < BANDS; band += 1) {
      let sum = 0;
      for (let bin = edges[band] ?? 0; bin < (edges[band + 1] ?? 0); bin += 1) {
        sum += power[bin] ?? 0;
      }
      values[frame * BANDS + band] = Math.log(sum + 1e-12);
    }
  }
  const loudest = values.reduce((most, one) => Math.max(most, one), -Infinity);
  const floor = loudest - RANGE_LN;
  return { length, floor, values: values.map((one) => Math.max(floor, one)) };
}

function bandEdges(): number[] {
  const mel = (hz: number): number => Math.log(1 + hz / 700);
  return Array.from({ length: BANDS + 1 }, (_, i) => {
    const at = mel(LOW_HZ) + (i / BANDS) * (mel(HIGH_HZ) - mel(LOW_HZ));
    return Math.round((700 * (Math.exp(at) - 1) * SIZE) / SIMILARITY_RATE);
  });
}

function varies({ values }: Picture): boolean {
  for (let i = BANDS; i < values.length; i += 1) {
    if (Math.abs((values[i] ?? 0) - (values[i - BANDS] ?? 0)) > 1) return true;
  }
  return false;
}

/**
 * Pearson's correlation of `length` frames of the recording with the heard ones `offset` later, over all bands,
 * each band's mean taken off. Frames outside count as silence (the picture's floor). -Infinity: nothing
 * varies.
 */
function correlation(
  seen: Picture,
  wanted: Picture,
  start: number,
  length: number,
  offset: number,
  step: number,
): number {
  let cross = 0;
  let a2 = 0;
  let b2 = 0;
  const { floor } = seen;
  for (let band = 0; band < BANDS; band += 1) {
    let n = 0;
    let a = 0;
    let b = 0;
    let ab = 0;
    let aa = 0;
    let bb = 0;
    for (let frame = start; frame < start + length; frame += step) {
      const other = frame + offset;
      const x = wanted.values[frame * BANDS + band] ?? 0;
      const y =
        other < 0 || other >= seen.length ? floor : (seen.values[other * BANDS + band] ?? 0);
      n += 1;
      a += x;
      b += y;
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    cross += ab - (a * b) / n;
    a2 += aa - (a * a) / n;
    b2 += bb - (b * b) / n;
  }
  if (a2 < 1e-6 * length) return -Infinity;
  return b2 <= 0 ? 0 : cross / Math.sqrt(a2 * b2);
}
