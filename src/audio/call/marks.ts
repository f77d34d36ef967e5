/** Divides a recording into tones, speech, other sound, silence and gaps, so that a drawing of it can name them. */
import type { AudioMark } from '../../model/audio-mark.js';
import { DtmfDetector, dtmfFrequencies } from '../dtmf-detector.js';
import { Blocks, dbfs, meanSquareOf, SILENCE_DBFS } from '../level.js';
import { TONE_MS, ToneDetector, toneProblem } from '../tone-detector.js';
import {
  HannSpectrum,
  isSame,
  SPECTRUM_S,
  suspectedIn,
  type Stretch,
  type Tone,
} from './suspects.js';
import { VoiceActivity } from '../voice-activity.js';

export interface Marked {
  /** The marks in the order of `from`. At most one of tone, speech, sound and silence holds at a time; a gap lies in or between them. */
  marks: readonly AudioMark[];
  /** RMS of what is no silence, dBFS; absent where all is silence. */
  level?: number;
}

const BLOCK_S = 0.01;
const SILENCE_MS = 300;
/** Shorter sounds beside tones are their edges. */
const LEAST_SOUND_MS = 60;
/** Shorter pauses are part of what is around them. */
const BRIDGED_MS = 50;

/**
 * Divides a recording into marks. Sound that is shorter than 300 ms, and that no detector takes for a tone, a digit or a
 * voice, gets no mark.
 */
export function marksOf(samples: Int16Array, rate: number): Marked {
  const powers = powersOf(samples, rate);
  const sounding = soundingIn(powers, rate);
  const gaps = gapsIn(samples, rate);
  const suspects = sounding.map((stretch) => suspectedIn(samples, rate, stretch));
  const digits = digitsIn(
    samples,
    rate,
    suspects.flatMap((one) => one.digits),
  );
  const tones = suspects.flatMap((one) => tonesIn(samples, rate, one.tones));
  const known = [...digits, ...tones.filter((tone) => !digits.some((one) => overlap(tone, one)))];
  const voiced = voicedIn(samples, rate, powers, known);
  const rest = without(sounding, [...known, ...voiced]).filter(
    ({ start, end }) => msOf(end - start, rate) >= SILENCE_MS,
  );
  const silent = without([{ start: 0, end: samples.length }], [...sounding, ...gaps]).filter(
    ({ start, end }) => msOf(end - start, rate) >= SILENCE_MS,
  );
  const ms = (at: number): number => Math.round(msOf(at, rate));
  const mark = (kind: AudioMark['kind'], { start, end }: Stretch): AudioMark => {
    return { kind, from: ms(start), to: ms(end) };
  };
  const levelled = (kind: AudioMark['kind'], one: Stretch): AudioMark => {
    return { ...mark(kind, one), level: tenths(levelIn(powers, rate, one)) };
  };
  const marks = [
    ...known.map((tone) => ({ ...levelled('tone', tone), hz: tone.hz })),
    ...voiced.map((one) => levelled(one.kind, one)),
    ...rest.map((one) => levelled('sound', one)),
    ...silent.map((one) => mark('silence', one)),
    ...gaps.map((one) => mark('gap', one)),
  ].sort((a, b) => a.from - b.from || a.to - b.to);
  const loud = powers.filter((power) => power >= SILENT);
  if (loud.length === 0) return { marks };
  return { marks, level: tenths(dbfs(loud.reduce((sum, one) => sum + one, 0) / loud.length)) };
}

const SILENT = meanSquareOf(SILENCE_DBFS);

function msOf(count: number, rate: number): number {
  return (count * 1000) / rate;
}

function tenths(level: number): number {
  return Math.round(level * 10) / 10;
}

function overlap(a: Stretch, b: Stretch): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Mean square of each block of 10 ms, the last one filled up with silence. */
function powersOf(samples: Int16Array, rate: number): Float64Array {
  const blocks = new Blocks(rate, BLOCK_S);
  const { length } = blocks.block;
  const powers = new Float64Array(Math.ceil(samples.length / length));
  let count = 0;
  const closed = (power: number): void => {
    powers[count] = power;
    count += 1;
  };
  blocks.push(samples, closed);
  const missing = powers.length * length - samples.length;
  if (missing > 0) blocks.push(new Int16Array(missing), closed);
  return powers;
}

/** Finds the stretches with sound. A pause shorter than 50 ms does not divide a stretch. */
function soundingIn(powers: Float64Array, rate: number): Stretch[] {
  const length = Math.round(rate * BLOCK_S);
  const found: Stretch[] = [];
  powers.forEach((power, index) => {
    if (power < SILENT) return;
    const [start, end] = [index * length, (index + 1) * length];
    const last = found.at(-1);
    if (last !== undefined && msOf(start - last.end, rate) < BRIDGED_MS) last.end = end;
    else found.push({ start, end });
  });
  return found;
}

function levelIn(powers: Float64Array, rate: number, { start, end }: Stretch): number {
  const length = Math.round(rate * BLOCK_S);
  const part = powers.subarray(Math.floor(start / length), Math.max(1, Math.round(end / length)));
  return dbfs(part.reduce((sum, one) => sum + one, 0) / Math.max(1, part.length));
}

/** The parts of stretches that none of the others covers. */
function without(stretches: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const sorted = others.toSorted((a, b) => a.start - b.start);
  return stretches.flatMap(({ start, end }) => {
    const parts: Stretch[] = [];
    let at = start;
    for (const other of sorted) {
      if (other.end <= at) continue;
      if (other.start >= end) break;
      if (other.start > at) parts.push({ start: at, end: other.start });
      at = other.end;
    }
    return at < end ? [...parts, { start: at, end }] : parts;
  });
}

/** A detector gets this much more of the recording on both sides of a stretch: it finds where a tone begins by the change. */
const AROUND_MS = 100;

function around(samples: Int16Array, rate: number, { start, end }: Stretch): [number, Int16Array] {
  const more = (AROUND_MS * rate) / 1000;
  const from = Math.max(0, start - more);
  return [from, samples.subarray(from, end + more)];
}

/** @param suspects by time; those near to each other go to the detector together, or it would find a digit twice */
function digitsIn(samples: Int16Array, rate: number, suspects: readonly Stretch[]): Tone[] {
  const joined: Stretch[] = [];
  for (const { start, end } of suspects) {
    const last = joined.at(-1);
    if (last !== undefined && msOf(start - last.end, rate) <= 2 * AROUND_MS) last.end = end;
    else joined.push({ start, end });
  }
  return joined.flatMap((suspect) => {
    const [from, part] = around(samples, rate, suspect);
    return new DtmfDetector(rate).push(part).map(({ digit, start, end }) => {
      return { hz: dtmfFrequencies(digit), start: from + start, end: from + end };
    });
  });
}

/** Asks the detector about the tones that a spectrum suggests; where one begins and ends is as the detector says. */
function tonesIn(samples: Int16Array, rate: number, suspects: readonly Tone[]): Tone[] {
  const tones: Tone[] = [];
  for (const { hz, ...place } of suspects) {
    if (toneProblem(hz, rate) !== undefined) continue;
    const [from, part] = around(samples, rate, place);
    const detector = new ToneDetector({ rate, hz });
    detector.push(part);
    for (const run of detector.runs) {
      const tone = { hz: run.hz.map(Math.round), start: from + run.start, end: from + run.end };
      if (msOf(tone.end - tone.start, rate) < TONE_MS * 0.8) continue;
      const last = tones.at(-1);
      if (last === undefined || !overlap(last, tone)) tones.push(tone);
      else if (isSame(last.hz, tone.hz)) last.end = Math.max(last.end, tone.end);
      else tones.push({ ...tone, start: last.end });
    }
  }
  return tones;
}

/** Speech has pauses and syllables: its level, in blocks of 10 ms, changes more than that of noise or music. */
const SPEECH_DB = 5;
const LEAST_SPEECH_MS = 100;
const LOWEST_DBFS = -70;

/** Finds where somebody speaks and where there is other sound, outside of the given tones. */
function voicedIn(
  samples: Int16Array,
  rate: number,
  powers: Float64Array,
  tones: readonly Stretch[],
): (Stretch & { kind: 'speech' | 'sound' })[] {
  const { spurts } = new VoiceActivity(rate).push(samples);
  const heard = spurts.map(({ start, end = samples.length }) => ({ start, end }));
  const parts = without(heard, tones).filter(
    ({ start, end }) => msOf(end - start, rate) >= LEAST_SOUND_MS,
  );
  const found: (Stretch & { kind: 'speech' | 'sound' })[] = [];
  for (const part of parts) {
    const kind = isSpeech(powers, rate, part) ? 'speech' : 'sound';
    const last = found.at(-1);
    const near = last !== undefined && msOf(part.start - last.end, rate) < SILENCE_MS;
    const between = { start: last?.end ?? 0, end: part.start };
    if (near && last.kind === kind && !tones.some((tone) => overlap(tone, between))) {
      last.end = part.end;
    } else found.push({ ...part, kind });
  }
  return found;
}

function isSpeech(powers: Float64Array, rate: number, { start, end }: Stretch): boolean {
  if (msOf(end - start, rate) < LEAST_SPEECH_MS) return false;
  const length = Math.round(rate * BLOCK_S);
  const part = powers.subarray(Math.floor(start / length), Math.round(end / length));
  const levels = Array.from(part, (power) => Math.max(LOWEST_DBFS, dbfs(power)));
  const mean = levels.reduce((sum, one) => sum + one, 0) / levels.length;
  const spread = levels.reduce((sum, one) => sum + (one - mean) ** 2, 0) / levels.length;
  return Math.sqrt(spread) >= SPEECH_DB;
}

const LEAST_GAP_MS = 20;
const EDGE_MS = 5;
/** Least mean square of the 5 ms before and after a gap: sound that ends by itself has faded below it by then. */
const EDGE_POWER = meanSquareOf(-45);
/** Zeros between two tones that last so long are a pause of the signal, and no gap (ITU-T Q.24, E.180). */
const PAUSE_MS = 40;

/** Finds zeros where sound breaks off and begins again abruptly. Before the zeros of a silence, sound fades. */
function gapsIn(samples: Int16Array, rate: number): Stretch[] {
  const least = (LEAST_GAP_MS * rate) / 1000;
  const gaps: Stretch[] = [];
  for (let at = 0; at < samples.length;) {
    if (samples[at] !== 0) {
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < samples.length && samples[end] === 0) end += 1;
    const gap = { start: at, end };
    if (end - at >= least && isCut(samples, rate, gap)) gaps.push(gap);
    at = end;
  }
  return gaps;
}

function isCut(samples: Int16Array, rate: number, { start, end }: Stretch): boolean {
  const edge = Math.round((EDGE_MS * rate) / 1000);
  const before = samples.subarray(Math.max(0, start - edge), start);
  const after = samples.subarray(end, end + edge);
  if (Math.min(meanSquare(before), meanSquare(after)) < EDGE_POWER) return false;
  if (msOf(end - start, rate) < PAUSE_MS) return true;
  const spectrum = new HannSpectrum(2 ** Math.round(Math.log2(rate * SPECTRUM_S)));
  const length = Math.round(rate * SPECTRUM_S * 1.1);
  const isTone = (at: number): boolean => {
    spectrum.take(samples, Math.max(0, at));
    return spectrum.strongest().length > 0;
  };
  return !isTone(start - length) || !isTone(end);
}

function meanSquare(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum / Math.max(1, samples.length);
}
