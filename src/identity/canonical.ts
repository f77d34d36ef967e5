/** Claims in the one form that both ends sign and check: canonical JSON (RFC 8225, 9), numbers and URIs (RFC 8224, 8.3 and 8.5). */
import { splitList } from '../sip/headers.js';
import { parametersOf, parseUri } from '../sip/uri.js';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Keys in lexicographic order at every level, no blanks (RFC 8225, 9). */
export function canonicalJson(value: Json): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${fields.join(',')}}`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** One end of a call as a claim names it: a telephone number or a URI. */
export type Identified = { readonly tn: string } | { readonly uri: string };

const NUMBER = /^\+?[\d\s\-().#*]*[\d#*][\d\s\-().#*]*$/;

/**
 * A tel URI, a SIP URI with user=phone or with a user that begins with "+", and a text of digits and separators are
 * numbers: their digits, "#" and "*" alone. Of any other SIP URI scheme, user and host stay.
 */
export function identified(text: string): Identified {
  const given = text.trim();
  const [, tel] = /^tel:([^;]*)/i.exec(given) ?? [];
  if (tel !== undefined) return { tn: digitsOf(tel) };
  const uri = parseUri(given);
  if (uri !== undefined) {
    const user = uri.user?.replace(/[:;].*$/s, '') ?? '';
    const isPhone = uri.parameters.get('user')?.toLowerCase() === 'phone' || user.startsWith('+');
    if (isPhone && NUMBER.test(user)) return { tn: digitsOf(user) };
    return { uri: `${uri.scheme}:${user === '' ? '' : `${user}@`}${uri.host.toLowerCase()}` };
  }
  return NUMBER.test(given) ? { tn: digitsOf(given) } : { uri: given };
}

function digitsOf(number: string): string {
  return number.replace(/[^\d#*]/g, '');
}

/** The value of an Identity header, taken apart (RFC 8224, 4); undefined where it is none. */
export interface IdentityField {
  /** Header, payload and signature as they were sent, base64url; the first two are empty in the compact form. */
  readonly parts: readonly [header: string, payload: string, signature: string];
  readonly info: string | undefined;
  readonly alg: string | undefined;
  readonly ppt: string | undefined;
}

export function identityField(value: string): IdentityField | undefined {
  const match = /^([\w-]*)\.([\w-]*)\.([\w-]+)\s*((?:;.*)?)$/s.exec(value.trim());
  if (match === null || splitList(value).length > 1) return undefined;
  const [, header = '', payload = '', signature = '', rest = ''] = match;
  if ((header === '') !== (payload === '')) return undefined;
  // The URI of info may hold any of ; and =.
  const [, info] = /;\s*info\s*=\s*<([^<>]*)>/i.exec(rest) ?? [];
  const parameters = parametersOf(rest.replace(/<[^<>]*>/g, ''));
  const plain = (name: string): string | undefined =>
    parameters.get(name)?.replace(/^"(.*)"$/s, '$1');
  return {
    parts: [header, payload, signature],
    info,
    alg: plain('alg'),
    ppt: plain('ppt'),
  };
}
