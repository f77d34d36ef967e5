/** A misspelt verb, getter, matcher or constant is an error that names what was meant, never `undefined`. */
import { said } from '../../errors.js';
import type { FunctionRow } from '../../schema/rows.js';
import { failure } from './failure.js';
import { ask, callerStack } from './host.js';

/** What the language itself looks for on any object. */
const LOOKED_FOR: ReadonlySet<string> = new Set(['then', 'toJSON', 'constructor']);
const hasName = Reflect.has;
const read = Reflect.get;

/**
 * Puts a guard behind the prototype of the class; only names that the class does not have reach it.
 * @param missed is called with the object before the error is thrown
 */
export function guardNames(
  prototype: object,
  on: Exclude<FunctionRow['on'], 'global' | 'scenario'>,
  missed: (receiver: unknown) => void = () => undefined,
): void {
  const guard = new Proxy(Object.create(Object.prototype) as object, {
    get(target, key, receiver) {
      const isOurs = typeof key === 'symbol' || LOOKED_FOR.has(key) || hasName(target, key);
      if (!isOurs) {
        missed(receiver);
        ask('check', { on, fn: key, args: [], stack: callerStack() });
      }
      return read(target, key, receiver) as unknown;
    },
  });
  Object.setPrototypeOf(prototype, guard);
}

/** Constants whose values are their names; reading an unknown constant is an error. */
export function constants<Name extends string>(
  subject: string,
  names: readonly Name[],
): Readonly<Record<Name, Name>> {
  const guard = new Proxy(Object.create(Object.prototype) as object, {
    get(target, key, receiver) {
      if (typeof key !== 'symbol' && !LOOKED_FOR.has(key) && !hasName(target, key)) {
        throw failure({
          code: 'E_ARGUMENT',
          ...said({ subject, what: `there is no "${key.slice(0, 100)}"` }),
          hint: `use one of ${names.join(', ')}`,
        });
      }
      return read(target, key, receiver) as unknown;
    },
  });
  const own = Object.fromEntries(names.map((name) => [name, name])) as Record<Name, Name>;
  return Object.freeze(Object.setPrototypeOf(own, guard) as Record<Name, Name>);
}
