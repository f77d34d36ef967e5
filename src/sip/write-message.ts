/** Writes SIP messages (RFC 3261, 7) from exactly the parts that are given; nothing is added. */
import { fullName, type HeaderField } from './sip-message.js';

export interface MessageParts {
  /** Request line or status line, without its line break. */
  readonly start: string;
  /** In this order, names and values as they are to be on the wire. */
  readonly headers: readonly HeaderField[];
  readonly body: string;
}

export function writeMessage({ start, headers, body }: MessageParts): string {
  return `${start}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** Octets of a text in UTF-8, for Content-Length. */
export function octetsOf(text: string): number {
  let octets = 0;
  // By code points: half a character is sent as U+FFFD, which has three octets.
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    octets += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return octets;
}

/**
 * The headers with those of a script: each name it gives takes the place of all fields of that name, or comes behind
 * the last header; `null` leaves the name out.
 */
export function withHeaders(
  own: readonly HeaderField[],
  given: Readonly<Record<string, string | readonly string[] | null>> | undefined,
): HeaderField[] {
  const headers = [...own];
  for (const [name, value] of Object.entries(given ?? {})) {
    const key = fullName(name);
    const values = value === null ? [] : typeof value === 'string' ? [value] : value;
    const fields = values.map((one): HeaderField => [name, one]);
    const first = headers.findIndex(([one]) => fullName(one) === key);
    if (first < 0) {
      headers.push(...fields);
      continue;
    }
    const others = headers.filter(([one], at) => at < first || fullName(one) !== key);
    headers.splice(0, headers.length, ...others.slice(0, first), ...fields, ...others.slice(first));
  }
  return headers;
}
