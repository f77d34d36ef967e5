/** Header fields of SIP messages: names in any form, folded values (RFC 3261, 7.3.1 and 7.3.3). */
import type { HeaderField } from './agent-event.js';

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

/** All values of one header, in order, unfolded. */
export function headerValues(fields: readonly HeaderField[], name: string): readonly string[] {
  const key = headerKey(name);
  return fields.filter(([one]) => headerKey(one) === key).map(([, value]) => unfold(value));
}

/** All headers by `headerKey`. */
export function headerRecord(
  fields: readonly HeaderField[],
): Readonly<Record<string, readonly string[]>> {
  // A map first: "constructor" and "__proto__" are header names like any other.
  const record = new Map<string, string[]>();
  for (const [name, value] of fields) {
    const key = headerKey(name);
    const values = record.get(key);
    if (values === undefined) record.set(key, [unfold(value)]);
    else values.push(unfold(value));
  }
  return Object.fromEntries(record);
}

/** Those a user agent writes itself: a second one would break the dialog, its route or its login. */
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
  if (name === '') return 'has no name';
  const odd = /[^A-Za-z0-9\-.!%*_+`'~]/u.exec(name)?.[0];
  if (odd !== undefined) {
    return `holds ${JSON.stringify(odd)}: a header name is letters, digits and any of -.!%*_+\`'~`;
  }
  if (OWN_NAMES.includes(headerKey(name)))
    return 'is written by the agent itself and cannot be set';
  if (value.trim() === '') return 'has an empty value, which cannot be sent';
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
