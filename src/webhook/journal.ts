/** The newest requests a mock server has received, within limits of number and size. */
import type { MockRequestData } from '../model/http-message.js';

export const MOST_REQUESTS = 1000;
export const MOST_BYTES = 16 * 1024 * 1024;

export class Journal {
  readonly #kept = new Map<number, MockRequestData>();
  #bytes = 0;

  add(request: MockRequestData): void {
    this.#kept.set(request.id, request);
    this.#bytes += sizeOf(request);
    for (const [id, oldest] of this.#kept) {
      const isWithin = this.#kept.size <= MOST_REQUESTS && this.#bytes <= MOST_BYTES;
      if (isWithin || id === request.id) break;
      this.#kept.delete(id);
      this.#bytes -= sizeOf(oldest);
    }
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The requests of these ids that are still kept, in the order of the ids. */
  find(ids: readonly number[]): readonly MockRequestData[] {
    return ids.flatMap((id) => this.#kept.get(id) ?? []);
  }
}

/** Rough size in memory: characters plus the cost of an object. */
function sizeOf({ path, query, headers, body, body_base64 = '' }: MockRequestData): number {
  let size = 500 + path.length + body.length + body_base64.length;
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(query)]) {
    size += name.length + (typeof value === 'string' ? value.length : value.join('').length);
  }
  return size;
}
