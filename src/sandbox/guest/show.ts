/** Values as short text for reports and messages, and equality as assertions mean it. */
import { agentNameOf } from './encode.js';

const MOST_TEXT = 400;
const MOST_ITEMS = 20;
const MOST_DEPTH = 4;

/** One line, cut to a readable length. */
export function show(value: unknown): string {
  const out = showAt(value, 0);
  return out.length > MOST_TEXT ? out.slice(0, MOST_TEXT) + '...' : out;
}

/** As `show`, but texts bare: for log(). */
export function showForLog(value: unknown): string {
  return typeof value === 'string' ? value : showAt(value, 0);
}

function showAt(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const agent = agentNameOf(value);
  if (agent !== undefined) return `agent "${agent}"`;
  if (value instanceof RegExp) return String(value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Map || value instanceof Set)
    return showAt([...(value as Iterable<unknown>)], depth);
  if (depth >= MOST_DEPTH) return Array.isArray(value) ? '[...]' : '{...}';
  if (Array.isArray(value)) {
    const items = value.slice(0, MOST_ITEMS).map((item) => showAt(item, depth + 1));
    return `[${items.join(', ')}${value.length > MOST_ITEMS ? ', ...' : ''}]`;
  }
  return showRecord(value as Record<string, unknown>, depth);
}

function showRecord(value: Readonly<Record<string, unknown>>, depth: number): string {
  const keys = Object.keys(value);
  const fields = keys.slice(0, MOST_ITEMS).map((key) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${name}: ${showAt(value[key], depth + 1)}`;
  });
  if (keys.length > MOST_ITEMS) fields.push('...');
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** The same value, or arrays, plain objects, Dates, RegExps, Maps and Sets of equal contents. */
export function equal(a: unknown, b: unknown, depth = 0): boolean {
  if (a === b || (a !== a && b !== b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (depth > 64 || agentNameOf(a) !== undefined || agentNameOf(b) !== undefined) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return a.getTime() === (b as Date).getTime();
  if (a instanceof RegExp) return showAt(a, 0) === showAt(b, 0);
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
