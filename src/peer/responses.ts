/** Responses of a peer: what a response takes over from its request, and what the script adds (RFC 3261, 8.2.6). */
import type { ResponseOptions } from '../schema/types.gen.js';
import { headerOf, type HeaderField, type SipMessage } from '../sip/sip-message.js';
import { tagOf } from '../sip/peer.js';
import type { PeerAccount } from '../signalling/account.js';
import type { Messenger } from '../signalling/messenger.js';
import { newTag } from '../signalling/requests.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import { reasonPhraseOf } from '../sip/reason-phrases.js';

/** A response as a verb or a habit wishes it. */
export interface ResponseWish extends Omit<
  ResponseOptions,
  'sdp' | 'to' | 'reliable' | 'session_timer' | 'contact'
> {
  readonly contact?: string | undefined;
  readonly reason?: string | undefined;
  /** Fields the peer adds: RSeq, Session-Expires, WWW-Authenticate. */
  readonly more?: readonly HeaderField[];
}

/** Methods whose 2xx carries a Contact. */
const WITH_CONTACT = new Set(['INVITE', 'SUBSCRIBE', 'UPDATE', 'NOTIFY', 'REFER', 'OPTIONS']);

export class Responses {
  readonly #account: PeerAccount;
  readonly #messenger: Messenger;
  /** The tag with which each request is answered; the branches of a fork have other tags. */
  readonly #tags = new WeakMap<ServerTransaction, string>();

  constructor(account: PeerAccount, messenger: Messenger) {
    this.#account = account;
    this.#messenger = messenger;
  }

  tagFor(transaction: ServerTransaction): string {
    const known = this.#tags.get(transaction);
    if (known !== undefined) return known;
    const tag = newTag();
    this.#tags.set(transaction, tag);
    return tag;
  }

  send(transaction: ServerTransaction, code: number, wish: ResponseWish): Promise<SipMessage> {
    const { message } = transaction.request;
    const { body = '', content_type = 'text/plain' } = wish;
    const all = (name: string, full: string): HeaderField[] =>
      message.headers
        .filter(([one]) => one.toLowerCase() === full || one.toLowerCase() === name)
        .map(([, value]): HeaderField => [TITLE[full] ?? full, value]);
    const to = headerOf(message.headers, 'to') ?? '';
    const tag = wish.tag ?? this.tagFor(transaction);
    const isTagged = tagOf(to) !== undefined || code === 100;
    const contact = wish.contact ?? `<${this.#account.contact}>${this.#account.features}`;
    const hasContact =
      wish.contact !== undefined || (WITH_CONTACT.has(message.method) && code > 100 && code < 300);
    const headers: HeaderField[] = [
      ...all('v', 'via'),
      ...(code > 100 && code < 300 ? all('record-route', 'record-route') : []),
      ...all('f', 'from'),
      ['To', isTagged ? to : `${to};tag=${tag}`],
      ...all('i', 'call-id'),
      ...all('cseq', 'cseq'),
      ...(hasContact ? [['Contact', contact] as const] : []),
      ...(wish.more ?? []),
      ['Server', 'offhook'],
      ...(body === '' ? [] : [['Content-Type', content_type] as const]),
    ];
    return this.#messenger.respond(transaction, {
      code,
      reason: wish.reason ?? reasonPhraseOf(code),
      headers,
      body,
      given: wish.headers,
    });
  }
}

const TITLE: Readonly<Record<string, string>> = {
  via: 'Via',
  'record-route': 'Record-Route',
  from: 'From',
  'call-id': 'Call-ID',
  cseq: 'CSeq',
};
