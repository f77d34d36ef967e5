/** How often somebody may ask: a bucket of tokens for each address (RFC 2697 calls its size the burst). */
import { isIPv6 } from 'node:net';
import type { Rate } from '../api-options.js';

/** Addresses that are remembered: the one not seen for longest goes. */
const MOST_ADDRESSES = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

export class TokenBuckets {
  readonly #rate: Rate;
  /** The buckets in the order in which their clients were last seen. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** @returns seconds to wait, rounded up; 0: go on. @param now milliseconds of a monotonic clock */
  take(address: string | undefined, now = performance.now()): number {
    const { burst, per_second: perSecond } = this.#rate;
    // A connection that has ended meanwhile has no address.
    const key = networkOf(address ?? '');
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now };
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    this.#forget();
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perSecond);
    bucket.tokens -= 1;
    return 0;
  }

  #forget(): void {
    if (this.#buckets.size <= MOST_ADDRESSES) return;
    const oldest = this.#buckets.keys().next();
    if (oldest.done !== true) this.#buckets.delete(oldest.value);
  }
}

/** One subscriber has a whole /64 of IPv6 addresses (RFC 6177). */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%')[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].slice(0, 4).join(':');
}
