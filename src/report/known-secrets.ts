/**
 * Secrets whose value is known: whatever prints or writes anything masks them, in plain and in the forms
 * they travel in. One list for the process: a value that is secret in one scenario is so in every output.
 */

const MASK = '***';
/** Shorter ones would be found in every word, and guessed at once: they are masked by their place only. */
const SHORTEST = 4;
/** Of a longer one that was cut, so much may show. */
const SHORTEST_CUT = 6;
const MOST = 2000;
/** Settings with a secret's name that are none. */
const NO_SECRET = /^(?:true|false|null|none|undefined|yes|no|on|off|\*+)$/i;

const values = new Set<string>();
let pattern: RegExp | undefined;

export function noteSecrets(found: Iterable<string>): void {
  for (const text of found) {
    for (const value of [text, ...lines(text)]) {
      if (value.length < SHORTEST || NO_SECRET.test(value) || values.size >= MOST) continue;
      if (values.has(value)) continue;
      values.add(value);
      pattern = undefined;
    }
  }
}

/** For tests: nothing is known any more. */
export function forgetSecrets(): void {
  values.clear();
  pattern = undefined;
}

export function maskKnown(text: string): string {
  if (values.size === 0 || text.length < SHORTEST) return text;
  pattern ??= new RegExp(allForms().map(escaped).join('|'), 'g');
  const masked = text.replace(pattern, MASK);
  return masked.includes('...') || masked.includes('…') ? maskCut(masked) : masked;
}

/** Longest first: one secret may be the beginning of another. */
function allForms(): string[] {
  const all = new Set([...values].flatMap((value) => [...forms(value)]));
  return [...all].sort((a, b) => b.length - a.length);
}

/** A key of several lines is shown line by line. */
function lines(text: string): readonly string[] {
  if (!text.includes('\n')) return [];
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= 16);
}

/** How a value looks plain, in JSON, in a URL or form, in base64 at any place of a longer text. */
function* forms(value: string): Generator<string> {
  yield value;
  yield JSON.stringify(value).slice(1, -1);
  const component = wellFormed(value);
  const escapes = [component, component.replace(/%(?:2B|26|3D|24|2C)/g, decodeURIComponent)];
  for (const one of [...escapes, ...escapes.map((text) => text.replaceAll('%20', '+'))]) {
    yield one;
    yield one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
    // Sub-delimiters that encodeURIComponent leaves, others do not (RFC 3986, 2.2).
    yield one.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  }
  yield inQuery(value);
  // What was not escaped in a form, as its reader has it.
  yield value.replaceAll('+', ' ');
  const bytes = Buffer.from(value);
  for (const offset of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Characters that hold bits of what stands before and after are not the secret's alone.
    const from = [0, 2, 3][offset] ?? 0;
    const to = whole.replace(/=+$/, '').length - ((offset + bytes.length) % 3 === 0 ? 0 : 1);
    const own = whole.slice(from, to);
    if (own.length < SHORTEST) continue;
    yield own;
    yield own.replaceAll('+', '-').replaceAll('/', '_');
  }
}

/** As a URL that was given it plain writes it (WHATWG URL, query percent-encode set). */
function inQuery(value: string): string {
  try {
    return encodeURI(value)
      .replace(/%(?:25|5B|5C|5D|5E|60|7B|7C|7D)/g, decodeURIComponent)
      .replaceAll("'", '%27');
  } catch {
    return value;
  }
}

function wellFormed(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    return value; // a lone surrogate: has no form in a URL
  }
}

/** The beginning of a secret, before the dots that tell of a cut. */
function maskCut(text: string): string {
  return text
    .split(/(?=\.\.\.|…)/)
    .map((part, index, parts) => (index === parts.length - 1 ? part : maskEnd(part)))
    .join('');
}

function maskEnd(text: string): string {
  for (const value of values) {
    for (let size = Math.min(value.length - 1, text.length); size >= SHORTEST_CUT; size--) {
      if (text.endsWith(value.slice(0, size))) return text.slice(0, -size) + MASK;
    }
  }
  return text;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
