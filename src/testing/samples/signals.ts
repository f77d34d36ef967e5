/**
 * Sounds to try detectors with, each the same for the same seed: noise, something like speech, something like
 * music, what a call does to them. None is recorded: whoever doubts a figure can make the very samples again.
 */
import { FULL_SCALE } from '../../audio/level.js';
import { throughG711, type G711Law } from '../../audio/g711.js';

/** Uniform in 0 to 1 (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const between = (random: () => number, low: number, high: number): number =>
  low + (high - low) * random();

/** White, close to Gaussian; `dbfs` of its RMS against that of a full-scale sine. */
export function whiteNoise(ms: number, rate: number, dbfs: number, seed: number): Int16Array {
  const random = randomOf(seed);
  const gauss = (): number => random() + random() + random() + random() - 2;
  return scaled(Float64Array.from({ length: lengthOf(ms, rate) }, gauss), dbfs);
}

/** A sine of any phase; the reference the detectors are checked against. */
export function sine(hz: number, ms: number, rate: number, dbfs: number, phase = 0): Int16Array {
  const amplitude = 10 ** (dbfs / 20) * FULL_SCALE;
  const step = (2 * Math.PI * hz) / rate;
  return Int16Array.from({ length: lengthOf(ms, rate) }, (_, n) =>
    clip(Math.round(amplitude * Math.sin(step * n + phase))),
  );
}

/**
 * Like speech: syllables of 100 to 300 ms, voiced ones (a gliding, trembling pitch of 80 to 300 Hz whose harmonics
 * pass three wandering formants) and hissed ones, with pauses between.
 */
export function speech(ms: number, rate: number, dbfs: number, seed: number): Int16Array {
  const random = randomOf(seed);
  const out = new Float64Array(lengthOf(ms, rate));
  const base = between(random, 80, 250);
  for (let at = 0; at < out.length;) {
    const length = lengthOf(between(random, 100, 300), rate);
    if (random() < 0.75) voiced(out, at, length, rate, base, random);
    else hissed(out, at, length, random);
    at += length + (random() < 0.3 ? lengthOf(between(random, 50, 400), rate) : 0);
  }
  return scaled(out, dbfs);
}

function voiced(
  out: Float64Array,
  at: number,
  length: number,
  rate: number,
  base: number,
  random: () => number,
): void {
  const from = base * between(random, 0.85, 1.25);
  const glide = base * between(random, -0.2, 0.2);
  const formants = [
    between(random, 300, 850),
    between(random, 850, 2300),
    between(random, 2400, 3300),
  ];
  const tremble = between(random, 3, 8);
  let phase = 0;
  for (let n = 0; n < length && at + n < out.length; n += 1) {
    const pitch =
      from + (glide * n) / length + from * 0.01 * Math.sin((2 * Math.PI * tremble * n) / rate);
    phase += (2 * Math.PI * pitch) / rate;
    let sum = 0;
    for (let h = 1; h * pitch < Math.min(3800, rate / 2); h += 1) {
      const gain = formants.reduce(
        (all, formant, i) => all + 1 / (1 + ((h * pitch - formant) / 90) ** 2) / (i + 1),
        0.02,
      );
      sum += gain * Math.sin(h * phase);
    }
    out[at + n] = sum * Math.sin((Math.PI * n) / length);
  }
}

function hissed(out: Float64Array, at: number, length: number, random: () => number): void {
  for (let n = 0; n < length && at + n < out.length; n += 1) {
    out[at + n] = 0.3 * (random() - 0.5) * Math.sin((Math.PI * n) / length);
  }
}

/**
 * Like music: a tempo of 80 to 160, chords of three notes of a scale in equal temperament (A4 = 440 Hz) with five
 * falling harmonics that decay, a melody above them, noise for drums on the beat. `melody`: the melody alone, `organ`:
 * sustained chords alone.
 */
export function music(
  ms: number,
  rate: number,
  dbfs: number,
  seed: number,
  kind: 'band' | 'melody' | 'organ',
): Int16Array {
  const random = randomOf(seed);
  const out = new Float64Array(lengthOf(ms, rate));
  const beat = lengthOf(60_000 / between(random, 80, 160), rate);
  const scale = [0, 2, 4, 5, 7, 9, 11];
  const key = 45 + Math.floor(random() * 12);
  const hzOf = (degree: number): number => {
    const octave = Math.floor(degree / 7);
    return 440 * 2 ** ((key + 12 * octave + (scale[degree - 7 * octave] ?? 0) - 69) / 12);
  };
  for (let at = 0; at < out.length; at += beat) {
    const root = Math.floor(random() * 7);
    if (kind !== 'melody') {
      for (const third of [0, 2, 4]) {
        note(out, at, beat, rate, hzOf(root + third), 0.5, kind === 'organ' ? 0 : 3);
      }
    }
    if (kind !== 'organ') {
      const parts = random() < 0.5 ? 1 : 2;
      for (let part = 0; part < parts; part += 1) {
        const hz = hzOf(7 + Math.floor(random() * 10));
        note(out, at + (part * beat) / parts, beat / parts, rate, hz, 0.7, 2);
      }
    }
    if (kind === 'band') {
      for (let n = 0; n < rate * 0.05 && at + n < out.length; n += 1) {
        out[at + n] = (out[at + n] ?? 0) + 0.6 * (random() - 0.5) * (1 - n / (rate * 0.05));
      }
    }
  }
  return scaled(out, dbfs);
}

function note(
  out: Float64Array,
  from: number,
  length: number,
  rate: number,
  hz: number,
  gain: number,
  decay: number,
): void {
  const start = Math.round(from);
  for (let n = 0; n < length && start + n < out.length; n += 1) {
    const t = n / rate;
    const shape = gain * Math.exp(-decay * t) * Math.min(1, t * 200);
    let sum = 0;
    for (let h = 1; h <= 5 && h * hz < rate / 2; h += 1) {
      sum += Math.sin(2 * Math.PI * h * hz * t) / h ** 1.2;
    }
    out[start + n] = (out[start + n] ?? 0) + shape * sum;
  }
}

export type LossKind = 'zeros' | 'repeat' | 'cut';

/** Loses packets of 20 ms at random: silence in their place, the packet before again, or nothing at all. */
export function lossy(
  samples: Int16Array,
  rate: number,
  share: number,
  kind: LossKind,
  seed: number,
): Int16Array {
  const random = randomOf(seed);
  const packet = lengthOf(20, rate);
  const out: Int16Array[] = [];
  for (let at = 0; at < samples.length; at += packet) {
    const one = samples.slice(at, at + packet);
    if (random() >= share) out.push(one);
    else if (kind === 'zeros') out.push(new Int16Array(one.length));
    else if (kind === 'repeat') out.push(out.at(-1) ?? new Int16Array(one.length));
  }
  return Int16Array.from(out.flatMap((one) => [...one]));
}

export function throughCodec(law: G711Law | 'none', samples: Int16Array): Int16Array {
  return law === 'none' ? samples : throughG711(law, samples);
}

/** Sample by sample sum. */
export function mixed(...parts: readonly Int16Array[]): Int16Array {
  const length = Math.max(...parts.map((part) => part.length));
  return Int16Array.from({ length }, (_, i) =>
    clip(parts.reduce((sum, part) => sum + (part[i] ?? 0), 0)),
  );
}

function lengthOf(ms: number, rate: number): number {
  return Math.round((ms * rate) / 1000);
}

function scaled(samples: Float64Array, dbfs: number): Int16Array {
  const square = samples.reduce((sum, one) => sum + one * one, 0) / Math.max(1, samples.length);
  const gain = (10 ** (dbfs / 20) * FULL_SCALE) / Math.SQRT2 / Math.sqrt(square || 1);
  return Int16Array.from(samples, (one) => clip(Math.round(one * gain)));
}

function clip(sample: number): number {
  return Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, sample));
}
