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

/** The message as text (RFC 3261, 7): as it was on the wire, except for folded lines, blanks and octets that are not UTF-8. */
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

/** @param name in full, in lower case */
export function headerOf(headers: readonly HeaderField[], name: string): string | undefined {
  return headers.find(([one]) => isNamed(one, name))?.[1];
}

/** Compares the lengths first: most names differ in length, and that check needs no copy in lower case. */
function isNamed(one: string, name: string): boolean {
  return (one.length === name.length || one.length === 1) && fullName(one) === name;
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
  let last: [string, string] | undefined;
  let colon = -1;
  for (let from = 0, end = 0; from < head.length; from = end + 1) {
    end = indexIn(head, '\n', from);
    if (last !== undefined && isFolded(head, from)) {
      last[1] = stripped(`${last[1]} ${stripped(head, from, end)}`);
      continue;
    }
    // Keep a colon found in a later line: searching again in each line would take quadratic time if no line has one.
    if (colon < from) colon = indexIn(head, ':', from);
    const name = colon < end ? stripped(head, from, colon) : '';
    if (name !== '') headers.push((last = [name, stripped(head, colon + 1, end)]));
  }
  return headers;
}

/** Index of the next such character; the end of the text if there is none. */
function indexIn(text: string, char: string, from: number): number {
  const at = text.indexOf(char, from);
  return at < 0 ? text.length : at;
}

/** Whether a blank begins the line, behind any carriage returns. */
function isFolded(head: string, from: number): boolean {
  let at = from;
  while (head.charCodeAt(at) === CR) at++;
  const code = head.charCodeAt(at);
  return code !== CR && isBlank(code);
}

/** Strips only the characters that baresip takes for blanks; trim() would strip other control characters, too. */
function stripped(text: string, start = 0, end = text.length): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from++;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const CR = 0x0d;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === CR;
}

/** Content-Length as written, of the last such field, as in baresip. Undefined when missing or not a number. */
export function contentLengthOf(headers: readonly HeaderField[]): string | undefined {
  const value = headers.findLast(([name]) => isNamed(name, 'content-length'))?.[1];
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
