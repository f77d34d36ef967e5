/** Suites: what a file declares, and the parts of a scenario the thread runs one after another. */
import type { Collected, DeclaredScenario } from '../protocol.js';
import { durationMs, type Duration } from '../../time.js';
import { ask, callerStack } from './host.js';
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
/** Of all scenarios of the file. */
let common: Options | undefined;
let setupBody: Body | undefined;
let teardownBody: Body | undefined;
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

function declaration({ name, options }: Declared, ordinal: number): DeclaredScenario {
  const { skip = false, only = false, timeout, retries } = { ...common, ...options };
  const locks = both(common?.locks, options.locks);
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

export function setup(...args: unknown[]): void {
  ask('check', { on: 'global', fn: 'setup', args, stack: callerStack() });
  if (setupBody !== undefined) {
    throw structure('setup(): used twice in this file', 'put both parts into one function');
  }
  setupBody = args[0] as Body;
}

export function teardown(...args: unknown[]): void {
  ask('check', { on: 'global', fn: 'teardown', args, stack: callerStack() });
  if (teardownBody !== undefined) {
    throw structure('teardown(): used twice in this file', 'put both parts into one function');
  }
  teardownBody = args[0] as Body;
}

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
  if (declared.length === 0 && setupBody !== undefined) {
    throw structure(
      'setup(): this file has no scenario(), so it would never run',
      'call its content at the top level, or declare a scenario()',
    );
  }
  const wanted = ordinal === undefined ? declared : declared.slice(ordinal, ordinal + 1);
  const scenarios = wanted.map((one, index) => declaration(one, ordinal ?? index));
  return JSON.stringify({
    single: declared.length === 0,
    setup: setupBody !== undefined,
    teardown: teardownBody !== undefined,
    scenarios,
  } satisfies Collected);
}

function beginPhase(): void {
  allowed = false;
  leaveConditions();
  leaveParallel();
  resetScope();
}

export async function runSetup(): Promise<void> {
  beginPhase();
  context = await setupBody?.();
}

export async function runBody(ordinal: number): Promise<void> {
  beginPhase();
  await declared[ordinal]?.run(context);
}

export async function runTeardown(): Promise<void> {
  beginPhase();
  await teardownBody?.(context);
}
