/** Values as short text for reports and messages, and equality as assertions mean it. */
import { agentNameOf } from '../encode.js';

const MOST_TEXT = 400;
const MOST_ITEMS = 20;
const MOST_DEPTH = 4;

/** Numbers of measurements have many digits that say nothing: they are rounded unless told otherwise. */
interface Style {
  exact?: boolean;
}

/** One line, cut to a readable length. */
export function show(value: unknown, style: Style = {}): string {
  const out = showAt(value, 0, style);
  return out.length > MOST_TEXT ? out.slice(0, MOST_TEXT) + '...' : out;
}

/** Shows a value for log(): as `show` does, but with texts unquoted and numbers exact. */
export function showForLog(value: unknown): string {
  return typeof value === 'string' ? value : showAt(value, 0, { exact: true });
}

function showAt(value: unknown, depth: number, style: Style): string {
  if (typeof value !== 'object' || value === null) return showPrimitive(value, style);
  const short = showWhole(value);
  if (short !== undefined) return short;
  if (value instanceof Map || value instanceof Set)
    return showAt([...(value as Iterable<unknown>)], depth, style);
  if (depth >= MOST_DEPTH) return Array.isArray(value) ? '[...]' : '{...}';
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_ITEMS).map((item) => showAt(item, depth + 1, style));
    return `[${items.join(', ')}${value.length > MOST_ITEMS ? ', ...' : ''}]`;
  }
  return showRecord(value as Record<string, unknown>, depth, style);
}

function showPrimitive(value: unknown, { exact = false }: Style): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'number' && !exact ? rounded(value) : String(value);
}

/** Rounds to three decimals, or to three significant digits below one. */
function rounded(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(3) : value.toFixed(3)));
}

/** Text of values shown in one piece, whatever their fields; undefined for values shown by their parts. */
function showWhole(value: object): string | undefined {
  const agent = agentNameOf(value);
  if (agent !== undefined) return `agent "${agent}"`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  return value instanceof Error ? `${value.name}: ${value.message}` : undefined;
}

function showRecord(value: Readonly<Record<string, unknown>>, depth: number, style: Style): string {
  const keys = Object.keys(value);
  const fields = keys
    .slice(0, MOST_ITEMS)
    .map((key) => `${shownKey(key)}: ${showAt(value[key], depth + 1, style)}`);
  if (keys.length > MOST_ITEMS) fields.push('...');
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function shownKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

const MOST_LINES_TEXT = 16_384;
const MOST_LINES_DEPTH = 8;

/**
 * Both sides of a comparison in full, each field and item on a line of its own, so that a report can show them as a
 * diff; undefined where one line says it all. Of an object of which only some fields were asked for, only those.
 */
export function sidesOf(
  expected: unknown,
  actual: unknown,
  matcher: string,
): { expected: string; actual: string } | undefined {
  if (matcher !== 'equals' && matcher !== 'contains') return undefined;
  if (isText(expected) && isText(actual))
    return `${expected}${actual}`.includes('\n') && matcher === 'equals'
      ? { expected: cutLines(expected), actual: cutLines(actual) }
      : undefined;
  if (!hasParts(expected) || !hasParts(actual)) return undefined;
  const seen = matcher === 'contains' ? onlyFieldsOf(expected, actual) : actual;
  return { expected: showLines(expected), actual: showLines(seen) };
}

function showLines(value: unknown): string {
  return cutLines(linesAt(value, 0, ''));
}

function cutLines(text: string): string {
  return text.length > MOST_LINES_TEXT ? `${text.slice(0, MOST_LINES_TEXT)}\n...` : text;
}

function linesAt(value: unknown, depth: number, indent: string): string {
  if (!hasParts(value) || depth >= MOST_LINES_DEPTH) return showAt(value, 0, { exact: true });
  const isList = Array.isArray(value) || value instanceof Map || value instanceof Set;
  const inner = `${indent}  `;
  const parts = isList
    ? [...(value as Iterable<unknown>)].map((item) => linesAt(item, depth + 1, inner))
    : Object.keys(value).map(
        (key) =>
          `${shownKey(key)}: ${linesAt((value as Record<string, unknown>)[key], depth + 1, inner)}`,
      );
  const [open, close] = isList ? '[]' : '{}';
  if (parts.length === 0) return `${open}${close}`;
  return [open, ...parts.map((part) => `${inner}${part},`), `${indent}${close}`].join('\n');
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function hasParts(value: unknown): value is object {
  return typeof value === 'object' && value !== null && showWhole(value) === undefined;
}

function onlyFieldsOf(part: object, whole: object): object {
  if (Array.isArray(whole) || Array.isArray(part)) return whole;
  const wanted = part as Record<string, unknown>;
  const seen = whole as Record<string, unknown>;
  const fields = Object.keys(wanted)
    .filter((key) => key in seen)
    .map((key) => {
      const [a, b] = [wanted[key], seen[key]];
      return [key, hasParts(a) && hasParts(b) ? onlyFieldsOf(a, b) : b] as const;
    });
  return Object.fromEntries(fields);
}

/** The same value, or arrays, plain objects, Dates, RegExps, Maps and Sets of equal contents. */
export function equal(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b || (a !== a && b !== b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (depth > 64 || agentNameOf(a) !== undefined || agentNameOf(b) !== undefined) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof RegExp) return b instanceof RegExp && String(a) === String(b);
  if (a instanceof Map || a instanceof Set) {
    return equal(
      [...(a as Iterable<unknown>)],
      [...(b as unknown as Iterable<unknown>)],
      depth + 1,
    );
  }
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) =>
      Object.hasOwn(b, key) &&
      equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], depth + 1),
  );
}

/** Whether every field of `part` is equal in `whole`; fields that are objects are compared the same way. */
export function includesFields(whole: object, part: object, depth = 0): boolean {
  return Object.keys(part).every((key) => {
    const wanted = (part as Record<string, unknown>)[key];
    const seen = (whole as Record<string, unknown>)[key];
    if (equal(seen, wanted)) return true;
    const bothObjects =
      typeof seen === 'object' && seen !== null && typeof wanted === 'object' && wanted !== null;
    if (!bothObjects || Array.isArray(wanted) || depth > 32) return false;
    return includesFields(seen, wanted, depth + 1);
  });
}
