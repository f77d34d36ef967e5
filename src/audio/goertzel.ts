/**
 * How much of one frequency is in a stream: Goertzel's recursion over blocks of 5 ms, which are then added up
 * coherently over a window. So the window is sharp (100 ms: 10 Hz), moves on block by block, and the exact
 * frequency near the target falls out of the search for the largest sum.
 */

/** The sine that fits a window best: the mean square it explains, and its frequency. */
export interface Fit {
  power: number;
  hz: number;
  /** Whether this is a maximum inside the tolerance, not the flank of a neighbouring frequency. */
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
  /**
   * Search tables: offsets from `hz`, and for each its phase turn per block and the power a block loses
   * there.
   */
  readonly #offsets: Float64Array;
  readonly #turnsRe: Float64Array;
  readonly #turnsIm: Float64Array;
  readonly #droops: Float64Array;
  /**
   * Sums of the last blocks, each turned to the phase of the stream's beginning. Stored twice, so that a
   * window is contiguous wherever it begins.
   */
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  /** Sum of the powers of these blocks, each taken alone. */
  #alone = 0;
  #blocks = 0;
  /** Index of the offset where the last sine was. */
  #best: number;

  /** `block` in samples, `window` in blocks; the search covers `hz` +- `tolerance`. */
  constructor(hz: number, rate: number, block: number, window: number, tolerance: number) {
    this.hz = hz;
    this.#rate = rate;
    this.#block = block;
    this.#window = window;
    this.#omega = (2 * Math.PI * hz) / rate;
    this.#coefficient = 2 * Math.cos(this.#omega);
    this.#re = new Float64Array(2 * window);
    this.#im = new Float64Array(2 * window);
    const steps = Math.max(1, Math.ceil((tolerance * block * window) / rate / STEP));
    // the search takes one step more at each end, to tell a maximum from a flank
    this.#offsets = Float64Array.from(
      { length: 2 * steps + 3 },
      (_, i) => ((i - steps - 1) / steps) * tolerance,
    );
    const turns = Array.from(this.#offsets, (offset) =>
      Array.from({ length: window }, (_, i) => (-2 * Math.PI * offset * block * i) / rate),
    ).flat();
    this.#turnsRe = Float64Array.from(turns, Math.cos);
    this.#turnsIm = Float64Array.from(turns, Math.sin);
    this.#best = steps + 1;
    this.#droops = this.#offsets.map((offset) => this.#droop(offset));
  }

  /** A block of samples. @returns the mean square of a sine at `hz` in this block alone: 1 / block wide. */
  push(samples: Float32Array): number {
    let s1 = 0;
    let s2 = 0;
    const coefficient = this.#coefficient;
    // the loop counts an index: an iterator is slow until V8 optimises the code, which a call of 10 s hardly reaches
    for (let i = 0; i < samples.length; i += 1) {
      const s0 = (samples[i] ?? 0) + coefficient * s1 - s2;
      s2 = s1;
      s1 = s0;
    }
    return this.#close(s1, s2);
  }

  #close(s1: number, s2: number): number {
    const re = s1 - s2 * Math.cos(this.#omega);
    const im = s2 * Math.sin(this.#omega);
    // relative to the block's last sample: turn by that sample's place in the stream
    const turn = -this.#omega * (this.#blocks * this.#block + this.#block - 1);
    const c = Math.cos(turn);
    const s = Math.sin(turn);
    const at = this.#blocks % this.#window;
    const gone = (this.#re[at] ?? 0) ** 2 + (this.#im[at] ?? 0) ** 2;
    const come = re * re + im * im;
    const unit = 2 / (this.#block * this.#block);
    this.#alone = Math.max(0, this.#alone + unit * (come - gone));
    this.#re[at] = this.#re[at + this.#window] = re * c - im * s;
    this.#im[at] = this.#im[at + this.#window] = re * s + im * c;
    this.#blocks += 1;
    return unit * come;
  }

  /**
   * The best sine within the tolerance over the last window. The search begins where the last sine was, and
   * covers all offsets when it finds none of at least `power` there.
   */
  fit(power = Infinity): Fit {
    const near = this.#climb();
    return near !== undefined && near.power >= power ? near : this.#search();
  }

  /** Upper bound of the power of any sine within the tolerance: the power of all blocks, each taken alone. */
  get mostPower(): number {
    return this.#alone / this.#window / (this.#droops[0] ?? 1);
  }

  #climb(): Fit | undefined {
    let index = this.#best;
    let here = this.#powerOf(index);
    let below = this.#powerOf(index - 1);
    let above = this.#powerOf(index + 1);
    const last = this.#offsets.length - 1;
    while (below > here || above >= here) {
      index += below > here ? -1 : 1;
      if (index === 0 || index === last) return undefined;
      [below, here, above] =
        below > here
          ? [this.#powerOf(index - 1), below, here]
          : [here, above, this.#powerOf(index + 1)];
    }
    return this.#peak(index, below, here, above);
  }

  #search(): Fit {
    let best = 0;
    let index = 0;
    const last = this.#offsets.length - 1;
    for (let i = 0; i <= last; i += 1) {
      const power = this.#powerOf(i);
      if (power <= best) continue;
      best = power;
      index = i;
    }
    if (best === 0 || index === 0 || index === last) {
      return { power: best, hz: this.hz + (this.#offsets[index] ?? 0), peak: false };
    }
    return this.#peak(index, this.#powerOf(index - 1), best, this.#powerOf(index + 1));
  }

  /** The top of the parabola through three of the offsets searched. */
  #peak(index: number, below: number, here: number, above: number): Fit {
    this.#best = index;
    const offset = this.#offsets[index] ?? 0;
    const step = (this.#offsets[index + 1] ?? 0) - offset;
    const bend = below - 2 * here + above;
    const top = bend < 0 ? offset + (step * (below - above)) / (2 * bend) : offset;
    return { power: Math.max(here, this.powerAt(top)), hz: this.hz + top, peak: true };
  }

  /** Computes what `powerAt` does, for one of the searched offsets, from the tables. */
  #powerOf(index: number): number {
    // fields are slow in a loop, too, until the code is optimised
    const window = this.#window;
    const [blocksRe, blocksIm] = [this.#re, this.#im];
    const [turnsRe, turnsIm] = [this.#turnsRe, this.#turnsIm];
    const first = this.#blocks % window;
    const turns = index * window;
    let re = 0;
    let im = 0;
    for (let i = 0; i < window; i += 1) {
      const blockRe = blocksRe[first + i] ?? 0;
      const blockIm = blocksIm[first + i] ?? 0;
      const c = turnsRe[turns + i] ?? 0;
      const s = turnsIm[turns + i] ?? 0;
      re += blockRe * c - blockIm * s;
      im += blockRe * s + blockIm * c;
    }
    const samples = window * this.#block;
    return (2 * (re * re + im * im)) / (samples * samples) / (this.#droops[index] ?? 1);
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
    const end = (this.#blocks % this.#window) + this.#window;
    for (let at = end - blocks; at < end; at += 1) {
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

  /** Power a block loses of a sine that is `offset` off the block's frequency (Dirichlet kernel). */
  #droop(offset: number): number {
    const half = (Math.PI * offset) / this.#rate;
    if (Math.abs(half) < 1e-9) return 1;
    return (Math.sin(half * this.#block) / (this.#block * Math.sin(half))) ** 2;
  }
}
