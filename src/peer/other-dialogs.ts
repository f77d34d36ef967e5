/** Dialogs that are no call of the peer: those of SUBSCRIBE, REFER and of INVITEs sent as single requests. */
import { hasTag } from '../sip/peer.js';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import { Dialog } from '../signalling/dialog.js';
import { Recent } from '../signalling/recent.js';

const KEPT = 64;
/** RFC 6665, 4.4.1; RFC 3515, 2.4; RFC 3261, 12.1. */
const MAKES_DIALOG = new Set(['SUBSCRIBE', 'REFER', 'INVITE']);

export class OtherDialogs {
  readonly #dialogs = new Recent<Dialog>(KEPT);
  /** 2xx received for INVITEs, the newest of each Call-ID. */
  readonly #accepted = new Recent<SipMessage>(KEPT);

  get(callId: string): Dialog | undefined {
    return this.#dialogs.get(callId);
  }

  /** The 2xx to the INVITE with that number, or to its repetition with credentials. */
  accepted(callId: string, cseq: number): SipMessage | undefined {
    const response = this.#accepted.get(callId);
    return response === undefined || response.cseq < cseq ? undefined : response;
  }

  /** Every message of the peer: a 2xx it has received makes a dialog. */
  noted(message: SipMessage): void {
    const { code = 0, method, call_id, direction } = message;
    if (direction !== 'received' || code < 200 || code >= 300 || !MAKES_DIALOG.has(method)) return;
    if (method === 'INVITE') this.#accepted.set(call_id, message);
    if (this.#dialogs.get(call_id) === undefined)
      this.#dialogs.set(call_id, Dialog.ofCaller(message));
  }

  /** A request the peer answers with that tag. */
  answered(request: SipMessage, tag: string): void {
    if (!MAKES_DIALOG.has(request.method) || hasTag(headerOf(request.headers, 'to') ?? '')) return;
    this.#dialogs.set(request.call_id, Dialog.ofCallee(request, tag));
  }
}
