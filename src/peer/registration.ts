/** The registration of a peer (RFC 3261, 10): one REGISTER at a time, as the script asks for it; nothing is refreshed. */
import { bindingsOf } from '../sip/bindings.js';
import type { SipMessage } from '../sip/sip-message.js';
import type { Pending, RequestUser, RequestWish } from '../signalling/requests.js';
import type { PeerCore } from './core.js';

const LEAVING_MS = 1000;

export class Registration {
  readonly #peer: PeerCore;
  /** The last REGISTER: the next has the same Call-ID and a higher number (10.2). */
  #last: Pending | undefined;
  #isBound = false;
  #cancelExpiry: (() => void) | undefined;

  constructor(peer: PeerCore) {
    this.#peer = peer;
  }

  async register(wish: Omit<RequestWish, 'method'>, expires: number): Promise<Pending> {
    const isLeaving = expires === 0;
    const leaves = (): void => {
      this.#peer.emit({ type: isLeaving ? 'unregistering' : 'registering' });
    };
    const response = (message: SipMessage, { sent }: Pending): void => {
      const { code = 0, reason = '' } = message;
      if (code < 200) return;
      if (code >= 300) {
        this.#peer.emit({ type: 'register_failed', code, reason });
      } else if (isLeaving) {
        this.#isBound = false;
        this.#cancelExpiry?.();
        this.#peer.emit({ type: 'unregistered', code, reason });
      } else {
        this.#bound(sent.message, message);
      }
    };
    return this.#send(wish, expires, { leaves, response });
  }

  /** Removes the binding when the peer stops, without waiting for a registrar that does not answer. */
  async leave(): Promise<void> {
    if (!this.#isBound) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#peer.clock.after(LEAVING_MS, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      const response = ({ code = 0 }: SipMessage): void => {
        if (code >= 200) done();
      };
      this.#send({}, 0, { response }).catch(done);
    });
  }

  async #send(
    wish: Omit<RequestWish, 'method'>,
    expires: number,
    user: Pick<RequestUser, 'leaves' | 'response'>,
  ): Promise<Pending> {
    const { aor, domain } = this.#peer.ground.account;
    const pending = await this.#peer.requests.send(
      {
        ...wish,
        method: 'REGISTER',
        uri: `sip:${domain ?? ''}`,
        to: wish.to ?? `<${aor}>`,
        more: [['Expires', String(expires)]],
        ...(this.#last === undefined
          ? {}
          : { callId: this.#last.callId, cseq: this.#last.sent.message.cseq + 1 }),
      },
      {
        ...user,
        timedOut: () => {
          this.#peer.emit({
            type: 'register_failed',
            reason: 'no final response to REGISTER in 32 s',
          });
        },
        failed: (error) => {
          this.#peer.emit({ type: 'register_failed', reason: error.message });
        },
      },
    );
    this.#last = pending;
    return pending;
  }

  #bound(request: SipMessage, message: SipMessage): void {
    const { contacts, expires } = bindingsOf(request, message);
    const { code = 0, reason = '' } = message;
    this.#isBound = true;
    this.#peer.emit({ type: 'registered', code, reason, expires, contacts });
    this.#cancelExpiry?.();
    this.#cancelExpiry = this.#peer.clock.after(Math.min(expires * 1000, 2 ** 31 - 1), () => {
      this.#isBound = false;
      this.#peer.emit({ type: 'registration_expired' });
    });
  }

  end(): void {
    this.#cancelExpiry?.();
  }
}
