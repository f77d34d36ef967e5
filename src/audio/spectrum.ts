/** Finds the strongest frequencies, for messages about the sound heard instead. */
import { dbfs } from './level.js';

export interface Peak {
  /** To the nearest hertz. */
  hz: number;
  dbfs: number;
}

const LEAST_HZ = 60;
/** Peaks this far below the strongest are the window's own, or noise. */
const RANGE_DB = 20;
const WINDOW_S = 0.25;

/**
 * The strongest frequencies, strongest first, at most `count`: peaks of a Hann-windowed power spectrum, averaged
 * over half-overlapping pieces of about 250 ms (8 Hz apart are still two). Fewer samples than 20 ms: none.
 */
export function strongestFrequencies(samples: Int16Array, rate: number, count = 3): Peak[] {
  if (samples.length < rate * 0.02) return [];
  const size = 2 ** Math.ceil(Math.log2(Math.min(samples.length, rate * WINDOW_S)));
  const power = meanSpectrum(samples, size, Math.min(samples.length, size));
  const hzPerBin = rate / size;
  const peaks: Peak[] = [];
  for (let bin = Math.ceil(LEAST_HZ / hzPerBin); bin < power.length - 1; bin += 1) {
    const [below, here, above] = [power[bin - 1] ?? 0, power[bin] ?? 0, power[bin + 1] ?? 0];
    if (here <= 0 || here < below || here <= above) continue;
    // the logarithm of a Hann window's main lobe is nearly a parabola
    const [l, m, r] = [Math.log(below + 1e-9), Math.log(here), Math.log(above + 1e-9)];
    const shift = (l - r) / (2 * (l - 2 * m + r));
    const top = Math.exp(m - ((l - r) * shift) / 4);
    peaks.push({ hz: Math.round((bin + shift) * hzPerBin), dbfs: dbfs(top) });
  }
  peaks.sort((a, b) => b.dbfs - a.dbfs);
  return peaks.filter((peak) => peak.dbfs > (peaks[0]?.dbfs ?? 0) - RANGE_DB).slice(0, count);
}

/** Per bin the mean square of a sine at its frequency. */
function meanSpectrum(samples: Int16Array, size: number, used: number): Float64Array {
  const mean = new Float64Array(size / 2 + 1);
  const window = Float64Array.from(
    { length: used },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / used),
  );
  const gain = used / 2;
  const hop = Math.max(1, used >> 1);
  let pieces = 0;
  for (let start = 0; start + used <= samples.length; start += hop) {
    const re = new Float64Array(size);
    for (let i = 0; i < used; i += 1) re[i] = (samples[start + i] ?? 0) * (window[i] ?? 0);
    const im = new Float64Array(size);
    fft(re, im);
    for (let bin = 0; bin < mean.length; bin += 1) {
      const square = (re[bin] ?? 0) ** 2 + (im[bin] ?? 0) ** 2;
      mean[bin] = (mean[bin] ?? 0) + (2 * square) / (gain * gain);
    }
    pieces += 1;
  }
  return mean.map((sum) => sum / pieces);
}

/** In-place Fourier transform (radix 2); both arrays have the same length, a power of two. */
export function fft(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i += 1) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      [re[i], re[j]] = [re[j] ?? 0, re[i] ?? 0];
      [im[i], im[j]] = [im[j] ?? 0, im[i] ?? 0];
    }
  }
  for (let half = 1; half < size; half *= 2) {
    for (let k = 0; k < half; k += 1) {
      const c = Math.cos((Math.PI * k) / half);
      const s = -Math.sin((Math.PI * k) / half);
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half;
        const oddRe = (re[b] ?? 0) * c - (im[b] ?? 0) * s;
        const oddIm = (re[b] ?? 0) * s + (im[b] ?? 0) * c;
        re[b] = (re[a] ?? 0) - oddRe;
        im[b] = (im[a] ?? 0) - oddIm;
        re[a] = (re[a] ?? 0) + oddRe;
        im[a] = (im[a] ?? 0) + oddIm;
      }
    }
  }
}
