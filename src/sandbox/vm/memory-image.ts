/**
 * The state of a QuickJS instance with the guest loaded, to go back to: a fresh VM for the price of a
 * small copy, and no handle of the last scenario can leak or refuse to be freed. Everything QuickJS knows
 * is in its linear memory; between calls no WebAssembly frame is live.
 */

/** Pieces looked at as a whole; WebAssembly memory comes in these. */
const PAGE = 65_536;

export interface Region {
  start: number;
  bytes: Uint8Array;
}

export class MemoryImage {
  readonly #memory: WebAssembly.Memory;
  readonly regions: readonly Region[];

  constructor(memory: WebAssembly.Memory, regions: readonly Region[]) {
    this.#memory = memory;
    this.regions = regions;
  }

  /**
   * The image ends at the last used byte: malloc does not rely on the content above it. `earlier`: an image of the
   * same memory.
   */
  static of(memory: WebAssembly.Memory, earlier?: MemoryImage): MemoryImage {
    const bytes = new Uint8Array(memory.buffer);
    const top = usedBytes(bytes);
    // The one large gap is the unused part of the C stack, between static data and heap.
    const gap = earlier?.gap ?? largestGap(bytes, top);
    return new MemoryImage(memory, [
      { start: 0, bytes: bytes.slice(0, gap.start) },
      { start: gap.end, bytes: bytes.slice(gap.end, top) },
    ]);
  }

  /** The part of the C stack that no image holds. */
  get gap(): { start: number; end: number } {
    const [below, above] = this.regions;
    return { start: below?.bytes.length ?? 0, end: above?.start ?? 0 };
  }

  /** Bytes of the image. */
  get size(): number {
    return this.regions.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /**
   * Restores the image. `clean`: also zeroes the memory above it, so that a later image of this memory holds nothing of what was there.
   */
  restore({ clean = false } = {}): void {
    const memory = new Uint8Array(this.#memory.buffer);
    let end = 0;
    for (const { start, bytes } of this.regions) {
      memory.set(bytes, start);
      end = start + bytes.length;
    }
    if (!clean) return;
    // Writing to a page that was never used would take up memory for it.
    for (let page = end / PAGE; page < memory.length / PAGE; page += 1)
      if (!isZero(memory, page)) memory.fill(0, page * PAGE, (page + 1) * PAGE);
  }
}

function usedBytes(bytes: Uint8Array): number {
  let page = bytes.length / PAGE - 1;
  while (page > 0 && isZero(bytes, page)) page -= 1;
  return (page + 1) * PAGE;
}

function largestGap(bytes: Uint8Array, top: number): { start: number; end: number } {
  let largest = { start: top, end: top };
  let start = 0;
  for (let page = 0; page < top / PAGE; page += 1) {
    if (!isZero(bytes, page)) start = (page + 1) * PAGE;
    const end = (page + 1) * PAGE;
    if (end - start > largest.end - largest.start) largest = { start, end };
  }
  return largest;
}

const ZEROS = Buffer.alloc(PAGE);
function isZero(bytes: Uint8Array, page: number): boolean {
  return ZEROS.equals(bytes.subarray(page * PAGE, (page + 1) * PAGE));
}
