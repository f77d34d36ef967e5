/** The small global functions: steps, logs, variables. */
import { ask, callerStack } from './host.js';
import { apply, promiseThen } from './primordials.js';
import { showForLog } from './assert/show.js';
import { inCondition, noteTimely } from './world.js';

let depth = 0;

export function step(...args: unknown[]): unknown {
  ask('check', { on: 'global', fn: 'step', args, stack: callerStack() });
  const name = args[0] as string;
  const finish = (ok: boolean): void => {
    depth -= 1;
    ask('note', { type: 'step_finished', name, depth, ok });
  };
  ask('note', { type: 'step_started', name, depth });
  depth += 1;
  let value: unknown;
  try {
    value = (args[1] as () => unknown)();
  } catch (thrown) {
    finish(false);
    throw thrown;
  }
  if (!(value instanceof Promise)) {
    finish(true);
    return value;
  }
  return apply(promiseThen, value, [
    (result: unknown) => {
      finish(true);
      return result;
    },
    (thrown: unknown) => {
      finish(false);
      throw thrown;
    },
  ]);
}

export function log(...args: unknown[]): void {
  ask('log', { text: args.map(showForLog).join(' '), stack: callerStack() });
}

export function skip(...args: unknown[]): never {
  const stack = callerStack();
  ask('check', { on: 'global', fn: 'skip', args, stack });
  ask('skip', { reason: args[0] ?? '', in_condition: inCondition(), stack });
  throw new Error('skipped');
}

export function uuid(): string {
  noteTimely();
  return ask('uuid', {}) as string;
}

export function env(...args: unknown[]): string {
  const stack = callerStack();
  ask('check', { on: 'global', fn: 'env', args, stack });
  return ask('env', { name: args[0], default: args[1], stack }) as string;
}

export function load_env(...args: unknown[]): Readonly<Record<string, string>> {
  const stack = callerStack();
  ask('check', { on: 'global', fn: 'load_env', args, stack });
  return Object.freeze(ask('load_env', { path: args[0], stack }) as Record<string, string>);
}

export function file_text(...args: unknown[]): string {
  return read('file_text', args) as string;
}

export function file_json(...args: unknown[]): unknown {
  return read('file_json', args);
}

function read(operation: 'file_text' | 'file_json', args: unknown[]): unknown {
  const stack = callerStack();
  noteTimely();
  ask('check', { on: 'global', fn: operation, args, stack });
  return ask(operation, { path: args[0], stack });
}
