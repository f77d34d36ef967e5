/** Suites: what a file declares, and the parts of a scenario the thread runs one after another. */
import type { FilePart } from '../../model/run-event.js';
import type { Collected, DeclaredScenario } from '../protocol.js';
import { durationMs, type Duration } from '../../time.js';
import { frozen } from './agent/audio.js';
import { ask, callerStack } from './host.js';
import { refuseUnlessPlain } from './plain.js';
import { failure } from './failure.js';
import { show } from './assert/show.js';
import { resetScope } from './assert/assertion-scope.js';
import { leaveParallel } from './agent/verbs.js';
import { leaveConditions } from './world.js';

interface Options {
  tags?: readonly string[];
  skip?: boolean | string;
  only?: boolean;
  timeout?: Duration;
  retries?: number;
  locks?: readonly string[];
}

type Body = (...context: unknown[]) => unknown;

interface Declared {
  name: string;
  options: Options;
  run: Body;
}

const declared: Declared[] = [];
/** The names in `declared`, to find one quickly: a file may declare thousands of scenarios. */
const names = new Set<string>();
/** The options that all scenarios of the file share. */
let common: Options | undefined;
/** Functions that a file may have only one of. */
const bodies: Partial<Record<'setup' | 'teardown' | FilePart, Body>> = {};
let context: unknown;

function structure(message: string, hint: string): Error {
  return failure({ code: 'E_SCRIPT_STRUCTURE', message, hint });
}

function declare(name: string, options: Options, run: Body): void {
  if (names.has(name)) {
    throw structure(
      `scenario(): "${name}" is declared twice in this file`,
      'give each scenario a name of its own',
    );
  }
  names.add(name);
  declared.push({ name, options, run });
}

/** Locks that every scenario of the file takes, because the top level asked for them. */
const everybodys: string[] = [];

export function lockAll(locks: readonly string[]): void {
  everybodys.push(...locks);
}

function declaration({ name, options }: Declared, ordinal: number): DeclaredScenario {
  const { skip = false, only = false, timeout, retries } = { ...common, ...options };
  const locks = both([...everybodys, ...(common?.locks ?? [])], options.locks);
  return {
    ordinal,
    name,
    tags: both(common?.tags, options.tags),
    only,
    ...(skip === false ? {} : { skip: skip === true ? '' : skip }),
    ...(timeout === undefined ? {} : { timeout_ms: durationMs(timeout) }),
    ...(retries === undefined ? {} : { retries }),
    ...(locks.length === 0 ? {} : { locks }),
  };
}

function both(ofSuite: readonly string[] = [], own: readonly string[] = []): readonly string[] {
  return [...ofSuite, ...own.filter((one) => !ofSuite.includes(one))];
}

/** Splits arguments into name, options and body. The thread checks them against their row. */
function threeOf(args: readonly unknown[]): [string, Options, Body] {
  const [name, second, third] = args;
  return third === undefined && typeof second === 'function'
    ? [name as string, {}, second as Body]
    : [name as string, second ?? {}, third as Body];
}

function checkDeclaration(args: readonly unknown[]): [string, Options, Body] {
  const [name, options, body] = threeOf(args);
  const stack = callerStack();
  const given = args.length < 3 && typeof args[1] === 'function' ? [name, undefined, body] : args;
  ask('check', { on: 'global', fn: 'scenario', args: given, stack });
  allowed = true;
  return [name, options, body];
}

/**
 * Whether the thread has allowed a declaration: it then allows each one until the first phase runs. A file with a
 * thousand scenarios is evaluated once for each of them, so plain declarations are not sent to be checked again.
 */
let allowed = false;
const NO_OPTIONS: Options = {};

function declareScenario(...args: unknown[]): void {
  if (allowed && args.length === 2) {
    const name = args[0];
    const body = args[1];
    if (typeof name === 'string' && name !== '' && typeof body === 'function') {
      declare(name, NO_OPTIONS, body as Body);
      return;
    }
  }
  const [name, options, body] = checkDeclaration(args);
  declare(name, options, body);
}

function each(...args: unknown[]): (...rest: unknown[]) => void {
  ask('check', { on: 'scenario', fn: 'each', args, stack: callerStack() });
  const rows = [...(args[0] as readonly unknown[])];
  return (...rest: unknown[]) => {
    const [template, options, body] = checkDeclaration(rest);
    rows.forEach((row, index) => {
      const name = rowName(template, row, index);
      declare(name, options, (setupValue) => body(row, setupValue));
    });
  };
}

/** `$key` stands for a field of the row, `$row` for the row; a template without either gets a number. */
function rowName(template: string, row: unknown, index: number): string {
  if (!/\$\w/.test(template)) return `${template} #${index + 1}`;
  return template.replace(/\$(\w+)/g, (whole, key: string) => {
    if (key === 'row') return bare(row);
    const fields = (typeof row === 'object' && row !== null ? row : {}) as Record<string, unknown>;
    return Object.hasOwn(fields, key) ? bare(fields[key]) : whole;
  });
}

function bare(value: unknown): string {
  return typeof value === 'string' ? value : show(value);
}

export const scenario = Object.freeze(
  Object.assign(declareScenario, { each: Object.freeze(each) }),
);

export function suite(...args: unknown[]): void {
  ask('check', { on: 'global', fn: 'suite', args, stack: callerStack() });
  if (common !== undefined) {
    throw structure('suite(): used twice in this file', 'put both into one call');
  }
  common = args[0] as Options;
}

function onceFunction(name: keyof typeof bodies): (...args: unknown[]) => void {
  return (...args) => {
    ask('check', { on: 'global', fn: name, args, stack: callerStack() });
    if (bodies[name] !== undefined) {
      throw structure(`${name}(): used twice in this file`, 'put both parts into one function');
    }
    bodies[name] = args[0] as Body;
  };
}

export const setup = onceFunction('setup');
export const teardown = onceFunction('teardown');
export const setup_file = onceFunction('setup_file');
export const teardown_file = onceFunction('teardown_file');

/**
 * Collected as JSON: all scenarios, or the scenario with that ordinal.
 * @throws E_SCRIPT_STRUCTURE for a setup that no scenario would ever use.
 */
export function collected(ordinal?: number): string {
  if (declared.length === 0 && common !== undefined) {
    throw structure(
      'suite(): this file has no scenario()',
      'declare its scenarios with scenario(), or leave suite() out',
    );
  }
  for (const name of ['setup', 'setup_file', 'teardown_file'] as const) {
    if (declared.length > 0 || bodies[name] === undefined) continue;
    throw structure(
      `${name}(): this file has no scenario(), so it would never run`,
      'call its content at the top level, or declare a scenario()',
    );
  }
  const wanted = ordinal === undefined ? declared : declared.slice(ordinal, ordinal + 1);
  const scenarios = wanted.map((one, index) => declaration(one, ordinal ?? index));
  return JSON.stringify({
    single: declared.length === 0,
    setup: bodies.setup !== undefined,
    teardown: bodies.teardown !== undefined,
    setupFile: bodies.setup_file !== undefined,
    teardownFile: bodies.teardown_file !== undefined,
    scenarios,
  } satisfies Collected);
}

function beginPhase(): void {
  allowed = false;
  leaveConditions();
  leaveParallel();
  resetScope();
}

/** The value that setup_file returned in another VM: a copy, frozen, because nobody would see a change of it. */
function fileValue(): unknown {
  return bodies.setup_file === undefined ? undefined : frozen(ask('file_value', {}));
}

export async function runSetup(): Promise<void> {
  beginPhase();
  context = await bodies.setup?.(fileValue());
}

export async function runBody(ordinal: number): Promise<void> {
  beginPhase();
  if (bodies.setup === undefined) context = fileValue();
  await declared[ordinal]?.run(context);
}

export async function runTeardown(): Promise<void> {
  beginPhase();
  await bodies.teardown?.(context);
}

export async function runSetupFile(): Promise<void> {
  beginPhase();
  const value = await bodies.setup_file?.();
  refuseUnlessPlain(value, 'setup_file()');
  ask('set_file_value', { value });
}

export async function runTeardownFile(): Promise<void> {
  beginPhase();
  await bodies.teardown_file?.(fileValue());
}
