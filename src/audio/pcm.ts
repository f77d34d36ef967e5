/** Samples: channels, rate and width of recorded sound brought to what a phone call carries. */
import { FULL_SCALE } from './level.js';

/** Decoded sound: one array per channel, full scale is -1 to 1. */
export interface Sound {
  rate: number;
  channels: readonly Float32Array[];
}

export interface Converted {
  /** Mono. */
  samples: Int16Array;
  rate: number;
  /** The conversions, for people: "stereo to mono (mean)", "48 kHz to 8 kHz". Empty: none was needed. */
  done: readonly string[];
}

/** Mono 16-bit samples at `rate`: channels are averaged, the band above half of `rate` is filtered out. */
export function convertSound(sound: Sound, rate: number): Converted {
  const done: string[] = [];
  if (sound.channels.length > 1) {
    const from = sound.channels.length === 2 ? 'stereo' : `${sound.channels.length} channels`;
    done.push(`${from} to mono (mean)`);
  }
  if (sound.rate !== rate) done.push(`${kilohertz(sound.rate)} to ${kilohertz(rate)}`);
  const { samples, clipped } = toInt16(resample(toMono(sound.channels), sound.rate, rate));
  if (clipped > 0) done.push(`samples beyond full scale clipped: ${clipped}`);
  return { samples, rate, done };
}

function kilohertz(rate: number): string {
  return `${Number((rate / 1000).toFixed(3))} kHz`;
}

/** Mean of the channels. */
export function toMono(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...others] = channels;
  if (others.length === 0) return first;
  const mono = Float32Array.from(first);
  for (const channel of others) {
    for (let i = 0; i < mono.length; i += 1) mono[i] = (mono[i] ?? 0) + (channel[i] ?? 0);
  }
  return mono.map((sum) => sum / channels.length);
}

/** Rounds samples to 16 bits; samples beyond full scale are clipped and counted. NaN counts as silence. */
export function toInt16(samples: Float32Array): { samples: Int16Array; clipped: number } {
  let clipped = 0;
  const out = new Int16Array(samples.length);
  for (let i = 0; i < out.length; i += 1) {
    const scaled = Math.round((samples[i] ?? 0) * FULL_SCALE);
    // the largest positive value is one below full scale: reaching it exactly is no clipping
    if (scaled > FULL_SCALE || scaled < -FULL_SCALE) clipped += 1;
    out[i] = Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, scaled || 0));
  }
  return { samples: out, clipped };
}

export function toFloat(samples: Int16Array): Float32Array {
  const out = new Float32Array(samples.length);
  for (let i = 0; i < out.length; i += 1) out[i] = (samples[i] ?? 0) / FULL_SCALE;
  return out;
}

/**
 * Zero crossings of the filter on each side, steps between two crossings, and the window's Kaiser beta (80
 * dB).
 */
const CROSSINGS = 24;
const STEPS = 256;
const BETA = 7.86;
/** Part of the lower rate's band that is kept; the rest is the filter's slope. */
const PASS = 0.92;

/**
 * Changes the sampling rate with a windowed sinc filter: flat to 0.85 of the lower Nyquist frequency, 70 dB
 * down above that frequency. The first sample stays where it is in time.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to || samples.length === 0) return samples;
  const table = filterTable();
  const scale = Math.min(1, to / from) * PASS;
  const reach = CROSSINGS / scale;
  const out = new Float32Array(Math.max(1, Math.round((samples.length * to) / from)));
  if (from % to === 0) return decimate(samples, out, from / to, { table, scale, reach });
  for (let n = 0; n < out.length; n += 1) {
    const at = (n * from) / to;
    const last = Math.min(samples.length - 1, Math.floor(at + reach));
    let sum = 0;
    for (let k = Math.max(0, Math.ceil(at - reach)); k <= last; k += 1) {
      const place = Math.abs(at - k) * scale * STEPS;
      const index = place | 0;
      const low = table[index] ?? 0;
      sum += (samples[k] ?? 0) * (low + (place - index) * ((table[index + 1] ?? 0) - low));
    }
    out[n] = sum * scale;
  }
  return out;
}

interface Filter {
  table: Float64Array;
  scale: number;
  reach: number;
}

/** Where each new sample lies on an old one, the filter is the same for all of them. */
function decimate(
  samples: Float32Array,
  out: Float32Array,
  step: number,
  { table, scale, reach }: Filter,
): Float32Array {
  const half = Math.floor(reach);
  const weights = Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const place = Math.abs(i - half) * scale * STEPS;
    const index = place | 0;
    const low = table[index] ?? 0;
    return scale * (low + (place - index) * ((table[index + 1] ?? 0) - low));
  });
  for (let n = 0; n < out.length; n += 1) {
    const first = n * step - half;
    const last = Math.min(weights.length, samples.length - first);
    let sum = 0;
    for (let i = Math.max(0, -first); i < last; i += 1) {
      sum += (samples[first + i] ?? 0) * (weights[i] ?? 0);
    }
    out[n] = sum;
  }
  return out;
}

let kernel: Float64Array | undefined;

function filterTable(): Float64Array {
  return (kernel ??= Float64Array.from({ length: CROSSINGS * STEPS + 2 }, (_, i) => {
    const x = i / STEPS;
    if (x >= CROSSINGS) return 0;
    const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
    return (sinc * bessel(BETA * Math.sqrt(1 - (x / CROSSINGS) ** 2))) / bessel(BETA);
  }));
}

/** Modified Bessel function of the first kind, order 0. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
