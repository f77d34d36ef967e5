/**
 * Secrets known by their place: values behind the name of a password, in whatever notation. All
 * quantifiers are bounded: texts come from scripts and peers, and must not be able to keep the host busy.
 */
import type { HeaderField } from '../sip/sip-message.js';
import { isSecretName } from '../model/secret-names.js';

export const MASK = '***';

/** Stems of `isSecretName`: a text without any of them names no secret. */
const STEMS = [
  'pass',
  'pwd',
  'pw',
  'pin',
  'key',
  'cred',
  'cookie',
  'secret',
  'token',
  'bearer',
  'jwt',
  'authoriz',
];
/** The same more narrowly: "ping" and "keyframe" are no secrets, and the notations below are slow. */
const NAMES_SECRET =
  /pass|pwd|pw\b|\bpin|_pin|-pin|[\w-]key|cred|cookie|secret|token|bearer|jwt|authoriz/i;
const NAME = String.raw`[\w.-]{1,80}`;
/** Text in quotes; the closing one may have been cut off. JSON inside of JSON has its quotes escaped. */
const QUOTED = String.raw`(?:\\{1,3}"[^"\\]{0,4000}(?:\\{1,3}"|$)|"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|\x60(?:[^\x60\\]|\\.)*(?:\x60|\\?$))`;
const EACH_QUOTED = new RegExp(QUOTED, 'gs');

/** A notation: the text before a value, including its name, and the value. */
interface Notation {
  name: RegExp;
  value: RegExp;
  masked: (value: string, name: string) => string;
}

const masked = (): string => MASK;

/** A header line of a SIP or HTTP message with its continuation lines (RFC 3261, 7.3.1). */
const HEADER_LINE: Notation = {
  name: new RegExp(
    String.raw`^[ \t|]{0,100}(?<name>${NAME})[ \t]{0,20}:[ \t]{0,20}(?=[^\r\n"'\x60\s])`,
    'gm',
  ),
  value: /[^\r\n]{1,4000}(?:\r?\n[ \t]{1,20}[^\r\n]{1,4000}){0,20}/y,
  masked: maskedValue,
};

const NOTATIONS: readonly Notation[] = [
  // `password: "x"`, `"token":'x'`, `Authorization: "Bearer x"`, `"x-auth-token": ["x", "y"]`, `pin="1"`
  {
    name: new RegExp(
      String.raw`(?<![\w.-])(?<name>${NAME})\\{0,3}["'\x60]?\s{0,20}[:=]\s{0,20}(?=[\\"'\x60[])`,
      'g',
    ),
    value: new RegExp(
      String.raw`${QUOTED}|\[\s{0,20}${QUOTED}(?:\s{0,20},\s{0,20}${QUOTED}){0,1000}`,
      'sy',
    ),
    masked: (value) => value.replace(EACH_QUOTED, quoted),
  },
  // `"pin": 1234`: JSON, also inside of JSON
  {
    name: new RegExp(
      String.raw`(?<![\w.-])(?<name>${NAME})\\{0,3}"\s{0,20}:\s{0,20}(?=[-\d])`,
      'g',
    ),
    value: /-?\d[\d.]{0,40}/y,
    masked,
  },
  // `?token=x`, `user=a&password=x`, `;auth_pass=x` of a baresip account
  {
    name: /(?:^|[?&;])(?<name>[\w.%[\]-]{1,80})=(?=[^=&;\s"'`<>])/g,
    value: /[^&;\s"'`<>]{1,4000}/y,
    masked,
  },
  // `<password>x</password>`, with attributes and a prefix
  {
    name: new RegExp(String.raw`<(?:${NAME}:)?(?<name>${NAME})(?:\s[^<>]{0,400})?>(?=[^<])`, 'g'),
    value: /[^<]{1,4000}(?=<\/)/y,
    masked,
  },
  HEADER_LINE,
];

/** In a script such a line is an entry of an object, and the next one is another. */
const IN_SCRIPT: readonly Notation[] = NOTATIONS.map((notation) => ({
  ...notation,
  ...(notation === HEADER_LINE ? { value: /[^\r\n]{1,4000}/y, masked: maskedEntry } : {}),
}));

/** Matches code such as `env('A_PASS'),`, which says where a value comes from and does not hold it. */
const EXPRESSION =
  /^(?:[A-Za-z_$][\w$.]{0,80}(?:\([^\n]*\)[,;]?|[,;])|[[({]{1,3})\s{0,20}(?:\/\/.*)?$/;
const VARIABLE = /^.[A-Z_][A-Z0-9_]*.$/;

/** sip:user:password@host (RFC 3261, 19.1.1). */
const URI_PASSWORD = /(\bsips?:[^:@;,<>"\s]{1,200}):[^:@;,<>"\s]{1,200}@/gi;
/** Words before "token" that make it a token of a grammar, followed by the text the parser met. */
const GRAMMAR = /\b(?:unexpected|invalid|illegal|unknown|missing)\s$/i;

/** Shortest text with a name and its value: `pw=x`. */
const SHORTEST_PLACE = 4;

export function maskPlaces(text: string): string {
  return maskedBy(NOTATIONS, text);
}

/** The text of a script: each line stays where it is. */
export function maskPlacesOfScript(text: string): string {
  return maskedBy(IN_SCRIPT, text, maskLines);
}

/** Returns the mask with as many line breaks as the hidden text has, so that the following lines keep their numbers. */
export function maskLines(hidden: string, mask = MASK): string {
  return mask + '\n'.repeat(Math.max(0, linesIn(hidden) - linesIn(mask)));
}

function linesIn(text: string): number {
  return text.split('\n').length;
}

function maskedBy(
  notations: readonly Notation[],
  text: string,
  finish: (hidden: string, mask: string) => string = (_, mask) => mask,
): string {
  if (text.length < SHORTEST_PLACE || !/[:=>]/.test(text)) return text;
  // Every SIP message and line of a log comes here, and most hold no secret: a search for words costs a tenth of
  // what a regular expression does.
  const lower = text.toLowerCase();
  const isSuspicious = STEMS.some((stem) => lower.includes(stem)) && NAMES_SECRET.test(text);
  const masked = isSuspicious
    ? notations.reduce((seen, one) => maskNotation(seen, one, finish), text)
    : text;
  return lower.includes('sip') ? masked.replace(URI_PASSWORD, `$1:${MASK}@`) : masked;
}

/** Also searches the values behind other names, because such a value may be a text that contains names of its own. */
function maskNotation(
  text: string,
  { name, value, masked: shown }: Notation,
  finish: (hidden: string, mask: string) => string,
): string {
  let out = '';
  let from = 0;
  name.lastIndex = 0;
  for (let seen = name.exec(text); seen !== null; seen = name.exec(text)) {
    const given = unescapedName(seen.groups?.['name'] ?? '');
    if (!isSecretName(given) || GRAMMAR.test(text.slice(Math.max(0, seen.index - 20), seen.index)))
      continue;
    value.lastIndex = name.lastIndex;
    const found = value.exec(text);
    if (found === null) continue;
    out += text.slice(from, found.index) + finish(found[0], shown(found[0], given));
    from = value.lastIndex;
    name.lastIndex = from;
  }
  return out + text.slice(from);
}

export function maskHeaders(headers: readonly HeaderField[]): readonly HeaderField[] {
  return headers.map(([name, value]) =>
    isSecretName(name) && value !== ''
      ? ([name, maskedValue(value, name)] as const)
      : [name, value],
  );
}

/** Shows a digest's parameters except its response, because they help to find faults; of other credentials only the scheme. */
function maskedValue(value: string, name: string): string {
  if (!/^(?:proxy-)?authorization$/i.test(name)) return MASK;
  if (!/^\s*digest\b/i.test(value)) return value.replace(/^(\S+)[^]*$/, `$1 ${MASK}`);
  return value.replace(/(\bresponse\s*=\s*)("[^"]*"?|[^\s,]+)/gi, `$1"${MASK}"`);
}

function maskedEntry(value: string, name: string): string {
  if (!EXPRESSION.test(value)) return maskedValue(value, name);
  return value.replace(EACH_QUOTED, (text) => (VARIABLE.test(text) ? text : quoted(text)));
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
