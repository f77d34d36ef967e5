/** A request a peer has sent, and its responses: read from the SIP log of the peer, at the cursor like everything else. */
import type { SipMessage as Traced } from '../../../sip/sip-message.js';
import { messagesOf, type SipMessage } from '../agent/sip-log.js';
import { guardNames } from '../misspelt.js';
import { define } from '../primordials.js';

/** What a verb of a peer returns. */
export interface SentRequest {
  readonly method: string;
  readonly call_id: string;
  readonly cseq: number;
}

export class Transaction {
  readonly #peer: string;
  readonly #sent: SentRequest;
  readonly #ack: (options: readonly unknown[]) => void;

  constructor(peer: string, sent: SentRequest, ack: (options: readonly unknown[]) => void) {
    this.#peer = peer;
    this.#sent = sent;
    this.#ack = ack;
    // Own fields: shown and handed over like those of any plain value.
    for (const key of ['method', 'call_id', 'cseq'] as const) {
      define(this, key, { value: sent[key], enumerable: true });
    }
    Object.freeze(this);
  }

  get request(): SipMessage | undefined {
    const cseq = this.#lastCseq();
    return this.#found('sent', (one) => one.code === undefined && one.cseq === cseq)[0];
  }

  get provisional(): readonly SipMessage[] {
    const cseq = this.#lastCseq();
    return this.#found(
      'received',
      ({ code = 0, ...one }) => one.cseq === cseq && code < 200 && code > 0,
    );
  }

  get final(): SipMessage | undefined {
    return this.finals[0];
  }

  get finals(): readonly SipMessage[] {
    const cseq = this.#lastCseq();
    return this.#found('received', ({ code = 0, ...one }) => one.cseq === cseq && code >= 200);
  }

  ack(...options: unknown[]): void {
    this.#ack(options);
  }

  /** CSeq of the last repetition: a request that is challenged (401, 407) is sent again with the next number. */
  #lastCseq(): number {
    let { cseq } = this.#sent;
    for (;;) {
      const challenged = this.#found(
        'received',
        (one) => one.cseq === cseq && (one.code === 401 || one.code === 407),
      );
      const next = cseq + 1;
      const again = this.#found('sent', (one) => one.code === undefined && one.cseq === next);
      if (challenged.length === 0 || again.length === 0) return cseq;
      cseq = next;
    }
  }

  #found(direction: Traced['direction'], is: (message: Traced) => boolean): readonly SipMessage[] {
    const { method, call_id } = this.#sent;
    return messagesOf(
      this.#peer,
      (one) =>
        one.direction === direction && one.call_id === call_id && one.method === method && is(one),
    );
  }
}

Reflect.deleteProperty(Transaction.prototype, 'constructor');
guardNames(Transaction.prototype, 'Transaction');
Object.freeze(Transaction.prototype);
