/**
 * Secrets known by their place: what stands behind the name of a password, in whatever notation. All
 * quantifiers are bounded: texts come from scripts and peers, and must not be able to keep the host busy.
 */
import type { HeaderField } from '../model/agent-event.js';
import { isSecretName } from '../model/secret-names.js';

export const MASK = '***';

/** Most texts hold no secret: one cheap look spares them the real work. The stems of `isSecretName`. */
const SUSPICIOUS =
  /pass|pwd|pw\b|\bpin|_pin|-pin|[\w-]key|cred|cookie|secret|token|bearer|jwt|authoriz|sips?:[^:@;,<>"\s]{1,200}:[^:@;,<>"\s]{1,200}@/i;
const NAME = String.raw`[\w.-]{1,80}`;
/** Text in quotes; the closing one may have been cut off. JSON inside of JSON has its quotes escaped. */
const QUOTED = String.raw`(?:\\{1,3}"[^"\\]{0,4000}(?:\\{1,3}"|$)|"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|\x60(?:[^\x60\\]|\\.)*(?:\x60|\\?$))`;
const EACH_QUOTED = new RegExp(QUOTED, 'gs');
/** `password: "x"`, `"token":'x'`, `Authorization: "Bearer x"`, `"x-auth-token": ["x", "y"]`, `pin="1"`. */
const OPTION = new RegExp(
  String.raw`(?<![\w.-])(${NAME})(\\{0,3}["'\x60]?\s{0,20}[:=]\s{0,20})` +
    String.raw`(${QUOTED}|\[\s{0,20}${QUOTED}(?:\s{0,20},\s{0,20}${QUOTED}){0,1000})`,
  'gis',
);
/** `"pin": 1234`: JSON, also inside of JSON. */
const NUMBER = new RegExp(String.raw`(${NAME})(\\{0,3}"\s{0,20}:\s{0,20})-?\d[\d.]{0,40}`, 'g');
/** `?token=x`, `user=a&password=x`, `;auth_pass=x` of a baresip account. */
const PARAMETER = new RegExp(
  String.raw`((?:^|[?&;]))([\w.%[\]-]{1,80})=([^=&;\s"'\x60<>][^&;\s"'\x60<>]{0,4000})`,
  'gi',
);
/** `<password>x</password>`, with attributes and a prefix. */
const ELEMENT = new RegExp(
  String.raw`<(${NAME}:)?(${NAME})(\s[^<>]{0,400})?>([^<]{1,4000})(?=</)`,
  'g',
);
/** A header line of a SIP or HTTP message with its continuation lines (RFC 3261, 7.3.1). */
const HEADER_LINE = new RegExp(
  String.raw`^([ \t|]{0,100})(${NAME})([ \t]{0,20}:[ \t]{0,20})` +
    String.raw`([^\r\n"'\x60\s][^\r\n]{0,4000}(?:\r?\n[ \t]{1,20}[^\r\n]{1,4000}){0,20})`,
  'gm',
);
/** sip:user:password@host (RFC 3261, 19.1.1). */
const URI_PASSWORD = /(\bsips?:[^:@;,<>"\s]{1,200}):[^:@;,<>"\s]{1,200}@/gi;
/** Words in front of "token": there it is one of a grammar, and what follows is what the parser met. */
const GRAMMAR = /\b(?:unexpected|invalid|illegal|unknown|missing)\s$/i;

export function maskPlaces(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(OPTION, (all: string, name: string, colon: string, value: string, at: number) =>
      isSecretName(name) && !GRAMMAR.test(text.slice(Math.max(0, at - 20), at))
        ? name + colon + value.replace(EACH_QUOTED, quoted)
        : all,
    )
    .replace(NUMBER, (all: string, name: string, colon: string) =>
      isSecretName(name) ? name + colon + MASK : all,
    )
    .replace(PARAMETER, (all: string, start: string, name: string) =>
      isSecretName(unescapedName(name)) ? `${start}${name}=${MASK}` : all,
    )
    .replace(
      ELEMENT,
      (all: string, prefix: string | undefined, name: string, attributes: string | undefined) =>
        isSecretName(name) ? `<${prefix ?? ''}${name}${attributes ?? ''}>${MASK}` : all,
    )
    .replace(
      HEADER_LINE,
      (all: string, indent: string, name: string, colon: string, value: string) =>
        isSecretName(name) ? indent + name + colon + maskedValue(name, value) : all,
    )
    .replace(URI_PASSWORD, `$1:${MASK}@`);
}

export function maskHeaders(headers: readonly HeaderField[]): readonly HeaderField[] {
  return headers.map(([name, value]) =>
    isSecretName(name) && value !== ''
      ? ([name, maskedValue(name, value)] as const)
      : [name, value],
  );
}

/** A digest's parameters but its response help to find the fault; of any other scheme nothing is shown. */
function maskedValue(name: string, value: string): string {
  if (!/^(?:proxy-)?authorization$/i.test(name)) return MASK;
  if (!/^\s*digest\b/i.test(value)) return value.replace(/^(\S+)[^]*$/, `$1 ${MASK}`);
  return value.replace(/(\bresponse\s*=\s*)("[^"]*"?|[^\s,]+)/gi, `$1"${MASK}"`);
}

function quoted(value: string): string {
  const quote = /^\\*./.exec(value)?.[0] ?? '';
  return quote + MASK + quote;
}

function unescapedName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
