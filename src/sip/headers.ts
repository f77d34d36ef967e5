/** Header fields of SIP messages: names in any form, folded values (RFC 3261, 7.3.1 and 7.3.3). */
import type { HeaderField } from './sip-message.js';

const LONG_NAME: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

/** Lower case, long form: "Call-ID" and "i" are both "call-id". */
function headerKey(name: string): string {
  const lower = name.trim().toLowerCase();
  return lower.length === 1 ? (LONG_NAME[lower] ?? lower) : lower;
}

/**
 * Header fields whose grammar is a list: there a comma separates what could be two fields of that name (RFC
 * 3261, 7.3.1). In all other fields (dates, credentials, challenges, free text, unknown fields) a comma is
 * part of the value.
 */
const LISTS: ReadonlySet<string> = new Set([
  // RFC 3261, 20
  ...[
    'accept',
    'accept-encoding',
    'accept-language',
    'alert-info',
    'allow',
    'call-info',
    'contact',
  ],
  ...['content-encoding', 'content-language', 'error-info', 'in-reply-to', 'proxy-require'],
  ...['record-route', 'require', 'route', 'supported', 'unsupported', 'via', 'warning'],
  // RFC 3326, 3327, 3608, 3841, 6665, 6086, 7044, 7433, 5806, 6442, 6809, 4412, 3329
  ...['reason', 'path', 'service-route', 'accept-contact', 'reject-contact', 'request-disposition'],
  ...['allow-events', 'recv-info', 'history-info', 'user-to-user', 'diversion', 'geolocation'],
  ...['feature-caps', 'resource-priority', 'accept-resource-priority'],
  ...['security-client', 'security-server', 'security-verify'],
  // RFC 3325, 7315, 5009; remote-party-id: draft-ietf-sip-privacy
  ...['p-asserted-identity', 'p-preferred-identity', 'p-associated-uri', 'p-visited-network-id'],
  ...['p-access-network-info', 'p-early-media', 'remote-party-id'],
]);

/** Fields that a response repeats from its request (RFC 3261, 8.2.6.2); names in lower case, in full. */
export const REPEATED_IN_RESPONSES: ReadonlySet<string> = new Set([
  'via',
  'from',
  'to',
  'call-id',
  'cseq',
]);

/** All fields of one name in the order of the message, unfolded; a list is not split. */
export function headerLines(fields: readonly HeaderField[], name: string): readonly string[] {
  const key = headerKey(name);
  return fields.filter(([one]) => headerKey(one) === key).map(([, value]) => unfold(value));
}

/** All values of one header, in order, unfolded; a field that holds a list gives several values. */
export function headerValues(fields: readonly HeaderField[], name: string): readonly string[] {
  return valuesOf(headerKey(name), headerLines(fields, name));
}

/** The values of one field: several where the grammar of its name is a list. `name` in lower case, in full. */
export function fieldValues(name: string, value: string): readonly string[] {
  return valuesOf(name, [value]);
}

function valuesOf(key: string, lines: readonly string[]): string[] {
  return LISTS.has(key) ? lines.flatMap((line) => splitList(line)) : [...lines];
}

/** Splits at commas outside of quotes and angle brackets. An empty list is one empty value. */
export function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let closing = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (closing !== '') {
      if (char === '\\' && closing === '"') at += 1;
      else if (char === closing) closing = '';
    } else if (char === '"') closing = '"';
    else if (char === '<') closing = '>';
    else if (char === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  const values = [...parts, text.slice(start)].map((one) => one.trim()).filter((one) => one !== '');
  return values.length === 0 ? [''] : values;
}

/** All headers by `headerKey`. */
export function headerRecord(
  fields: readonly HeaderField[],
): Readonly<Record<string, readonly string[]>> {
  // A map first: "constructor" and "__proto__" are header names like any other.
  const record = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const key = headerKey(name);
    const values = valuesOf(key, [unfold(value)]);
    const before = record.get(key);
    if (before === undefined) record.set(key, values);
    else before.push(...values);
  }
  return Object.fromEntries(record);
}

/** Headers a user agent writes itself: a second one would break the dialog, its route or its login. */
const OWN_NAMES = [
  'via',
  'from',
  'to',
  'call-id',
  'cseq',
  'contact',
  'max-forwards',
  'route',
  'record-route',
  'content-length',
  'content-type',
  'authorization',
  'proxy-authorization',
];

/** Why a script cannot send this header; `undefined` when it can. Worded to follow the header's name. */
export function headerProblem(name: string, value: string): string | undefined {
  const problem = headerNameProblem(name);
  if (problem !== undefined) return problem;
  if (OWN_NAMES.includes(headerKey(name)))
    return 'is written by the agent itself and cannot be set';
  if (value.trim() === '') return 'has an empty value, which cannot be sent';
  return headerValueProblem(value);
}

/** Says why a header cannot have that name (RFC 3261, 25.1: a token); `undefined` if it can. */
export function headerNameProblem(name: string): string | undefined {
  if (name === '') return 'has no name';
  const odd = /[^A-Za-z0-9\-.!%*_+`'~]/u.exec(name)?.[0];
  return odd === undefined
    ? undefined
    : `holds ${JSON.stringify(odd)}: a header name is letters, digits and any of -.!%*_+\`'~`;
}

/** Says why a value would break its message; `undefined` if it would not. */
export function headerValueProblem(value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'has a line break in its value';
  const control = /[\x00-\x1f\x7f]/.exec(value)?.[0];
  if (control !== undefined)
    return `has the control character ${JSON.stringify(control)} in its value`;
  if (/[\ud800-\udfff]/u.test(value)) return 'has half a character (a lone surrogate) in its value';
  return undefined;
}

function unfold(value: string): string {
  return value.replace(/\r?\n[ \t]+/g, ' ').trim();
}
