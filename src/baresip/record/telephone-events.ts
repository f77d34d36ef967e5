/** Whether peers accept telephone-events (RFC 4733), by their session descriptions. */
import { headerOf, type SipMessage } from '../../sip/sip-message.js';

/** Number of calls remembered. */
const REMEMBERED = 32;

export class TelephoneEvents {
  readonly #calls = new Map<string, boolean>();

  message({ direction, call_id, headers, body }: SipMessage): void {
    if (direction !== 'received' || !isSdp(headers)) return;
    this.#calls.delete(call_id);
    this.#calls.set(call_id, /^a=rtpmap:\d+ telephone-event\//im.test(body));
    for (const old of this.#calls.keys()) {
      if (this.#calls.size <= REMEMBERED) break;
      this.#calls.delete(old);
    }
  }

  /** Undefined as long as the peer has not described its media. */
  accepted(call: string): boolean | undefined {
    return this.#calls.get(call);
  }
}

function isSdp(headers: SipMessage['headers']): boolean {
  return /^application\/sdp\b/i.test(headerOf(headers, 'content-type') ?? '');
}
