/** The Fourier transform of real samples, by the package fft.js. */
import FFT from 'fft.js';

export class PowerSpectrum {
  readonly #fft: { realTransform(out: Float64Array, samples: Float64Array): void };
  /** Real and imaginary parts in turn. */
  readonly #out: Float64Array;
  readonly #power: Float64Array;

  /** `size`: number of samples, a power of two. */
  constructor(size: number) {
    this.#fft = new FFT(size);
    this.#out = new Float64Array(2 * size);
    this.#power = new Float64Array(size / 2 + 1);
  }

  /** The square of the magnitude of each bin up to half the sample rate; valid until the next call. */
  of(samples: Float64Array): Float64Array {
    this.#fft.realTransform(this.#out, samples);
    for (let bin = 0; bin < this.#power.length; bin += 1) {
      this.#power[bin] = (this.#out[2 * bin] ?? 0) ** 2 + (this.#out[2 * bin + 1] ?? 0) ** 2;
    }
    return this.#power;
  }
}
