/**
 * Requests of a script that are none of the phone's: outside of calls, or in the dialog of one of its calls (RFC 3261, 12).
 * They have transactions of their own; the phone learns neither of them nor of their responses, nor of the NOTIFYs of a
 * subscription.
 */
import { randomUUID } from 'node:crypto';
import { REPEATED_IN_RESPONSES } from '../sip/headers.js';
import { tagOf } from '../sip/peer.js';
import { fullName, headerOf, type SipMessage } from '../sip/sip-message.js';
import type { PeerAccount } from '../signalling/account.js';
import { Dialog } from '../signalling/dialog.js';
import { Messenger, type MessengerContext } from '../signalling/messenger.js';
import { Requests, type Pending } from '../signalling/requests.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import { REAL_CLOCK } from '../signalling/transactions/timers.js';
import type { Arrived } from '../signalling/transport/transport.js';
import type { Wire } from '../signalling/transport/wire.js';
import type { GivenHeaders } from './changes.js';
import type { Numbers } from './numbers.js';
import { Recent } from '../signalling/recent.js';

export interface OwnRequest {
  readonly method: string;
  /** Request-URI of a request outside of calls. */
  readonly uri?: string | undefined;
  /** Call-ID of the call whose dialog the request belongs to. */
  readonly call?: string | undefined;
  readonly headers: GivenHeaders;
  readonly body: string;
  readonly contentType?: string | undefined;
}

const CALLS_KEPT = 64;

export class OwnRequests {
  readonly #messenger: Messenger;
  readonly #requests: Requests;
  readonly #numbers: Numbers;
  /** Call-IDs of SUBSCRIBEs: the NOTIFYs that follow are for the script. */
  readonly #subscriptions = new Recent<true>(CALLS_KEPT);
  readonly #dialogs = new Recent<Dialog>(CALLS_KEPT);
  /** INVITEs received that are not answered yet. */
  readonly #invites = new Recent<SipMessage>(CALLS_KEPT);
  /** The User-Agent header of the phone: requests of the script have the same one. */
  #userAgent: string | undefined;

  constructor(account: PeerAccount, wire: Wire, numbers: Numbers, context: MessengerContext) {
    this.#numbers = numbers;
    const user = {
      request: (message: SipMessage, transaction: ServerTransaction | undefined) => {
        if (transaction !== undefined) this.#accept(message, transaction);
      },
      stray: () => undefined,
      trying: () => undefined,
      unacknowledged: () => undefined,
    };
    const noting = {
      ...context,
      sip: (message: SipMessage, raw: string, at: number) => {
        const { direction, code, call_id, cseq } = message;
        if (direction === 'sent' && code === undefined) numbers.took(call_id, cseq);
        context.sip(message, raw, at);
      },
    };
    this.#messenger = new Messenger(account, noting, REAL_CLOCK, {}, user);
    this.#messenger.wire = wire;
    this.#requests = new Requests(account, this.#messenger, { logsIn: true, always: [] });
  }

  /** Whether a message of the world answers one of these requests, or is the NOTIFY of a subscription. */
  awaits(message: SipMessage): boolean {
    if (message.code !== undefined) return this.#messenger.awaits(message);
    return message.method === 'NOTIFY' && this.#subscriptions.get(message.call_id) === true;
  }

  arrived(message: Arrived): void {
    this.#messenger.arrived(message);
  }

  /** @throws OffhookError E_SIP_DENIED; Error when nothing could be sent */
  send({ method, uri, call, headers, body, contentType }: OwnRequest): Promise<Pending> {
    const dialog = call === undefined ? undefined : this.dialogOf(call);
    if (dialog !== undefined) dialog.localSeq = this.#numbers.highest(dialog.callId);
    const agent = this.#userAgent === undefined ? {} : { 'User-Agent': this.#userAgent };
    const wish = { method, uri, dialog, body, contentType, headers: { ...agent, ...headers } };
    const callId = randomUUID();
    if (method === 'SUBSCRIBE') this.#subscriptions.set(callId, true);
    return this.#requests.send({ ...wish, callId }, {});
  }

  /** Answers a NOTIFY with 200 (RFC 6665, 4.1.3). */
  #accept(message: SipMessage, transaction: ServerTransaction): void {
    const headers = message.headers.filter(([name]) => REPEATED_IN_RESPONSES.has(fullName(name)));
    const answer = { code: 200, reason: 'OK', headers, body: '' };
    // Where the connection has ended, nobody waits for the answer.
    this.#messenger.respond(transaction, answer).catch(() => undefined);
  }

  /** The dialog of a call; undefined until a response with a tag was sent or received. */
  dialogOf(call: string): Dialog | undefined {
    return this.#dialogs.get(call);
  }

  /** Takes note of every message of the phone, as the world sees it: they make its dialogs. */
  noted(message: SipMessage): void {
    const { direction, method, code = 0, call_id, headers } = message;
    if (direction === 'sent') this.#userAgent = headerOf(headers, 'user-agent') ?? this.#userAgent;
    const dialog = this.#dialogs.get(call_id);
    if (direction === 'received' && dialog?.takes(message) === true) dialog.refresh(message);
    if (method !== 'INVITE') return;
    const tag = tagOf(headerOf(headers, 'to') ?? '');
    if (message.code === undefined) {
      if (direction === 'received' && tag === undefined) this.#invites.set(call_id, message);
    } else if (code > 100 && code < 300 && tag !== undefined) {
      this.#answered(message, tag, dialog);
    }
  }

  #answered(response: SipMessage, tag: string, present: Dialog | undefined): void {
    const { call_id, direction } = response;
    if (direction === 'sent') {
      const invite = this.#invites.get(call_id);
      if (invite !== undefined && present === undefined)
        this.#dialogs.set(call_id, Dialog.ofCallee(invite, tag));
    } else if (present === undefined || present.remoteTag !== tag) {
      // The branch of a fork that answered last is the one the phone talks to.
      this.#dialogs.set(call_id, Dialog.ofCaller(response));
    } else {
      present.refresh(response);
    }
  }

  end(): void {
    this.#messenger.end();
  }
}
