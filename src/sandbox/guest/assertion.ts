/** `assert(value)` and its matchers. Outside of conditions every outcome is recorded on the thread. */
import type { MatcherName } from '../../schema/matchers.js';
import { ask, callerStack } from './host.js';
import { failure } from './failure.js';
import { guardNames } from './misspelt.js';
import { equal, includesFields, show } from './show.js';
import { inCondition } from './world.js';

interface Check {
  matcher: string;
  ok: boolean;
  expected?: string;
  stack: string;
}

class Assertion<T> implements Readonly<Record<MatcherName, unknown>> {
  readonly #value: T;
  #label: string | undefined;

  constructor(value: T) {
    this.#value = value;
  }

  /** Says whether it held; throws when not. In a condition a passing check costs no message. */
  #settle(check: Check): this {
    const record = !inCondition();
    if (check.ok && !record) return this;
    const actual = show(this.#value);
    const { label } = ask('assertion', {
      ok: check.ok,
      label: this.#label,
      matcher: check.matcher,
      expected: check.expected,
      actual,
      stack: check.stack,
      record,
    }) as { label: string };
    if (check.ok) return this;
    const wanted = [words(check.matcher), check.expected].filter((part) => part !== undefined);
    throw failure({
      code: 'E_ASSERT',
      message: `${label}: does not hold: ${wanted.join(' ')}: was ${actual}`,
      label,
      expected: wanted.join(' '),
      actual,
    });
  }

  #bounded(
    matcher: string,
    args: unknown[],
    holds: (value: number, bound: number) => boolean,
  ): this {
    const stack = callerStack();
    ask('check', { on: 'Assertion', fn: matcher, args, stack });
    const bound = args[0] as number;
    const value: unknown = this.#value;
    const ok = typeof value === 'number' && holds(value, bound);
    return this.#settle({ matcher, ok, expected: show(bound), stack });
  }

  equals(...args: unknown[]): this {
    const stack = callerStack();
    return this.#settle({
      matcher: 'equals',
      ok: equal(this.#value, args[0]),
      expected: show(args[0]),
      stack,
    });
  }
  not_equals(...args: unknown[]): this {
    const stack = callerStack();
    return this.#settle({
      matcher: 'not_equals',
      ok: !equal(this.#value, args[0]),
      expected: show(args[0]),
      stack,
    });
  }
  is_true(): this {
    return this.#settle({
      matcher: 'is_true',
      ok: this.#value === true,
      stack: callerStack(),
    });
  }
  is_false(): this {
    return this.#settle({
      matcher: 'is_false',
      ok: this.#value === false,
      stack: callerStack(),
    });
  }
  is_present(): this {
    const ok = this.#value !== undefined && this.#value !== null;
    return this.#settle({ matcher: 'is_present', ok, stack: callerStack() });
  }
  is_absent(): this {
    const ok = this.#value === undefined || this.#value === null;
    return this.#settle({ matcher: 'is_absent', ok, stack: callerStack() });
  }
  is_empty(): this {
    return this.#settle({
      matcher: 'is_empty',
      ok: size(this.#value) === 0,
      stack: callerStack(),
    });
  }
  is_not_empty(): this {
    const ok = (size(this.#value) ?? 0) > 0;
    return this.#settle({ matcher: 'is_not_empty', ok, stack: callerStack() });
  }
  contains(...args: unknown[]): this {
    const stack = callerStack();
    const ok = holds(this.#value, args[0]);
    return this.#settle({
      matcher: 'contains',
      ok,
      expected: show(args[0]),
      stack,
    });
  }
  matches(...args: unknown[]): this {
    const stack = callerStack();
    ask('check', { on: 'Assertion', fn: 'matches', args, stack });
    const pattern = new RegExp(args[0] as RegExp | string);
    const value: unknown = this.#value;
    const ok = typeof value === 'string' && pattern.test(value);
    return this.#settle({
      matcher: 'matches',
      ok,
      expected: show(pattern),
      stack,
    });
  }
  greater_than(...args: unknown[]): this {
    return this.#bounded('greater_than', args, (value, bound) => value > bound);
  }
  less_than(...args: unknown[]): this {
    return this.#bounded('less_than', args, (value, bound) => value < bound);
  }
  at_least(...args: unknown[]): this {
    return this.#bounded('at_least', args, (value, bound) => value >= bound);
  }
  at_most(...args: unknown[]): this {
    return this.#bounded('at_most', args, (value, bound) => value <= bound);
  }
  describe(...args: unknown[]): this {
    ask('check', {
      on: 'Assertion',
      fn: 'describe',
      args,
      stack: callerStack(),
    });
    this.#label = args[0] as string;
    return this;
  }
  value(): T {
    return this.#value;
  }
}

Reflect.deleteProperty(Assertion.prototype, 'constructor');
guardNames(Assertion.prototype, 'Assertion');
Object.freeze(Assertion.prototype);

export function assert(...args: unknown[]): Assertion<unknown> {
  if (args.length !== 1) ask('check', { on: 'global', fn: 'assert', args, stack: callerStack() });
  const assertion = new Assertion(args[0]);
  Object.freeze(assertion);
  return assertion;
}

function words(matcher: string): string {
  return matcher.replaceAll('_', ' ');
}

function size(value: unknown): number | undefined {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : undefined;
}

function holds(whole: unknown, part: unknown): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  if (Array.isArray(whole) || whole instanceof Set) {
    return [...(whole as Iterable<unknown>)].some(
      (item) =>
        equal(item, part) || (isObject(item) && isObject(part) && includesFields(item, part)),
    );
  }
  return isObject(whole) && isObject(part) && includesFields(whole, part);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
