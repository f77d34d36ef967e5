/**
 * CSeq numbers of calls in which Offhook sends requests of its own (RFC 3261, 12.2.1.1): later numbers of the phone are raised,
 * and lowered again in the responses.
 */
import { Recent } from '../signalling/recent.js';

interface Count {
  /** The newest number of the phone, and the highest that was sent. */
  phone: number;
  highest: number;
  /** What was sent, by the number of the phone. */
  readonly sent: Map<number, number>;
}

const CALLS_KEPT = 256;
const NUMBERS_KEPT = 32;

export class Numbers {
  readonly #calls = new Recent<Count>(CALLS_KEPT);

  /** The number to send in place of the phone's number; ACK and CANCEL get that of their INVITE. */
  outward(call: string, number: number): number {
    const count = this.#calls.get(call);
    if (count === undefined) {
      this.#calls.set(call, { phone: number, highest: number, sent: new Map([[number, number]]) });
      return number;
    }
    const known = count.sent.get(number);
    if (known !== undefined) return known;
    const next = count.highest + Math.max(1, number - count.phone);
    count.phone = Math.max(count.phone, number);
    count.highest = next;
    count.sent.set(number, next);
    const [oldest] = count.sent.keys();
    if (count.sent.size > NUMBERS_KEPT && oldest !== undefined) count.sent.delete(oldest);
    return next;
  }

  /** The number of the phone for a number that was sent. */
  inward(call: string, number: number): number {
    for (const [phone, sent] of this.#calls.get(call)?.sent ?? [])
      if (sent === number) return phone;
    return number;
  }

  /** The highest number sent in that call. */
  highest(call: string): number {
    return this.#calls.get(call)?.highest ?? 0;
  }

  /** A request that is not the phone's was sent with that number. */
  took(call: string, number: number): void {
    const count = this.#calls.get(call);
    if (count === undefined) this.#calls.set(call, { phone: 0, highest: number, sent: new Map() });
    else count.highest = Math.max(count.highest, number);
  }
}
