/** Requests of a peer: composed, sent, and sent again with credentials where they are asked for (RFC 3261, 8.1 and 22). */
import { randomBytes } from 'node:crypto';
import { headerLines } from '../sip/headers.js';
import type { HeaderField, SipMessage } from '../sip/sip-message.js';
import { nameAddrText, type PeerAccount } from './account.js';
import { challengeOf, credentials } from './digest.js';
import type { Dialog } from './dialog.js';
import type { Messenger, RequestDraft, SentRequest } from './messenger.js';

/** A request as a verb wishes it. */
export interface RequestWish {
  readonly method: string;
  /** Request-URI; in a dialog its own, where this is absent. */
  readonly uri?: string | undefined;
  /** Written in the place of `uri`, which still says where the request goes. */
  readonly requestUri?: string | undefined;
  readonly dialog?: Dialog | undefined;
  readonly body?: string;
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  /** Values of From and To, where they are not those of the peer and of the target. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly contact?: string | undefined;
  /** Header fields the verb adds: Event, Refer-To, Session-Expires, ... */
  readonly more?: readonly HeaderField[];
  readonly acknowledges?: boolean;
  /** The Call-ID; where it is left out, a new one is made up. */
  readonly callId?: string;
  readonly branch?: string;
  readonly cseq?: number;
}

export interface RequestUser {
  /** The request is about to be written; not called for its repetitions. */
  leaves?(pending: Pending): void;
  response?(message: SipMessage, pending: Pending): void;
  timedOut?(pending: Pending): void;
  /** A repetition with credentials could not be sent. */
  failed?(error: Error, pending: Pending): void;
}

/** A request and what became of it; `sent` is its last repetition. */
export interface Pending {
  readonly callId: string;
  readonly method: string;
  /** CSeq of the first one. */
  readonly cseq: number;
  sent: SentRequest;
  final?: SipMessage;
  /** How often a nonce that was answered was called stale. */
  stale?: number;
}

/** Methods that carry a Contact (RFC 3261, table 2; RFC 6665; RFC 3311; RFC 3515). */
const WITH_CONTACT = new Set([
  'INVITE',
  'SUBSCRIBE',
  'NOTIFY',
  'UPDATE',
  'REFER',
  'REGISTER',
  'OPTIONS',
]);
/** Servers that do not share their nonces call each other's stale: without an end, where nobody gives up. */
const MOST_STALE = 3;
const ALLOW =
  'INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, NOTIFY, SUBSCRIBE, MESSAGE, PUBLISH';

export class Requests {
  readonly #account: PeerAccount;
  readonly #messenger: Messenger;
  readonly #logsIn: boolean;
  readonly #always: readonly HeaderField[];

  /** @param always header fields of the peer's option `headers` */
  constructor(
    account: PeerAccount,
    messenger: Messenger,
    { logsIn, always }: { logsIn: boolean; always: readonly HeaderField[] },
  ) {
    this.#account = account;
    this.#messenger = messenger;
    this.#logsIn = logsIn;
    this.#always = always;
  }

  async send(wish: RequestWish, user: RequestUser): Promise<Pending> {
    return this.#repeat(this.#draft(wish), user, undefined);
  }

  async #repeat(
    { draft, callId, cseq, dialog }: Drafted,
    user: RequestUser,
    before: Pending | undefined,
  ): Promise<Pending> {
    let pending = before;
    const leaves = (sent: SentRequest): void => {
      if (pending !== undefined) {
        pending.sent = sent;
        return;
      }
      pending = { callId, method: draft.method, cseq, sent };
      user.leaves?.(pending);
    };
    const known = (act: (one: Pending) => void): void => {
      if (pending !== undefined) act(pending);
    };
    const about = {
      response: (message: SipMessage) => {
        known((one) => {
          this.#response(message, one, { user, dialog, isRepeated: before !== undefined });
        });
      },
      timedOut: () => {
        known((one) => user.timedOut?.(one));
      },
    };
    const sent = await this.#messenger.request(draft, about, leaves);
    return pending ?? { callId, method: draft.method, cseq, sent };
  }

  #response(
    message: SipMessage,
    pending: Pending,
    {
      user,
      dialog,
      isRepeated,
    }: { user: RequestUser; dialog: Dialog | undefined; isRepeated: boolean },
  ): void {
    const code = message.code ?? 0;
    const again =
      (code === 401 || code === 407) && this.#logsIn
        ? this.#withCredentials(message, pending, isRepeated)
        : undefined;
    if (again === undefined) {
      if (code >= 200) pending.final ??= message;
      user.response?.(message, pending);
      return;
    }
    // The next request in the dialog follows the repetition (12.2.1.1).
    if (dialog !== undefined) dialog.localSeq = Math.max(dialog.localSeq, again.cseq);
    this.#repeat({ ...again, dialog }, user, pending).catch((error: unknown) => {
      pending.final ??= message;
      user.failed?.(error as Error, pending);
    });
  }

  /** Undefined where there is no login, no challenge we can answer, or the login was refused. */
  #withCredentials(
    message: SipMessage,
    pending: Pending,
    isRepeated: boolean,
  ): Drafted | undefined {
    const { login } = this.#account;
    const { sent, callId } = pending;
    const [asks, answers] =
      message.code === 401
        ? (['www-authenticate', 'Authorization'] as const)
        : (['proxy-authenticate', 'Proxy-Authorization'] as const);
    const challenge = challengeOf(headerLines(message.headers, asks));
    const { draft } = sent;
    // A second proxy may ask as well, and a nonce may have become stale.
    const hasAnswered = draft.headers.some(([name]) => name === answers);
    if (login === undefined || challenge === undefined) return undefined;
    if (isRepeated && hasAnswered) {
      pending.stale = (pending.stale ?? 0) + 1;
      if (!challenge.stale || pending.stale > MOST_STALE) return undefined;
    }
    const { method, uri } = draft;
    const cseq = sent.message.cseq + 1;
    const headers = draft.headers
      .filter(([name]) => name !== answers)
      .map(([name, value]): HeaderField => [name, name === 'CSeq' ? `${cseq} ${method}` : value]);
    const value = credentials(login, challenge, { method, uri });
    const { branch: _branch, ...again } = draft;
    return { draft: { ...again, headers: [...headers, [answers, value]] }, callId, cseq };
  }

  #draft(wish: RequestWish): Drafted {
    const { method, dialog, body = '', headers: given } = wish;
    const place = dialog === undefined ? this.#outside(wish) : this.#inside(wish, dialog);
    const own: HeaderField[] = [
      ['Max-Forwards', '70'],
      ...place.routes,
      ['From', place.from],
      ['To', place.to],
      ['Call-ID', place.callId],
      ['CSeq', `${place.cseq} ${method}`],
      ...this.#contact(wish),
      ...(method === 'INVITE' ? [['Allow', ALLOW] as const] : []),
      ...(wish.more ?? []),
      ...(dialog === undefined && method !== 'ACK' ? this.#always : []),
      ['User-Agent', 'offhook'],
      ...(body === '' ? [] : [['Content-Type', wish.contentType ?? 'text/plain'] as const]),
    ];
    const draft: RequestDraft = {
      method,
      uri: wish.requestUri ?? place.uri,
      headers: own,
      body,
      given,
      nextHop: nextHopOf(given) ?? place.nextHop,
      isJudged:
        dialog !== undefined &&
        wish.uri === undefined &&
        wish.requestUri === undefined &&
        nextHopOf(given) === undefined,
      ...(wish.acknowledges === undefined ? {} : { acknowledges: wish.acknowledges }),
      ...(wish.branch === undefined ? {} : { branch: wish.branch }),
    };
    return { draft, callId: place.callId, cseq: place.cseq, dialog };
  }

  #contact({ method, contact }: RequestWish): readonly HeaderField[] {
    if (contact !== undefined) return [['Contact', contact]];
    if (!WITH_CONTACT.has(method)) return [];
    return [['Contact', `<${this.#account.contact}>${this.#account.features}`]];
  }

  #outside(wish: RequestWish): Place {
    const { aor, displayName, outbound } = this.#account;
    const uri = wish.uri ?? aor;
    const callId = wish.callId ?? randomBytes(12).toString('hex');
    const { cseq = 1 } = wish;
    const from = wish.from ?? nameAddrText(aor, displayName);
    return {
      uri,
      callId,
      cseq,
      from: /;\s*tag=/i.test(from) ? from : `${from};tag=${newTag()}`,
      to: wish.to ?? `<${wish.requestUri ?? uri}>`,
      routes: outbound === undefined ? [] : [['Route', `<${withLr(outbound)}>`]],
      nextHop: outbound ?? uri,
    };
  }

  #inside(wish: RequestWish, dialog: Dialog): Place {
    const { uri, routes, nextHop } = dialog.route();
    // A WebSocket client reaches everybody through its server: contacts behind that may be names nobody can look up.
    const server = this.#webServer;
    const isOfInvite = wish.cseq !== undefined;
    const cseq = wish.cseq ?? (dialog.localSeq += 1);
    if (!isOfInvite) dialog.localSeq = cseq;
    return {
      uri: wish.uri ?? uri,
      callId: dialog.callId,
      cseq,
      from: wish.from ?? dialog.local,
      to: wish.to ?? dialog.remote,
      routes,
      nextHop: server ?? (routes.length > 0 ? nextHop : (wish.uri ?? nextHop)),
    };
  }

  /** URI of the WebSocket server of the peer (RFC 7118, 5.1); undefined for other transports. */
  get #webServer(): string | undefined {
    const { transport, outbound, domain } = this.#account;
    if (transport !== 'ws' && transport !== 'wss') return undefined;
    return outbound ?? (domain === undefined ? undefined : `sip:${domain}`);
  }
}

/** Where a request went, and its Request-URI: what its CANCEL repeats (9.1). */
export function wayOf({ draft, message }: SentRequest): Pick<RequestWish, 'uri' | 'requestUri'> {
  return { uri: draft.nextHop ?? draft.uri, requestUri: message.uri };
}

interface Drafted {
  readonly draft: RequestDraft;
  readonly callId: string;
  readonly cseq: number;
  readonly dialog?: Dialog | undefined;
}

interface Place {
  readonly uri: string;
  readonly callId: string;
  readonly cseq: number;
  readonly from: string;
  readonly to: string;
  readonly routes: readonly HeaderField[];
  readonly nextHop: string;
}

export function newTag(): string {
  return randomBytes(5).toString('hex');
}

function withLr(uri: string): string {
  return /;lr\b/i.test(uri) ? uri : `${uri};lr`;
}

/** The first Route that a script gives: the request goes there. */
function nextHopOf(given: RequestWish['headers']): string | undefined {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (name.toLowerCase() !== 'route' || value === null) continue;
    const first = typeof value === 'string' ? value : value[0];
    return /<([^>]*)>/.exec(first ?? '')?.[1] ?? first;
  }
  return undefined;
}
