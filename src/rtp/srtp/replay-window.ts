/** Packet indices that have come (RFC 3711, 3.3.2): each is taken once, and none that is older than the window. */

/** RFC 3711 asks for at least 64. Few networks reorder more, but tests that reorder on purpose need a larger window. */
const SIZE = 128;

export class ReplayWindow {
  readonly #slots = new Float64Array(SIZE).fill(-1);
  #highest: number;

  /** @param highest the highest index received with the previous key */
  constructor(highest = -1) {
    this.#highest = highest;
  }

  /** -1 where none has come yet. */
  get highest(): number {
    return this.#highest;
  }

  has(index: number): boolean {
    return index <= this.#highest - SIZE || this.#slots[index % SIZE] === index;
  }

  add(index: number): void {
    this.#slots[index % SIZE] = index;
    this.#highest = Math.max(this.#highest, index);
  }
}
