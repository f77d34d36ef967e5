/** Removes nested escapes of URLs, JSON and XML from texts, and maps positions back to the original text. */

/** RFC 3986, 2.1; RFC 8259, 7; XML 1.0, 4.1 and 4.6. */
const ESCAPE =
  /%[\da-f]{2}|\\u[\da-f]{4}|\\["'\\/bfnrt]|&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});/gi;
/** Deepest nesting of escapes. */
const MOST_LEVELS = 3;

const CONTROLS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

export interface Unescaped {
  text: string;
  /** For each character, and for the end: its position in the original text. */
  at: Uint32Array;
  /** Removes the next level of escapes; undefined: nothing is escaped any more. */
  next: () => Unescaped | undefined;
}

/** Undefined: nothing is escaped. */
export function unescaped(text: string): Unescaped | undefined {
  return freed(text, undefined, 1);
}

function freed(
  text: string,
  before: Uint32Array | undefined,
  level: number,
): Unescaped | undefined {
  if (level > MOST_LEVELS || !/[%\\&]/.test(text)) return undefined;
  const at = new Uint32Array(text.length + 1);
  let out = '';
  let from = 0;
  const keep = (to: number): void => {
    for (let index = from; index < to; index += 1) at[out.length + index - from] = index;
    out += text.slice(from, to);
  };
  for (const match of text.matchAll(ESCAPE)) {
    keep(match.index);
    const char = meaningOf(match[0]);
    for (let index = 0; index < char.length; index += 1) at[out.length + index] = match.index;
    out += char;
    from = match.index + match[0].length;
  }
  if (from === 0) return undefined;
  keep(text.length);
  at[out.length] = text.length;
  const map = at.subarray(0, out.length + 1);
  if (before !== undefined) map.forEach((position, index) => (map[index] = before[position] ?? 0));
  return { text: out, at: map, next: () => freed(out, map, level + 1) };
}

/** One character; a byte of UTF-8 stays a byte. */
function meaningOf(escape: string): string {
  if (escape.startsWith('%')) return String.fromCharCode(parseInt(escape.slice(1), 16));
  if (escape.startsWith('\\')) {
    const rest = escape.slice(1);
    return rest.length > 1
      ? String.fromCharCode(parseInt(rest.slice(1), 16))
      : (CONTROLS[rest] ?? rest);
  }
  const name = escape.slice(1, -1).toLowerCase();
  if (!name.startsWith('#')) return ENTITIES[name] ?? '';
  const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
}
