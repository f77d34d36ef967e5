/**
 * Forms of settings as data: each says what a value must be. Checks, defaults, the JSON Schema for editors and the page of the
 * documentation follow from them.
 */
import { nearest, quotedList } from '../schema/nearest.js';
import type { Problem } from '../schema/options.js';
import { describeValue } from '../schema/special.js';

export type Form =
  /** A duration such as "30s", or a number of seconds; read as ms. `words`: other texts that are allowed, and stay as they are. */
  | {
      readonly kind: 'duration';
      readonly least_ms?: number;
      readonly most_ms?: number;
      readonly words?: readonly string[];
    }
  | { readonly kind: 'whole' | 'number'; readonly least: number; readonly most: number }
  | { readonly kind: 'yes' }
  /**
   * `secret`: "${NAME}" is replaced by that variable of the environment. `variables`: "${NAME}" is allowed anywhere in the text,
   * and stays. `check`: returns what is wrong with the text.
   */
  | {
      readonly kind: 'text';
      readonly secret?: true;
      readonly variables?: true;
      readonly check?: (text: string) => string | undefined;
    }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  /** An array; `or_one`: a single value is allowed, too, and read as an array of one element. */
  | { readonly kind: 'list'; readonly of: Form; readonly or_one?: true; readonly least?: number }
  /** An object whose names people choose. */
  | { readonly kind: 'map'; readonly of: Form; readonly name?: RegExp; readonly names?: string }
  | { readonly kind: 'object'; readonly rows: Rows }
  /** The option of agent() with that name; "${NAME}" is allowed in its texts, and stays. */
  | OptionForm
  /** The first form that fits the JSON type of the value is used. */
  | { readonly kind: 'either'; readonly forms: readonly Form[] };

interface OptionForm {
  readonly kind: 'option';
  readonly name: string;
  /** What it must be, in words. */
  readonly expected: string;
  readonly problemOf: (value: unknown) => Problem | undefined;
}

export const TEXT: Form = { kind: 'text' };
export const TEXTS: Form = { kind: 'list', of: TEXT, or_one: true };
export const count = (least: number, most: number): Form => ({ kind: 'whole', least, most });

type DurationForm = Extract<Form, { kind: 'duration' }>;

export interface Row {
  readonly form: Form;
  /** What the setting means, as a sentence. */
  readonly doc: string;
  /** The default, as somebody would write it. */
  readonly initial?: unknown;
  readonly example?: unknown;
  readonly required?: true;
}
export type Rows = Readonly<Record<string, Row>>;

export type Steps = readonly (string | number)[];

/** A setting by its name: "monitors.a.every". */
export function nameOf(steps: Steps): string {
  return steps
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return /^[\p{L}\p{N}_-]{1,60}$/u.test(step)
        ? `.${step}`
        : `[${JSON.stringify(step.length > 60 ? `${step.slice(0, 57)}...` : step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** Why a value does not fit, and where. */
export class Misfit {
  readonly steps: Steps;
  /** A predicate: "must be true or false". */
  readonly what: string;
  /** The value that does not fit, in words; never a secret. */
  readonly seen: string | undefined;
  readonly hint: string | undefined;
  /** The name is wrong, not the value. */
  readonly isName: boolean;

  constructor(
    steps: Steps,
    what: string,
    { seen, hint, isName = false }: { seen?: string; hint?: string; isName?: boolean } = {},
  ) {
    this.steps = steps;
    this.what = what;
    this.seen = seen;
    this.hint = hint;
    this.isName = isName;
  }
}

export interface ReadContext {
  /** Value of a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
}

/** @returns the value with durations in ms, secrets filled in and nothing added, or why it does not fit */
function read(form: Form, value: unknown, steps: Steps, context: ReadContext): unknown {
  switch (form.kind) {
    case 'duration':
      return readDuration(form, value, steps);
    case 'whole':
    case 'number':
      return readNumber(form, value, steps);
    case 'yes':
      return typeof value === 'boolean' ? value : misfit(form, value, steps);
    case 'text':
      return readText(form, value, steps, context);
    case 'word':
      return typeof value === 'string' && form.words.includes(value)
        ? value
        : misfit(form, value, steps);
    case 'list':
      return readList(form, value, steps, context);
    case 'map':
      return readMap(form, value, steps, context);
    case 'object':
      return readObject(form.rows, value, steps, context);
    case 'option':
      return readOption(form, value, steps);
    case 'either': {
      const fitting = form.forms.find((one) => fitsType(one, value));
      return fitting === undefined
        ? misfit(form, value, steps)
        : read(fitting, value, steps, context);
    }
  }
}

/** Describes what a value of that form must be: "a whole number from 1 to 9". */
export function formText(form: Form): string {
  switch (form.kind) {
    case 'duration': {
      const span = spanText(form);
      const words = (form.words ?? []).map((word) => ` or "${word}"`).join('');
      return `a duration${span} such as "30s", "5m" or "2h"${words}`;
    }
    case 'whole':
    case 'number':
      return `${form.kind === 'whole' ? 'a whole number' : 'a number'} from ${form.least} to ${form.most}`;
    case 'yes':
      return 'true or false';
    case 'text':
      return form.secret === true ? 'a text, or "${NAME}" for an environment variable' : 'a text';
    case 'word':
      return quotedList(form.words);
    case 'list':
      return form.or_one === true
        ? `${formText(form.of)}, or an array of such values`
        : `an array, each ${formText(form.of)}`;
    case 'map':
      return `an object, each value ${formText(form.of)}`;
    case 'object':
      return 'an object';
    case 'option':
      return form.expected;
    case 'either':
      return form.forms.map(formText).join(', or ');
  }
}

function spanText({ least_ms: least = 0, most_ms: most }: DurationForm): string {
  if (most === undefined) return least === 0 ? '' : ` of at least ${least / 1000} s`;
  return least === 0
    ? ` of at most ${most / 1000} s`
    : ` from ${least / 1000} s to ${most / 1000} s`;
}

function misfit(form: Form, value: unknown, steps: Steps): Misfit {
  return new Misfit(steps, `must be ${formText(form)}`, { seen: seenOf(form, value) });
}

/** Describes a value in words; only its type if it may hold a secret or has parts. */
function seenOf(form: Form, value: unknown): string {
  if (Array.isArray(value)) return 'got an array';
  if (isObject(value)) return 'got an object';
  if (value === null || !mayHoldSecret(form)) return `got ${describeValue(value)}`;
  return typeof value === 'string' ? 'got a text' : `got a value of type ${typeof value}`;
}

function mayHoldSecret(form: Form): boolean {
  switch (form.kind) {
    case 'text':
      return form.secret === true;
    case 'list':
    case 'map':
      return mayHoldSecret(form.of);
    case 'object':
      return Object.values(form.rows).some((row) => mayHoldSecret(row.form));
    case 'either':
      return form.forms.some(mayHoldSecret);
    default:
      return false;
  }
}

function readDuration(form: DurationForm, value: unknown, steps: Steps): unknown {
  if (typeof value === 'string' && form.words?.includes(value) === true) return value;
  const ms = msOf(value);
  if (ms !== undefined && ms > LONGEST_MS && form.most_ms === undefined) {
    return new Misfit(steps, 'must be at most 3650 days', { seen: seenOf(form, value) });
  }
  return ms !== undefined && ms >= (form.least_ms ?? 1) && ms <= (form.most_ms ?? LONGEST_MS)
    ? ms
    : misfit(form, value, steps);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Ten years. */
const LONGEST_MS = 3650 * 86_400_000;

/** Returns the ms of a duration. Settings allow units that scripts do not know: "2h", "14d". */
function msOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(value)) ?? [];
  return number === undefined ? undefined : Number(number) * (UNIT_MS[unit] ?? 0);
}

function readNumber(
  form: Extract<Form, { kind: 'whole' | 'number' }>,
  value: unknown,
  steps: Steps,
): unknown {
  const fits =
    typeof value === 'number' &&
    value >= form.least &&
    value <= form.most &&
    (form.kind === 'number' || Number.isInteger(value));
  return fits ? value : misfit(form, value, steps);
}

function readText(
  form: Extract<Form, { kind: 'text' }>,
  value: unknown,
  steps: Steps,
  { variable }: ReadContext,
): unknown {
  if (typeof value !== 'string') return misfit(form, value, steps);
  if (value === '') return new Misfit(steps, 'must not be empty');
  if (value.includes('\0')) return new Misfit(steps, 'must not hold a NUL character');
  const [, name] = /^\$\{(\w+)\}$/.exec(value) ?? [];
  if (form.variables === true) return value;
  if (form.secret !== true && name !== undefined) {
    return new Misfit(steps, 'is a variable, which is allowed only for secrets', {
      hint: 'write the value itself; passwords and tokens may be "${NAME}"',
    });
  }
  const text = name === undefined ? value : variable(name);
  if (text === undefined || text === '') {
    return new Misfit(steps, `names the variable ${name ?? ''}, which is not set or is empty`, {
      hint: `set ${name ?? 'it'} in the environment of offhook serve`,
    });
  }
  const problem = form.check?.(text);
  if (problem === undefined) return text;
  return new Misfit(steps, problem, form.secret === true ? {} : { seen: seenOf(form, text) });
}

/** A text with a variable in it is not checked here, but by agent() when the agent starts. */
function readOption(form: OptionForm, value: unknown, steps: Steps): unknown {
  if (typeof value === 'string' && /\$\{\w+\}/.test(value)) return value;
  if (value === null) return misfit(form, value, steps);
  const problem = form.problemOf(value);
  if (problem === undefined) return value;
  const what = problem.what.replace(/^option "[^"]*" /, '');
  return new Misfit(steps, what, problem.hint === undefined ? {} : { hint: problem.hint });
}

function readList(
  form: Extract<Form, { kind: 'list' }>,
  value: unknown,
  steps: Steps,
  context: ReadContext,
): unknown {
  const isList = Array.isArray(value);
  if (!isList && (form.or_one !== true || !fitsType(form.of, value)))
    return misfit(form, value, steps);
  const list: readonly unknown[] = isList ? value : [value];
  if (list.length < (form.least ?? 0)) return new Misfit(steps, 'must not be empty');
  const items = list.map((one, index) =>
    read(form.of, one, isList ? [...steps, index] : steps, context),
  );
  return items.find((one) => one instanceof Misfit) ?? items;
}

function readMap(
  form: Extract<Form, { kind: 'map' }>,
  value: unknown,
  steps: Steps,
  context: ReadContext,
): unknown {
  if (!isObject(value)) return misfit(form, value, steps);
  const entries: [string, unknown][] = [];
  for (const [name, one] of Object.entries(value)) {
    if (form.name?.test(name) === false) {
      return new Misfit([...steps, name], form.names ?? 'is not a valid name', { isName: true });
    }
    const item = read(form.of, one, [...steps, name], context);
    if (item instanceof Misfit) return item;
    entries.push([name, item]);
  }
  return Object.fromEntries(entries);
}

/** The values of an object whose names are rows. */
export function readObject(
  rows: Rows,
  value: unknown,
  steps: Steps,
  context: ReadContext,
): Readonly<Record<string, unknown>> | Misfit {
  if (!isObject(value)) return misfit({ kind: 'object', rows }, value, steps);
  const entries: [string, unknown][] = [];
  for (const [name, one] of Object.entries(value)) {
    if (!Object.hasOwn(rows, name)) return unknownName(rows, name, steps);
    const row = rows[name];
    if (row === undefined) continue;
    const item = read(row.form, one, [...steps, name], context);
    if (item instanceof Misfit) return item;
    entries.push([name, item]);
  }
  for (const [name, { required, example, form }] of Object.entries(rows)) {
    if (required !== true || Object.hasOwn(value, name)) continue;
    // Behind the name of a secret outputs show no value at all, not even an example.
    const hint =
      form.kind === 'text' && form.secret === true
        ? `write ${JSON.stringify(example)} as its value, and set that variable`
        : `write "${name}": ${JSON.stringify(example)}`;
    return new Misfit(steps, `lacks "${name}"`, example === undefined ? {} : { hint });
  }
  return Object.fromEntries(entries);
}

function unknownName(rows: Rows, name: string, steps: Steps): Misfit {
  const names = Object.keys(rows);
  const near = nearest(name, names);
  const hint =
    near === undefined ? `the settings are ${names.join(', ')}` : `did you mean "${near}"?`;
  return new Misfit([...steps, name], 'is not a setting', { hint, isName: true });
}

function fitsType(form: Form, value: unknown): boolean {
  switch (form.kind) {
    case 'duration':
      return typeof value === 'string' || typeof value === 'number';
    case 'whole':
    case 'number':
      return typeof value === 'number';
    case 'yes':
      return typeof value === 'boolean';
    case 'text':
    case 'word':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value) || form.or_one === true;
    case 'map':
    case 'object':
      return isObject(value);
    case 'option':
      return true;
    case 'either':
      return form.forms.some((one) => fitsType(one, value));
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
