/** Finds the strongest frequencies, for messages about the sound heard instead. */
import { dbfs } from './level.js';
import { PowerSpectrum } from './power-spectrum.js';

export interface Peak {
  /** The frequency, to the nearest hertz. */
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
  const spectrum = new PowerSpectrum(size);
  const gain = used / 2;
  const hop = Math.max(1, used >> 1);
  let pieces = 0;
  for (let start = 0; start + used <= samples.length; start += hop) {
    const piece = new Float64Array(size);
    for (let i = 0; i < used; i += 1) piece[i] = (samples[start + i] ?? 0) * (window[i] ?? 0);
    const power = spectrum.of(piece);
    for (let bin = 0; bin < mean.length; bin += 1) {
      mean[bin] = (mean[bin] ?? 0) + (2 * (power[bin] ?? 0)) / (gain * gain);
    }
    pieces += 1;
  }
  return mean.map((sum) => sum / pieces);
}
