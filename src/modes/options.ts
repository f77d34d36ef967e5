/** Options and data of call tests: what a name takes, and errors that say where a value is wrong. */
import { durationMs, durationProblem } from '../time.js';
import { nearest } from '../schema/nearest.js';
import { show } from '../sandbox/guest/assert/show.js';
import { argumentProblem } from './problem.js';

export interface Check<T> {
  /** Which values fit, in words: 'a whole number from 1 to 64'. */
  readonly takes: string;
  /** The value as it is used; undefined for one that does not fit. May throw an error that says more. */
  readonly read: (value: unknown, path: string) => T | undefined;
}

type Checks = Readonly<Record<string, Check<unknown>>>;
type Values<C extends Checks> = {
  -readonly [K in keyof C]?: C[K] extends Check<infer T> ? T : never;
};

/**
 * The values of an object by a table of checks; what is undefined is left out.
 * @param owner whose options they are, for messages
 * @param known names that belong elsewhere, each with a sentence that says where
 * @throws E_ARGUMENT
 */
export function readOptions<C extends Checks>(
  owner: string,
  given: unknown,
  checks: C,
  known: Readonly<Record<string, string>> = {},
): Values<C> {
  const values: Record<string, unknown> = {};
  for (const [name, value] of entriesOf(owner, given)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) throw unknownName(owner, name, Object.keys(checks), known);
    if (value === undefined) continue;
    const read = check.read(value, `${owner}: "${name}"`);
    if (read === undefined) {
      throw argumentProblem(
        { subject: owner, what: `"${name}" must be ${check.takes}`, seen: `got ${show(value)}` },
        'correct the value',
      );
    }
    values[name] = read;
  }
  return values as Values<C>;
}

/** @throws E_ARGUMENT for what is no plain object */
export function entriesOf(owner: string, given: unknown): readonly [string, unknown][] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw argumentProblem(
      { subject: owner, what: 'must be an object', seen: `got ${show(given)}` },
      'write { name: value }',
    );
  }
  return Object.entries(given);
}

function unknownName(
  owner: string,
  name: string,
  valid: readonly string[],
  known: Readonly<Record<string, string>>,
): Error {
  const close = nearest(name, valid);
  const meant = close === undefined ? '' : `did you mean "${close}"? `;
  const elsewhere = Object.hasOwn(known, name) ? known[name] : undefined;
  return argumentProblem(
    { subject: owner, what: `there is no "${name}"` },
    elsewhere ?? `${meant}there is ${valid.join(', ')}`,
  );
}

export const optional = <T>(value: T | undefined, fallback: T): T => value ?? fallback;

export const flag: Check<boolean> = {
  takes: 'true or false',
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

export const text: Check<string> = {
  takes: 'text, not empty',
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

/** Takes a duration; its value is in milliseconds. */
export const duration: Check<number> = {
  takes: 'a duration such as "500ms" or "2s", or a number of seconds',
  read: (value) =>
    durationProblem(value) === undefined ? durationMs(value as string | number) : undefined,
};

export function wholeNumber(least: number, most: number): Check<number> {
  return {
    takes: `a whole number from ${least} to ${most}`,
    read: (value) =>
      typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
        ? value
        : undefined,
  };
}

export function oneOf<T extends string>(...words: readonly T[]): Check<T> {
  return {
    takes: `one of ${words.map((one) => `"${one}"`).join(', ')}`,
    read: (value) => words.find((one) => one === value),
  };
}

export function listOf<T>(check: Check<T>, what: string): Check<readonly T[]> {
  return {
    takes: `${what}, or an array of such values`,
    read: (value, path) => {
      const all = (Array.isArray(value) ? (value as unknown[]) : [value]).map((one) =>
        check.read(one, path),
      );
      return all.length === 0 || all.some((one) => one === undefined) ? undefined : (all as T[]);
    },
  };
}

/** Takes an object with options of its own. */
export function nested<C extends Checks>(checks: C): Check<Values<C>> {
  return {
    takes: `an object of ${Object.keys(checks).join(', ')}`,
    read: (value, path) => readOptions(path, value, checks),
  };
}
