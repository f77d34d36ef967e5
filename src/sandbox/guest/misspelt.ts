/** A misspelt verb, getter or matcher is an error that names the nearest one, never `undefined`. */
import type { FunctionRow } from '../../schema/rows.js';
import { ask, callerStack } from './host.js';

/** What the language itself looks for on any object. */
const LOOKED_FOR: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor']);
const hasName = Reflect.has;
const read = Reflect.get;

/** Puts the guard behind the prototype of the class: reached for what the class does not have. */
export function guardNames(
  prototype: object,
  on: Exclude<FunctionRow['on'], 'global' | 'scenario'>,
): void {
  const guard = new Proxy(Object.create(Object.prototype) as object, {
    get(target, key, receiver) {
      const isOurs = typeof key === 'symbol' || LOOKED_FOR.has(key) || hasName(target, key);
      if (!isOurs) ask('check', { on, fn: key, args: [], stack: callerStack() });
      return read(target, key, receiver) as unknown;
    },
  });
  Object.setPrototypeOf(prototype, guard);
}
