/** The dialog of a call: which SIP messages belong to it, by their tags (RFC 3261, 12). */
import { tagOf } from './peer.js';
import { headerOf, type SipMessage } from './sip-message.js';

/** The initial INVITE. A repetition with credentials has a higher CSeq. */
interface InitialInvite {
  own: boolean;
  cseq: number;
}

export class Dialog {
  /** Tags that no message changes any more: the caller's from its INVITE on, the callee's from the 2xx on. */
  #local: string | undefined;
  #remote: string | undefined;
  /** Tag of the called side in its last provisional response: a forked call has several of them. */
  #early = '';
  #initial: InitialInvite | undefined;

  get localTag(): string {
    return this.#local ?? this.#early;
  }

  /** Tag of the answer; before the answer, of the last provisional response. */
  get remoteTag(): string {
    return this.#remote ?? this.#early;
  }

  /** Learns the tags of a message with the call's Call-ID; false when the message belongs to another dialog. */
  takes(message: SipMessage): boolean {
    // In the agent's own requests and their responses, From is the agent.
    const own = (message.direction === 'sent') === (message.code === undefined);
    const from = tagIn(message, 'from');
    const to = tagIn(message, 'to');
    const [wantedFrom, wantedTo] = own ? [this.#local, this.#remote] : [this.#remote, this.#local];
    if (wantedFrom !== undefined && from !== wantedFrom) return false;
    if (wantedTo !== undefined && to !== wantedTo && this.#isToChecked(message, own, to)) {
      return false;
    }
    if (message.method === 'INVITE') this.#learn(message, { own, from, to });
    return true;
  }

  /**
   * Whether the To tag must match. It is not checked in responses inside the dialog, in CANCELs and in repeated INVITEs: their
   * transaction identifies them.
   */
  #isToChecked({ method, code, cseq }: SipMessage, own: boolean, to: string): boolean {
    if (code === undefined) return to !== '' || (method !== 'CANCEL' && method !== 'INVITE');
    return method === 'INVITE' && this.#initial?.own === own && this.#initial.cseq === cseq;
  }

  #learn(
    { code, cseq }: SipMessage,
    { own, from, to }: { own: boolean; from: string; to: string },
  ): void {
    if (code === undefined) {
      if (to !== '' || (this.#initial !== undefined && this.#initial.own !== own)) return;
      this.#initial = { own, cseq: Math.max(cseq, this.#initial?.cseq ?? 0) };
      if (own) this.#local = from;
      else this.#remote = from;
      return;
    }
    if (this.#initial?.own !== own || this.#initial.cseq !== cseq || code <= 100) return;
    if (code < 200) {
      if (to !== '') this.#early = to;
    } else if (code < 300) {
      if (own) this.#remote ??= to;
      else this.#local ??= to;
    }
  }
}

function tagIn(message: SipMessage, field: 'from' | 'to'): string {
  return tagOf(headerOf(message.headers, field) ?? '') ?? '';
}
