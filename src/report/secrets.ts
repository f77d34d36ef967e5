/**
 * What must never be shown: passwords and the answers to digest challenges. Every text a reporter
 * shows passes through here, before it is wrapped or cut.
 */
import type { HeaderField } from '../model/agent-event.js';
import { isSecretName } from '../model/secret-names.js';
import { maskKnown } from './known-secrets.js';

const MASK = '***';

/** Ends of names that can only mean a secret, of whatever: options, fields in JSON, parameters of a query or form. */
const WORDS =
  'passw(?:or)?d|passphrase|passcode|secret|token|(?:api|access|private|auth|secret)[_-]?key';
/**
 * Most texts hold no secret: one cheap look spares them the real work. All quantifiers are bounded: texts come
 * from scripts and peers, and must not be able to keep the host busy.
 */
const SUSPICIOUS = new RegExp(
  String.raw`${WORDS}|auth_pass|authorization|sips?:[^:@;,<>"\s]{1,200}:[^:@;,<>"\s]{1,200}@`,
  'i',
);
/** Text in quotes; the closing one may have been cut off. JSON inside of JSON has its quotes escaped. */
const QUOTED = String.raw`(?:\\{1,3}"[^"\\]{0,4000}(?:\\{1,3}"|$)|"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|\x60(?:[^\x60\\]|\\.)*(?:\x60|\\?$))`;
const EACH_QUOTED = new RegExp(QUOTED, 'gs');
/** `password: "x"`, `"token":'x'`, `Authorization: "Bearer x"`, `"x-auth-token": ["x", "y"]`. */
const OPTION = new RegExp(
  String.raw`((?:\b[\w-]{0,40}(?:${WORDS}|auth_pass|authorization))\\{0,3}["'\x60]?\s{0,20}[:=]\s{0,20})` +
    String.raw`(${QUOTED}|\[\s{0,20}${QUOTED}(?:\s{0,20},\s{0,20}${QUOTED}){0,1000})`,
  'gis',
);
/** `?token=x`, `user=a&password=x`. */
const QUERY = new RegExp(
  String.raw`((?:^|[?&])[\w.-]{0,40}(?:${WORDS})=)[^&\s"'\x60<>]{1,4000}`,
  'gi',
);
/** baresip's account parameter, in its logs. */
const ACCOUNT = /(\bauth_pass=)[^;>\s"']+/gi;
/** A header line of a SIP or HTTP message with its continuation lines (RFC 3261, 7.3.1). */
const HEADER_LINE = new RegExp(
  String.raw`^([ \t|]*)((?:proxy-)?authorization|[\w-]{0,40}(?:${WORDS}))([ \t]*:[ \t]*)` +
    String.raw`([^\r\n"'\x60][^\r\n]*(?:\r?\n[ \t]+[^\r\n]+)*)`,
  'gim',
);
/** sip:user:password@host (RFC 3261, 19.1.1). */
const URI_PASSWORD = /(\bsips?:[^:@;,<>"\s]{1,200}):[^:@;,<>"\s]{1,200}@/gi;

export function maskSecrets(given: string): string {
  const text = maskKnown(given);
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(OPTION, (_, key: string, value: string) => key + value.replace(EACH_QUOTED, quoted))
    .replace(QUERY, `$1${MASK}`)
    .replace(ACCOUNT, `$1${MASK}`)
    .replace(
      HEADER_LINE,
      (_, indent: string, name: string, colon: string, value: string) =>
        indent + name + colon + maskField(name, value),
    )
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
  const quote = /^\\*./.exec(value)?.[0] ?? '';
  return quote + MASK + quote;
}

/** A digest's parameters but its response help to find the fault; of any other scheme nothing is shown. */
function maskCredentials(value: string): string {
  if (!/^\s*digest\b/i.test(value)) return value.replace(/^(\S+)[^]*$/, `$1 ${MASK}`);
  return value.replace(/(\bresponse\s*=\s*)("[^"]*"?|[^\s,]+)/gi, `$1"${MASK}"`);
}
