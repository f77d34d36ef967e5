/**
 * Finds secret values in texts: plain, and in the forms they travel in. A text costs one pass over it (two
 * where it has escapes), however many values are known; adding a value costs nothing later.
 */
import { unescaped, type Unescaped } from './escapes.js';

/** Shorter values would be found in every word, and guessed at once: they are masked by their place only. */
export const SHORTEST = 4;
/** The shortest beginning of a cut value that is recognized as secret. */
const SHORTEST_CUT = 6;
/** How far before a cut a value is looked for: reports cut bodies after 500 characters. */
const LONGEST_CUT = 512;
/** Forms are indexed by their beginnings; each beginning has the largest of these lengths that fits the form. */
const WINDOWS = [32, 16, 8, 4] as const;
/**
 * How much of a longer value is kept, because strangers may send any length: text that begins with it is secret up to its end.
 */
const LONGEST_VALUE = 256;
/** With more lengths than this for one beginning, text with this beginning counts as secret up to its end. */
const MOST_LENGTHS = 16;
const END_OF_TOKEN = /[\s"'<>&;,]|$/g;

/** Forms with one beginning. */
interface Bucket {
  /** Forms without repetitions, the longest first. */
  lengths: number[];
  forms: Set<string>;
  /** Forms of values that go on. */
  open: Set<string>;
}

type Range = readonly [start: number, end: number];

export class Finder {
  readonly #values = new Set<string>();
  readonly #buckets = new Map<number, Map<string, Bucket>>(
    WINDOWS.map((size) => [size, new Map()]),
  );
  /** Values by their first characters: for those that are cut. */
  readonly #beginnings = new Map<string, string[]>();
  /** By the hash of four characters: whether any form begins with them. Most places of a text need no further check. */
  #starts: Uint8Array | undefined;

  add(given: string): void {
    if (given.length < SHORTEST || this.has(given)) return;
    const isLong = given.length > LONGEST_VALUE;
    // A copy: a substring would keep the whole text in memory.
    const value = isLong ? Buffer.from(given.slice(0, LONGEST_VALUE)).toString() : given;
    this.#values.add(value);
    this.#starts ??= new Uint8Array(HASHES);
    for (const form of new Set(formsOf(value))) this.#addForm(form, isLong, this.#starts);
    const beginning = value.slice(0, SHORTEST_CUT);
    const alike = this.#beginnings.get(beginning) ?? [];
    this.#beginnings.set(beginning, alike);
    alike.push(value);
  }

  has(value: string): boolean {
    return this.#values.has(value.slice(0, LONGEST_VALUE));
  }

  remove(isGone: (value: string) => boolean): void {
    const kept = [...this.#values].filter((value) => !isGone(value));
    if (kept.length === this.#values.size) return;
    this.#values.clear();
    this.#beginnings.clear();
    this.#starts?.fill(0);
    for (const bucket of this.#buckets.values()) bucket.clear();
    for (const value of kept) this.add(value);
  }

  /** Where secrets are, in order, without overlaps. */
  find(text: string): readonly Range[] {
    if (this.#starts === undefined || text.length < SHORTEST) return [];
    const found = [...this.#plain(text, this.#starts)];
    for (
      let level: Unescaped | undefined = unescaped(text);
      level !== undefined;
      level = level.next()
    ) {
      const { text: inner, at } = level;
      for (const [start, end] of this.#plain(inner, this.#starts)) {
        found.push([at[start] ?? 0, at[end] ?? text.length]);
      }
    }
    return merged(found);
  }

  #addForm(form: string, isOpen: boolean, starts: Uint8Array): void {
    if (form.length < SHORTEST) return;
    const window = WINDOWS.find((size) => size <= form.length) ?? SHORTEST;
    const buckets = this.#buckets.get(window);
    const key = form.slice(0, window);
    const bucket = buckets?.get(key) ?? { lengths: [], forms: new Set(), open: new Set() };
    buckets?.set(key, bucket);
    bucket.forms.add(form);
    if (isOpen) bucket.open.add(form);
    if (!bucket.lengths.includes(form.length)) {
      bucket.lengths = [...bucket.lengths, form.length].sort((a, b) => b - a);
    }
    starts[hashAt(form, 0)] = 1;
  }

  *#plain(text: string, starts: Uint8Array): Generator<Range> {
    const cuts = cutsOf(text);
    for (let at = 0; at + SHORTEST <= text.length; at += 1) {
      if (starts[hashAt(text, at)] === 0) continue;
      const length = this.#lengthAt(text, at) || this.#cutLengthAt(text, at, cuts);
      if (length === 0) continue;
      yield [at, at + length];
      at += length - 1;
    }
  }

  /** Length of the longest form that begins at `at`; 0: none. */
  #lengthAt(text: string, at: number): number {
    for (const window of WINDOWS) {
      const bucket = this.#buckets.get(window)?.get(text.slice(at, at + window));
      if (bucket === undefined) continue;
      if (bucket.lengths.length > MOST_LENGTHS) return endOfToken(text, at + window) - at;
      for (const length of bucket.lengths) {
        const form = text.slice(at, at + length);
        if (!bucket.forms.has(form) || !mayBeSecret(form, text, at)) continue;
        return bucket.open.has(form) ? endOfToken(text, at + length) - at : length;
      }
    }
    return 0;
  }

  /** The beginning of a value, before the dots that mark a cut. */
  #cutLengthAt(text: string, at: number, cuts: readonly number[]): number {
    const cut = cuts.find((one) => one >= at + SHORTEST_CUT);
    if (cut === undefined || cut > at + LONGEST_CUT) return 0;
    const seen = text.slice(at, cut);
    const values = this.#beginnings.get(text.slice(at, at + SHORTEST_CUT)) ?? [];
    return values.some((value) => value.startsWith(seen)) ? seen.length : 0;
  }
}

function endOfToken(text: string, from: number): number {
  END_OF_TOKEN.lastIndex = from;
  return END_OF_TOKEN.exec(text)?.index ?? text.length;
}

const HASHES = 1 << 17;

function hashAt(text: string, at: number): number {
  const [a, b] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
  const [c, d] = [text.charCodeAt(at + 2), text.charCodeAt(at + 3)];
  return (Math.imul((a << 16) ^ (b << 10) ^ (c << 5) ^ d, 0x9e3779b1) >>> 15) & (HASHES - 1);
}

function cutsOf(text: string): readonly number[] {
  if (!text.includes('...') && !text.includes('…')) return [];
  return [...text.matchAll(/\.\.\.+|…/g)].map(({ index }) => index);
}

/** Returns false for a few digits that are part of a longer number, or are probably a port. */
function mayBeSecret(form: string, text: string, at: number): boolean {
  if (form.length > 8 || !/^\d+$/.test(form)) return true;
  if (isDigit(text[at - 1]) || isDigit(text[at + form.length])) return false;
  return Number(form) > 65_535 || !PORT.test(text.slice(Math.max(0, at - 80), at));
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= '0' && char <= '9';
}

/** Text before a port: an address, or a word that announces one (RFC 4566, 5.14; RFC 3581, 3). */
const PORT =
  /(?:(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.%]{2,45}\]|\blocalhost|\bmock|\*|\.[a-z]{2,20}):|ports?(?:"?\s{0,2}[:=])?\s{0,2}|\bSIP |^m=[a-z]{1,12} |\nm=[a-z]{1,12} )$/i;

function merged(ranges: Range[]): readonly Range[] {
  const result: [number, number][] = [];
  for (const [start, end] of ranges.sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last === undefined || start > last[1]) result.push([start, end]);
    else last[1] = Math.max(last[1], end);
  }
  return result;
}

/**
 * Yields a value in the forms other than escapes, which are removed from texts: as bytes, as in a form body, between single
 * quotes of a shell, in small or capital letters, in hex and in Base64.
 */
function* formsOf(value: string): Generator<string> {
  const bytes = Buffer.from(value);
  for (const one of [value, bytes.toString('latin1')]) {
    yield one;
    // A space in a form body, and the blank its reader makes of a literal plus sign.
    yield one.replaceAll(' ', '+');
    yield one.replaceAll('+', ' ');
  }
  // The value between single quotes of a shell.
  yield value.replaceAll("'", "'\\''");
  if (value.length >= SHORTEST_CUT) {
    yield value.toLowerCase();
    yield value.toUpperCase();
  }
  yield bytes.toString('hex');
  yield bytes.toString('hex').toUpperCase();
  yield* base64Of(bytes);
}

/** Base64 of a value at any place of a longer text. */
function* base64Of(bytes: Buffer): Generator<string> {
  for (const offset of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    // Characters that also hold bits of the text before or after do not belong to the secret alone.
    const from = [0, 2, 3][offset] ?? 0;
    const to = whole.replace(/=+$/, '').length - ((offset + bytes.length) % 3 === 0 ? 0 : 1);
    const own = whole.slice(from, to);
    yield own;
    yield own.replaceAll('+', '-').replaceAll('/', '_');
  }
}
