/** The time a verb may take in all: made once, shared by all parts of the verb. */
export class Limit {
  /** The limit as it was given (ms). Messages name this value, not the time that earlier parts have left. */
  readonly ms: number;
  readonly #began: number;

  /** @param began when its time begins (performance.now()) */
  constructor(ms: number, began = performance.now()) {
    this.ms = ms;
    this.#began = began;
  }

  /** The time that is left, in ms; at least 1 ms, so that a part of the verb raises its own error. */
  left(): number {
    return Math.max(1, this.#began + this.ms - performance.now());
  }

  get isOver(): boolean {
    return performance.now() >= this.#began + this.ms;
  }

  /** The limit of a part that begins now and may take `ms` of what is left. */
  atMost(ms: number): Limit {
    return ms < this.left() ? new Limit(ms) : this;
  }

  /** The limit of a wait that may be in vain: at least half of what is left stays for the parts after it. */
  halfAtMost(ms: number): Limit {
    return this.atMost(Math.min(ms, this.left() / 2));
  }

  /** The same limit for a part that is due `ms` later: the time until then does not count. */
  after(ms: number): Limit {
    return new Limit(this.ms, this.#began + ms);
  }
}
