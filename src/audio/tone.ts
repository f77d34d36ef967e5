/** Generates sounds: tones, several at once, and silence. */
import { FULL_SCALE } from './level.js';

/** Level of one sent tone, dBFS: -7 dBm0, within the -10 +-5 dBm0 of ITU-T E.180. */
const TONE_DBFS = -10;
const HEADROOM_DBFS = -1;

export interface ToneOptions {
  /** One frequency, or several that sound at once. */
  hz: number | readonly number[];
  ms: number;
  rate: number;
  /** Level of each tone; lowered when their sum would not fit. */
  dbfs?: number;
}

/** 16-bit mono samples, all tones beginning at phase 0. */
export function toneSamples({ hz, ms, rate, dbfs = TONE_DBFS }: ToneOptions): Int16Array {
  const all = typeof hz === 'number' ? [hz] : hz;
  const most = 10 ** (HEADROOM_DBFS / 20) / Math.max(1, all.length);
  const amplitude = Math.min(10 ** (dbfs / 20), most) * FULL_SCALE;
  const steps = all.map((one) => (2 * Math.PI * one) / rate);
  return Int16Array.from({ length: Math.round((rate * ms) / 1000) }, (_, n) =>
    Math.round(steps.reduce((sum, step) => sum + amplitude * Math.sin(step * n), 0)),
  );
}

export function silenceSamples(ms: number, rate: number): Int16Array {
  return new Int16Array(Math.round((rate * ms) / 1000));
}

/** Joins samples one after the other. */
export function joinSamples(...parts: readonly Int16Array[]): Int16Array {
  const out = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
