/** Texts as messages of the log, and the keys by which a message finds its transaction (RFC 3261, 17.1.3 and 17.2.3). */
import { headerValues } from '../../sip/headers.js';
import {
  contentLengthOf,
  headerOf,
  parseHead,
  type SipHead,
  type SipMessage,
} from '../../sip/sip-message.js';
import { fieldParameters } from '../../sip/uri.js';
import type { Transport } from '../transport/transport.js';

type Ends = Pick<SipMessage, 'direction' | 'local' | 'remote'> & { readonly transport: Transport };

export function endsOf({ direction, local, remote, transport }: SipMessage): Ends {
  return { direction, local, remote, transport: transport.toLowerCase() as Transport };
}

const NO_HEAD: SipHead = { headers: [] };

/** A text as a message of the log; one that is none has no method. */
export function messageOf(text: string, ends: Ends): SipMessage {
  const end = /\r?\n\r?\n/.exec(text);
  const head = parseHead(end === null ? text : text.slice(0, end.index)) ?? NO_HEAD;
  const { headers, method, uri, code, reason } = head;
  const cseq = /^(\d+)\s+(\S+)/.exec(headerOf(headers, 'cseq') ?? '');
  return {
    ...ends,
    transport: ends.transport.toUpperCase() as SipMessage['transport'],
    method: method ?? cseq?.[2] ?? '',
    ...(uri === undefined ? {} : { uri }),
    ...(code === undefined ? {} : { code: counted(code), reason: reason ?? '' }),
    call_id: headerOf(headers, 'call-id') ?? '',
    cseq: counted(Number(cseq?.[1] ?? 0)),
    headers,
    body: end === null ? '' : text.slice(end.index + end[0].length),
  };
}

/** Any number of digits may be written: infinity is no number in a report. */
function counted(value: number): number {
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

/** A datagram may hold more than its message: that is dropped (RFC 3261, 18.3). In octets. */
export function withinLength(octets: string): string {
  const end = /\r?\n\r?\n/.exec(octets);
  if (end === null) return octets;
  const length = contentLengthOf(parseHead(octets.slice(0, end.index))?.headers ?? []);
  return length === undefined
    ? octets
    : octets.slice(0, end.index + end[0].length + Number(length));
}

export function branchOf(message: SipMessage): string {
  return fieldParameters(topVia(message)).get('branch') ?? '';
}

/** One field may hold several (7.3.1): an ACK to a refusal has only the first of them. */
function topVia({ headers }: SipMessage): string {
  return headerValues(headers, 'via')[0] ?? '';
}

export function clientKey(branch: string, method: string): string {
  return `${branch} ${method}`;
}

/** 17.2.3; a request of RFC 2543 without the magic cookie is known by its call, number and sender. */
export function serverKey(message: SipMessage): string {
  const method = message.method === 'ACK' ? 'INVITE' : message.method;
  const via = topVia(message);
  const branch = branchOf(message);
  const sentBy = /^SIP\s*\/\s*2\.0\s*\/\s*\S+\s+([^\s;,]+)/i.exec(via)?.[1] ?? '';
  // The Call-ID tells apart what a client sends that uses a branch twice: such a client is to be seen.
  if (branch.startsWith('z9hG4bK')) return `${branch} ${sentBy} ${method} ${message.call_id}`;
  const from = headerOf(message.headers, 'from') ?? '';
  return `${message.call_id} ${message.cseq} ${from} ${via} ${method}`;
}
