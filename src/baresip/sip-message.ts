/** One SIP message as text -> `SipMessage` (RFC 3261, 7). Lenient: what a trace shows was accepted by somebody. */
import type { HeaderField, SipMessage } from '../model/agent-event.js';
import type { Endpoints, TraceAddress } from './endpoints.js';

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

/** Start line of a request or response; the method is a token (RFC 3261, 25.1). */
export const START_LINE =
  /^(?:SIP\/2\.0 (\d{3})(?: (.*))?|([A-Z][A-Za-z0-9.!%*_+`'~-]{0,31}) (\S+) SIP\/2\.0)$/;

/** The full lower-case name of a header field, compact forms resolved. */
export function fullName(name: string): string {
  const lower = name.toLowerCase();
  return COMPACT.get(lower) ?? lower;
}

export function headerOf(headers: readonly HeaderField[], name: string): string | undefined {
  return headers.find(([one]) => fullName(one) === name)?.[1];
}

/** Header lines of a message head; a line that begins with a blank continues the one before. */
function parseHeaders(head: string): HeaderField[] {
  const headers: [string, string][] = [];
  for (const line of head.split(/\r?\n/)) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line)) {
      if (last !== undefined) last[1] = `${last[1]} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim()]);
  }
  return headers;
}

export function parseSipMessage(
  raw: string,
  address: TraceAddress | undefined,
  endpoints: Endpoints,
): SipMessage | undefined {
  const blank = /\r?\n\r?\n/.exec(raw);
  const head = blank === null ? raw : raw.slice(0, blank.index);
  const body = blank === null ? '' : raw.slice(blank.index + blank[0].length);
  const eol = head.indexOf('\n');
  const first = (eol < 0 ? head : head.slice(0, eol)).replace(/\r$/, '');
  const start = START_LINE.exec(first);
  if (start === null) return undefined;
  const headers = eol < 0 ? [] : parseHeaders(head.slice(eol + 1));
  const cseq = /^(\d+)\s+(\S+)/.exec(headerOf(headers, 'cseq') ?? '');
  const via = headerOf(headers, 'via') ?? '';
  const sent = endpoints.isSent(start[3] !== undefined, via, address);
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
    method: start[3] ?? cseq?.[2] ?? '',
    ...(start[4] === undefined ? {} : { uri: start[4] }),
    ...(start[1] === undefined ? {} : { code: Number(start[1]), reason: start[2] ?? '' }),
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
