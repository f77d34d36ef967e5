/** Parses the text of one SIP message (RFC 3261, 7). Lenient: somebody accepted whatever a trace shows. */
import type { Endpoints, TraceAddress } from './endpoints.js';

/** A header field of a SIP message, name as on the wire. */
export type HeaderField = readonly [name: string, value: string];

/** A SIP message seen in an agent's trace. */
export interface SipMessage {
  direction: 'sent' | 'received';
  transport: 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';
  /** "address:port" of both ends as the trace shows them; empty when it does not. */
  local: string;
  remote: string;
  /** Request method, or the method of the CSeq for a response. */
  method: string;
  /** Request-URI of a request. */
  uri?: string;
  /** Status code and reason phrase of a response. */
  code?: number;
  reason?: string;
  call_id: string;
  cseq: number;
  headers: readonly HeaderField[];
  body: string;
}

/** A map, not an object: "constructor" is a header name like any other. */
const COMPACT: ReadonlyMap<string, string> = new Map([
  ['v', 'via'],
  ['f', 'from'],
  ['t', 'to'],
  ['i', 'call-id'],
  ['m', 'contact'],
  ['l', 'content-length'],
  ['c', 'content-type'],
  ['e', 'content-encoding'],
  ['s', 'subject'],
  ['k', 'supported'],
  ['r', 'refer-to'],
  ['b', 'referred-by'],
]);

/**
 * Start line of a request or a response as baresip reads it (re: sip/msg.c): any token is a method (RFC 4475,
 * 3.1.1.2), and the version of a response is ignored.
 */
export const START_LINE: RegExp =
  /^(?:([^ \t\r\n]+) ([^ \t\r\n]+) SIP\/2\.0|[^ \t\r\n]+ (0*[1-9]\d*)(?: ([^]*))?)$/;

/** The message as text (RFC 3261, 7): what was on the wire, but for folded lines, blanks and octets that are no UTF-8. */
export function messageText({ method, uri, code, reason, headers, body }: SipMessage): string {
  const start =
    code === undefined ? `${method} ${uri ?? ''} SIP/2.0` : `SIP/2.0 ${code} ${reason ?? ''}`;
  const fields = headers.map(([name, value]) => `${name}:${value === '' ? '' : ` ${value}`}\r\n`);
  return `${start}\r\n${fields.join('')}\r\n${body}`;
}

/** The full lower-case name of a header field, compact forms resolved. */
export function fullName(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT.get(lower) ?? lower;
}

export function headerOf(headers: readonly HeaderField[], name: string): string | undefined {
  return headers.find(([one]) => fullName(one) === name)?.[1];
}

/** Start line and header fields of a message. */
export interface SipHead {
  /** Only in a request. */
  readonly method?: string;
  readonly uri?: string;
  /** Only in a response. */
  readonly code?: number;
  readonly reason?: string;
  readonly headers: readonly HeaderField[];
}

/** Undefined for a text that does not begin with a start line. */
export function parseHead(text: string): SipHead | undefined {
  const eol = text.indexOf('\n');
  const first = (eol < 0 ? text : text.slice(0, eol)).replace(/\r+$/, '');
  const start = START_LINE.exec(first);
  if (start === null) return undefined;
  const headers = eol < 0 ? [] : parseHeaders(text.slice(eol + 1));
  const [, method, uri, code, reason = ''] = start;
  return method === undefined || uri === undefined
    ? { code: Number(code), reason, headers }
    : { method, uri, headers };
}

/** Header lines of a message head, or of a part of a body; a line that begins with a blank continues the one before. */
export function parseHeaders(head: string): HeaderField[] {
  const headers: [string, string][] = [];
  for (const line of head.split('\n')) {
    const text = stripped(line);
    const last = headers.at(-1);
    if (last !== undefined && /^\r*[ \t]/.test(line)) {
      last[1] = stripped(`${last[1]} ${text}`);
      continue;
    }
    const colon = text.indexOf(':');
    if (colon > 0) headers.push([stripped(text.slice(0, colon)), stripped(text.slice(colon + 1))]);
  }
  return headers;
}

/** Strips only the characters that baresip takes for blanks; trim() would strip other control characters, too. */
function stripped(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d;
}

/** Content-Length as written, of the last such field, as in baresip. Undefined when missing or not a number. */
export function contentLengthOf(headers: readonly HeaderField[]): string | undefined {
  const value = headers.findLast(
    ([name]) => (name.length === 14 || name.length === 1) && fullName(name) === 'content-length',
  )?.[1];
  return value !== undefined && /^\d+$/.test(value) ? value : undefined;
}

/** `proven`: whether the address line is surely baresip's own, so that ends of connections can be learnt from it. */
export function sipMessage(
  head: SipHead,
  body: string,
  address: TraceAddress | undefined,
  endpoints: Endpoints,
  proven: boolean,
): SipMessage {
  const { headers, method, uri, code, reason } = head;
  const cseq = /^(\d+)\s+(\S+)/.exec(headerOf(headers, 'cseq') ?? '');
  const via = headerOf(headers, 'via') ?? '';
  const sent = endpoints.isSent(method !== undefined, via, address, proven);
  const [local, remote] =
    address === undefined
      ? ['', '']
      : sent
        ? [address.source, address.destination]
        : [address.destination, address.source];
  return {
    direction: sent ? 'sent' : 'received',
    transport: transportOf(address?.transport ?? /^SIP\s*\/\s*2\.0\s*\/\s*(\w+)/i.exec(via)?.[1]),
    local,
    remote,
    method: method ?? cseq?.[2] ?? '',
    ...(uri === undefined ? {} : { uri }),
    ...(code === undefined ? {} : { code, reason: reason ?? '' }),
    call_id: headerOf(headers, 'call-id') ?? '',
    cseq: Number(cseq?.[1] ?? 0),
    headers,
    body,
  };
}

function transportOf(text: string | undefined): SipMessage['transport'] {
  const name = text?.toUpperCase();
  return name === 'TCP' || name === 'TLS' || name === 'WS' || name === 'WSS' ? name : 'UDP';
}
