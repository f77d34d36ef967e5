/**
 * Options of commands, each declared once in a table: `allFiles: on('...')` is the flag --all-files, and
 * `flags.allFiles` where the command reads it. A name that is misspelt in either place does not compile. The same row
 * says the variable (OFFHOOK_ALL_FILES), the key in offhook.config.json ("all-files") and the check of its value.
 * This file knows no parser: `declare.ts` makes commander's options of the rows, `settle.ts` finds their values.
 */
import { availableParallelism } from 'node:os';
import { durationMs, durationProblem } from '../time.js';

/** Who may set an option. */
type Scope =
  /** A flag, a variable, the project file of the working directory. */
  | 'run'
  /** The same, but the project file is that of each scenario: settings/policy-settings.ts finds them. */
  | 'scenario'
  /** The command line alone. */
  | 'flag';

/** Why a text is no value of an option, as a predicate: "must be a whole number from 1 to 9". */
export class Unfit {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

interface Traits {
  /** The heading of the help it stands under. */
  readonly group?: string;
  readonly scope?: Scope;
  /** Applies `move` to the path in a value of the project file, which is relative to that file. */
  readonly moved?: (value: string, move: (path: string) => string) => string;
  /** A list whose values may hold commas: a variable has one value in each line. */
  readonly lines?: true;
  /** Rows that this row overrides if they were set at a weaker level: the flag --verbose cancels "quiet" of the project file. */
  readonly replaces?: readonly string[];
  /** At least one of these rows must be set. Otherwise a value of a variable or file is ignored, and a flag is an error. */
  readonly needs?: readonly string[];
  /** What completion offers for its value: these words, or those of the scenarios on the line. */
  readonly offers?: readonly string[] | 'names' | 'tags';
}

/** JSON Schema of the value in a project file. */
interface JsonForm {
  readonly type: 'boolean' | 'string' | 'integer' | 'object' | readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Flag<T> extends Traits {
  readonly kind: 'on' | 'off' | 'one' | 'maybe' | 'list';
  readonly text: string;
  /** What stands for the value in the help: "file". */
  readonly takes?: string;
  /** A second name: "-q", "--vars". */
  readonly alias?: string;
  readonly initial?: unknown;
  /** Checks the text of one value. */
  readonly parse: (text: string) => string | number | Unfit;
  readonly json: JsonForm;
  /** Never set: carries the type of the value. */
  readonly value?: T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values a command receives for its table of flags; undefined for an option that was not set. */
export type ValuesOf<F extends Flags> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

/** "all-files": in the project file, and as a flag with two dashes. */
export function keyOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** "OFFHOOK_ALL_FILES" */
export function variableOf(name: string): string {
  return `OFFHOOK_${keyOf(name).replaceAll('-', '_').toUpperCase()}`;
}

/** The rows of a table, under a heading of the help. */
export function inGroup<F extends Flags>(group: string, flags: F): F {
  const rows = Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }]);
  return Object.fromEntries(rows) as F;
}

const anyText = (text: string): string => text;

/** A flag without a value. @param alias such as "-q" */
export function on(text: string, alias?: string): Flag<true | undefined> {
  return { kind: 'on', text, ...aliased(alias), parse: anyText, json: { type: 'boolean' } };
}

/** A flag that switches off what is on: `color` is --no-color. */
export function off(text: string): Flag<boolean> {
  return { kind: 'off', text, initial: true, parse: anyText, json: { type: 'boolean' } };
}

export function word(takes: string, text: string, alias?: string): Flag<string | undefined> {
  return { kind: 'one', text, takes, ...aliased(alias), parse: anyText, json: { type: 'string' } };
}

/** One of these words. */
export function oneOf<C extends string>(
  choices: readonly C[],
  takes: string,
  text: string,
): Flag<C | undefined> {
  const fits = new Unfit(`must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1) ?? ''}`);
  const parse = (value: string): string | Unfit =>
    choices.some((choice) => choice === value) ? value : fits;
  return { kind: 'one', text, takes, parse, json: { type: 'string' }, offers: choices };
}

/** A flag whose value may be left out: it is then true, which declare.ts also makes of the "" of optional-files.ts. */
export function maybe(takes: string, text: string): Flag<string | true | undefined> {
  return { kind: 'maybe', text, takes, parse: anyText, json: { type: ['boolean', 'string'] } };
}

/** A number that may be left out: true. */
export function maybeWhole(
  takes: string,
  text: string,
  range: Range,
): Flag<number | true | undefined> {
  const { parse, json } = whole(takes, text, range);
  return { kind: 'maybe', text, takes, parse, json: { ...json, type: ['boolean', 'integer'] } };
}

/** A flag that may be repeated. */
export function list(takes: string, text: string, alias?: string): Flag<readonly string[]> {
  return {
    kind: 'list',
    text,
    takes,
    ...aliased(alias),
    initial: [],
    parse: anyText,
    json: { type: 'string' },
  };
}

/** An address, IPv6 in brackets, or a name of a host, with or without a port. */
const PARTY = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const HIGHEST_PORT = 65_535;

function isParty(text: string): boolean {
  const [, port = '1'] = PARTY.exec(text) ?? ['', '0'];
  return Number(port) >= 1 && Number(port) <= HIGHEST_PORT;
}

/** Names of parties by their addresses, ADDRESS=NAME each; an object in the project file. */
export function aliases(text: string): Flag<readonly string[]> {
  const parse = (value: string): string | Unfit => {
    const at = value.indexOf('=');
    if (at === -1 || !isParty(value.slice(0, at)) || value.slice(at + 1).trim() === '') {
      return new Unfit('must give names to addresses, such as PBX to 10.0.0.5:5060, SBC to [::1]');
    }
    return value;
  };
  return { ...list('address=name', text), parse, json: { type: 'object' } };
}

/** Turns values that `aliases` has checked into names by address. */
export function aliasesOf(values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map((value) => {
      const at = value.indexOf('=');
      return [value.slice(0, at), value.slice(at + 1).trim()];
    }),
  );
}

/** A duration as it was written; `flagMs` reads it. */
export function duration(text: string, initial: string): Flag<string> {
  const parse = (value: string): string | Unfit => {
    const plain = isPlain(value) ? Number(value) : value;
    const problem = durationProblem(plain);
    if (problem !== undefined) return new Unfit(problem);
    return durationMs(plain) === 0 ? new Unfit('must be more than zero') : value;
  };
  return {
    kind: 'one',
    text,
    takes: 'duration',
    initial,
    parse,
    json: { type: ['string', 'number'] },
  };
}

/** A time since the beginning, written as a duration. */
export function moment(text: string): Flag<string | undefined> {
  const parse = (value: string): string | Unfit => {
    const problem = durationProblem(isPlain(value) ? Number(value) : value);
    return problem === undefined ? value : new Unfit(problem);
  };
  return { kind: 'one', text, takes: 'time', parse, json: { type: ['string', 'number'] } };
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
  const parse = (value: string): number | Unfit => {
    const [, number = '', percent] = /^(\d{1,4})(%)?$/.exec(value) ?? [];
    const share = percent === undefined ? 1 : availableParallelism() / 100;
    const wanted = number === '' ? NaN : Number(number);
    if (wanted >= 1 && wanted <= 1000) return Math.max(1, Math.floor(wanted * share));
    return new Unfit(
      'must be a whole number from 1 to 1000, or a percentage of the processors such as 50%',
    );
  };
  return { kind: 'one', text, takes: 'n', parse, json: { type: ['integer', 'string'] } };
}

interface Range {
  least: number;
  most: number;
}

export function whole(
  takes: string,
  text: string,
  { least, most }: Range,
): Flag<number | undefined> {
  const parse = (value: string): number | Unfit => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    return new Unfit(`must be a whole number from ${least} to ${most}`);
  };
  const json: JsonForm = { type: 'integer', minimum: least, maximum: most };
  return { kind: 'one', text, takes, parse, json };
}

export function wholeOr(initial: number, takes: string, text: string, range: Range): Flag<number> {
  const { value: _, ...row } = whole(takes, text, range);
  return { ...row, initial };
}

/** Returns the row with the traits added. */
export function having<T>(traits: Traits, row: Flag<T>): Flag<T> {
  return { ...row, ...traits };
}

/** An option of the command line alone: no setting. */
export function ofCommand<T>(row: Flag<T>): Flag<T> {
  return having({ scope: 'flag' }, row);
}

/** An option that the project file of each scenario can say, too: what it may touch. */
export function ofScenario<T>(row: Flag<T>): Flag<T> {
  return having({ scope: 'scenario' }, row);
}

/** Moves a value that is a path; `moved` calls it. */
export function path(value: string, move: (path: string) => string): string {
  return move(value);
}

/** Moves the path of a program, which without a "/" is looked for in the PATH; `moved` calls it. */
export function program(value: string, move: (path: string) => string): string {
  return value.includes('/') ? move(value) : value;
}

/** Moves the path of NAME=PATH; NAME alone stays as it is. `moved` calls it. */
export function namedPath(value: string, move: (path: string) => string): string {
  const at = value.indexOf('=');
  return at === -1 || at === value.length - 1
    ? value
    : `${value.slice(0, at)}=${move(value.slice(at + 1))}`;
}

function aliased(alias: string | undefined): { alias?: string } {
  return alias === undefined ? {} : { alias };
}
