/**
 * What must never be shown: passwords and the answers to digest challenges. Every text a reporter
 * shows passes through here, before it is wrapped or cut.
 */
import type { HeaderField } from '../model/agent-event.js';
import { isSecretName } from '../model/secret-names.js';
import { maskKnown } from './known-secrets.js';

const MASK = '***';

/**
 * Most texts hold no secret: one cheap look spares them the real work. All quantifiers are bounded: texts come
 * from scripts and peers, and must not be able to keep the host busy.
 */
const SUSPICIOUS = /passw|authorization|auth_pass|sips?:[^:@;,<>"\s]{1,200}:[^:@;,<>"\s]{1,200}@/i;

/** `password: "x"`, `"password":'x'`, `Authorization: "Bearer x"`; the closing quote may have been cut off. */
const OPTION =
  /((?:\b[\w-]{0,40}(?:passw(?:or)?d|auth_pass|authorization))["'`]?\s{0,20}[:=]\s{0,20})("(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|`(?:[^`\\]|\\.)*(?:`|\\?$))/gis;
/** baresip's account parameter, in its logs. */
const ACCOUNT = /(\bauth_pass=)[^;>\s"']+/gi;
/** A header line of a SIP or HTTP message with its continuation lines (RFC 3261, 7.3.1). */
const HEADER_LINE =
  /^([ \t|]*(?:proxy-)?authorization[ \t]*:[ \t]*)([^\r\n"'`][^\r\n]*(?:\r?\n[ \t]+[^\r\n]+)*)/gim;
/** sip:user:password@host (RFC 3261, 19.1.1). */
const URI_PASSWORD = /(\bsips?:[^:@;,<>"\s]{1,200}):[^:@;,<>"\s]{1,200}@/gi;

export function maskSecrets(given: string): string {
  const text = maskKnown(given);
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(OPTION, (_, key: string, value: string) => `${key}${quoted(value)}`)
    .replace(ACCOUNT, `$1${MASK}`)
    .replace(HEADER_LINE, (_, name: string, value: string) => name + maskCredentials(value))
    .replace(URI_PASSWORD, `$1:${MASK}@`);
}

export function maskHeaders(headers: readonly HeaderField[]): readonly HeaderField[] {
  return headers.map(([name, value]) => [name, maskField(name, value)] as const);
}

/** The value of a header or field of that name. */
export function maskField(name: string, value: string): string {
  if (/^(?:proxy-)?authorization$/i.test(name)) return maskCredentials(maskKnown(value));
  return isSecretName(name) && value !== '' ? MASK : maskSecrets(value);
}

function quoted(value: string): string {
  const quote = value.charAt(0);
  return quote + MASK + quote;
}

/** A digest's parameters but its response help to find the fault; of any other scheme nothing is shown. */
function maskCredentials(value: string): string {
  if (!/^\s*digest\b/i.test(value)) return value.replace(/^(\S+)[^]*$/, `$1 ${MASK}`);
  return value.replace(/(\bresponse\s*=\s*)("[^"]*"?|[^\s,]+)/gi, `$1"${MASK}"`);
}
