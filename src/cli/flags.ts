/**
 * Options of commands, each declared once in a table: `allFiles: on('...')` is the flag --all-files, and
 * `flags.allFiles` where the command reads it. A name that is misspelt in either place does not compile.
 */
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { durationMs, durationProblem } from '../time.js';

export interface Flag<T> {
  /** commander's option. @param name such as "--all-files" */
  readonly option: (name: string) => Option;
  /** Never set: carries the type of the value. */
  readonly value?: T;
}

type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values a command receives for its table of flags; undefined for a flag that was not on the command line. */
export type ValuesOf<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

/** Gives the command the options of the table, in its order. */
export function declare(command: Command, flags: Flags): Command {
  for (const [key, flag] of Object.entries(flags)) {
    const words = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    command.addOption(flag.option(`--${words}`));
  }
  return command;
}

/** A flag without a value. @param alias such as "-q" */
export function on(text: string, alias?: string): Flag<true | undefined> {
  return { option: (name) => new Option(withAlias(name, alias), text) };
}

/** A flag that switches off what is on: `color` is --no-color. */
export function off(text: string): Flag<boolean> {
  return { option: (name) => new Option(name.replace('--', '--no-'), text) };
}

export function word(value: string, text: string, alias?: string): Flag<string | undefined> {
  return { option: (name) => new Option(`${withAlias(name, alias)} <${value}>`, text) };
}

/** A flag whose value may be left out: true, or "" where the command line marks it so. */
export function maybe(value: string, text: string): Flag<string | true | undefined> {
  return { option: (name) => new Option(`${name} [${value}]`, text) };
}

/** A flag that may be repeated. */
export function list(value: string, text: string, alias?: string): Flag<readonly string[]> {
  const collect = (one: string, previous: string[]): string[] => [...previous, one];
  return {
    option: (name) =>
      new Option(`${withAlias(name, alias)} <${value}>`, text).default([]).argParser(collect),
  };
}

/** A duration as it was written; `flagMs` reads it. */
export function duration(text: string, initial: string): Flag<string> {
  const check = (value: string): string => {
    const plain = isPlain(value) ? Number(value) : value;
    const problem = durationProblem(plain);
    if (problem !== undefined) throw new InvalidArgumentError(`"${value}" ${problem}.`);
    if (durationMs(plain) === 0) throw new InvalidArgumentError('It must be more than zero.');
    return value;
  };
  return {
    option: (name) => new Option(`${name} <duration>`, text).default(initial).argParser(check),
  };
}

/** A duration flag, checked by the parser: digits alone are seconds. */
export function flagMs(value: string): number {
  return durationMs(isPlain(value) ? Number(value) : value);
}

function isPlain(value: string): boolean {
  return /^\d+(\.\d+)?$/.test(value);
}

/** A number, or a share of the processors: "4", "50%". */
export function jobs(text: string): Flag<number | undefined> {
  const check = (value: string): number => {
    const [, number = '', percent] = /^(\d{1,4})(%)?$/.exec(value) ?? [];
    const share = percent === undefined ? 1 : availableParallelism() / 100;
    const wanted = number === '' ? NaN : Number(number);
    if (wanted >= 1 && wanted <= 1000) return Math.max(1, Math.floor(wanted * share));
    throw new InvalidArgumentError(
      'It must be a whole number from 1 to 1000, or a percentage of the processors such as 50%.',
    );
  };
  return { option: (name) => new Option(`${name} <n>`, text).argParser(check) };
}

interface Range {
  least: number;
  most: number;
}

export function whole(value: string, text: string, range: Range): Flag<number | undefined> {
  const check = inRange(range);
  return { option: (name) => new Option(`${name} <${value}>`, text).argParser(check) };
}

export function wholeOr(initial: number, value: string, text: string, range: Range): Flag<number> {
  const { option } = whole(value, text, range);
  return { option: (name) => option(name).default(initial) };
}

function inRange({ least, most }: Range): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

function withAlias(name: string, alias: string | undefined): string {
  return alias === undefined ? name : `${alias}, ${name}`;
}
