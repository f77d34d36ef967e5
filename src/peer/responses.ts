/** Responses of a peer: what a response takes over from its request, and what the script adds (RFC 3261, 8.2.6). */
import type { ResponseOptions } from '../schema/types.gen.js';
import { headerOf, type HeaderField, type SipMessage } from '../sip/sip-message.js';
import { tagOf } from '../sip/peer.js';
import type { PeerAccount } from './account.js';
import type { Messenger } from './messenger.js';
import { newTag } from './requests.js';
import type { ServerTransaction } from './transactions/server-transaction.js';

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
  /** The tag a request is answered with; forks have others. */
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
      reason: wish.reason ?? REASONS[code] ?? '',
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

/** Reason phrases (RFC 3261, 21; IANA registry "Response Codes"). */
const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  181: 'Call Is Being Forwarded',
  182: 'Queued',
  183: 'Session Progress',
  199: 'Early Dialog Terminated',
  200: 'OK',
  202: 'Accepted',
  204: 'No Notification',
  300: 'Multiple Choices',
  301: 'Moved Permanently',
  302: 'Moved Temporarily',
  305: 'Use Proxy',
  380: 'Alternative Service',
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  407: 'Proxy Authentication Required',
  408: 'Request Timeout',
  410: 'Gone',
  412: 'Conditional Request Failed',
  413: 'Request Entity Too Large',
  414: 'Request-URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Unsupported URI Scheme',
  420: 'Bad Extension',
  421: 'Extension Required',
  422: 'Session Interval Too Small',
  423: 'Interval Too Brief',
  428: 'Use Identity Header',
  429: 'Provide Referrer Identity',
  433: 'Anonymity Disallowed',
  436: 'Bad Identity Info',
  437: 'Unsupported Credential',
  438: 'Invalid Identity Header',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  485: 'Ambiguous',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  489: 'Bad Event',
  491: 'Request Pending',
  493: 'Undecipherable',
  494: 'Security Agreement Required',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  505: 'Version Not Supported',
  513: 'Message Too Large',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
  606: 'Not Acceptable',
  607: 'Unwanted',
  608: 'Rejected',
};
