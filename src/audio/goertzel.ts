/**
 * How much of one frequency is in a stream: Goertzel's recursion over blocks of 5 ms, which are then added up
 * coherently over a window. So the window is sharp (100 ms: 10 Hz), moves on block by block, and the exact
 * frequency near the target falls out of the search for the largest sum.
 */

/** A window's fit of one sine: the mean square it explains, and its frequency. */
export interface Fit {
  power: number;
  hz: number;
  /** A maximum inside the tolerance, not the flank of something beside it. */
  peak: boolean;
}

/** Step of the search for the frequency, in periods of the window. */
const STEP = 0.25;

/** One target frequency; feed it every sample, in blocks of equal size, and ask after each block. */
export class BlockGoertzel {
  readonly hz: number;
  readonly #rate: number;
  readonly #block: number;
  readonly #window: number;
  readonly #omega: number;
  readonly #coefficient: number;
  readonly #search: readonly number[];
  /** Sums of the last blocks, each turned to the phase of the stream's beginning. */
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  #s1 = 0;
  #s2 = 0;
  #blocks = 0;

  /** `block` in samples, `window` in blocks; the search covers `hz` +- `tolerance`. */
  constructor(hz: number, rate: number, block: number, window: number, tolerance: number) {
    this.hz = hz;
    this.#rate = rate;
    this.#block = block;
    this.#window = window;
    this.#omega = (2 * Math.PI * hz) / rate;
    this.#coefficient = 2 * Math.cos(this.#omega);
    this.#re = new Float64Array(window);
    this.#im = new Float64Array(window);
    const steps = Math.max(1, Math.ceil((tolerance * block * window) / rate / STEP));
    // one step more at each end, to tell a maximum from a flank
    this.#search = Array.from(
      { length: 2 * steps + 3 },
      (_, i) => ((i - steps - 1) / steps) * tolerance,
    );
  }

  /** A block of samples. */
  push(samples: Float32Array): void {
    let s1 = 0;
    let s2 = 0;
    const coefficient = this.#coefficient;
    // by index: the iterator is slow until the code is optimised, which a call of 10 s hardly reaches
    for (let i = 0; i < samples.length; i += 1) {
      const s0 = (samples[i] ?? 0) + coefficient * s1 - s2;
      s2 = s1;
      s1 = s0;
    }
    this.#s1 = s1;
    this.#s2 = s2;
    this.#close();
  }

  #close(): void {
    const cos = Math.cos(this.#omega);
    const sin = Math.sin(this.#omega);
    const re = this.#s1 - this.#s2 * cos;
    const im = this.#s2 * sin;
    // relative to the block's last sample: turn by that sample's place in the stream
    const turn = -this.#omega * (this.#blocks * this.#block + this.#block - 1);
    const c = Math.cos(turn);
    const s = Math.sin(turn);
    const at = this.#blocks % this.#window;
    this.#re[at] = re * c - im * s;
    this.#im[at] = re * s + im * c;
    this.#blocks += 1;
  }

  /** The best sine within the tolerance over the last window. */
  fit(): Fit {
    let best = 0;
    let index = 0;
    for (let i = 0; i < this.#search.length; i += 1) {
      const power = this.powerAt(this.#search[i] ?? 0);
      if (power <= best) continue;
      best = power;
      index = i;
    }
    const offset = this.#search[index] ?? 0;
    const step = (this.#search[index + 1] ?? 0) - offset;
    if (best === 0 || index === 0 || index === this.#search.length - 1) {
      return { power: best, hz: this.hz + offset, peak: false };
    }
    const below = this.powerAt(offset - step);
    const above = this.powerAt(offset + step);
    const bend = below - 2 * best + above;
    const top = bend < 0 ? offset + (step * (below - above)) / (2 * bend) : offset;
    return { power: Math.max(best, this.powerAt(top)), hz: this.hz + top, peak: true };
  }

  /** Mean square of the sine at `hz + offset` over the last `blocks` blocks (all of the window). */
  powerAt(offset: number, blocks = this.#window): number {
    const turn = (-2 * Math.PI * offset * this.#block) / this.#rate;
    const stepRe = Math.cos(turn);
    const stepIm = Math.sin(turn);
    let c = 1;
    let s = 0;
    let re = 0;
    let im = 0;
    const first = this.#blocks - blocks;
    for (let i = 0; i < blocks; i += 1) {
      const at = (first + i + this.#window) % this.#window;
      const blockRe = this.#re[at] ?? 0;
      const blockIm = this.#im[at] ?? 0;
      re += blockRe * c - blockIm * s;
      im += blockRe * s + blockIm * c;
      const turned = c * stepRe - s * stepIm;
      s = c * stepIm + s * stepRe;
      c = turned;
    }
    const samples = blocks * this.#block;
    return (2 * (re * re + im * im)) / (samples * samples) / this.#droop(offset);
  }

  /** What a block loses of the power of a sine beside its own frequency (Dirichlet kernel). */
  #droop(offset: number): number {
    const half = (Math.PI * offset) / this.#rate;
    if (Math.abs(half) < 1e-9) return 1;
    return (Math.sin(half * this.#block) / (this.#block * Math.sin(half))) ** 2;
  }
}
