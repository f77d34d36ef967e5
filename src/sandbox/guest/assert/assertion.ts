/** `assert(value)` and its matchers. Outside of conditions every outcome is recorded on the thread. */
import type { MatcherName } from '../../../schema/matchers.js';
import { ask, callerStack } from '../host.js';
import { failure } from '../failure.js';
import { lateHint } from './late.js';
import { guardNames } from '../misspelt.js';
import {
  closeAssertion,
  enterScope,
  isLocated,
  leaveScope,
  noteOutcome,
  openAssertion,
  type OpenAssertion,
} from './assertion-scope.js';
import { inRange, isAbout, listed, toleranceOf, upsideDown } from './numbers.js';
import { equal, includesFields, show, sidesOf } from './show.js';
import * as world from '../world.js';
import { inCondition } from '../world.js';

interface Check {
  matcher: string;
  ok: boolean;
  /** The arguments, where the matcher has any: shown only when that is needed. */
  args?: readonly unknown[];
  /** How messages word several of them; `args` stand for themselves otherwise. */
  worded?: Worded;
}

interface Worded {
  /** What is shown of what was expected. */
  values: readonly unknown[];
  words: (shown: readonly string[]) => string;
}

class Assertion<T> implements Readonly<Record<MatcherName, unknown>> {
  readonly #asserted: T;
  readonly #open: OpenAssertion;
  #label: string | undefined;

  constructor(value: T, stack: string | undefined) {
    this.#asserted = value;
    this.#open = openAssertion(value, stack);
  }

  /** The value, for a matcher. */
  get #value(): T {
    closeAssertion(this.#open);
    return this.#asserted;
  }

  /**
   * Records whether the check held; throws when not. In a condition, evaluated often, a check that held makes no message.
   */
  #settle({ matcher, ok, args = [], worded }: Check): this {
    noteOutcome(ok);
    const record = !inCondition();
    if (ok && !record) return this;
    const value = this.#value;
    const { actual, expected } = texts(value, worded ?? { values: args, words: listed }, ok);
    const sides = ok || args.length === 0 ? undefined : sidesOf(args[0], value, matcher);
    const stack = record ? callerStack() : '';
    const hint = ok || !record ? undefined : this.#lateHint(matcher, args, stack);
    const label = record
      ? (ask('assertion', {
          ok,
          label: this.#label,
          matcher,
          expected,
          actual,
          sides,
          hint,
          stack,
        }) as string)
      : this.#label;
    if (ok) return this;
    const wanted = [words(matcher), expected].filter((part) => part !== undefined).join(' ');
    const brief = `${label ?? 'the value'}: does not hold`;
    throw failure({
      code: 'E_ASSERT',
      message: `${brief}: ${wanted}: was ${actual}`,
      brief,
      ...(label === undefined ? {} : { label }),
      expected: wanted,
      actual,
      ...(sides === undefined ? {} : { sides }),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Whether the assertion comes true in a moment: then `await_until` was meant. */
  #lateHint(matcher: string, args: readonly unknown[], stack: string): string | undefined {
    const claim = `${matcher}(${args.map((one) => show(one)).join(', ')})`;
    return lateHint({ stack, label: this.#label, claim }, (value) => {
      // The result of this second look is not an outcome of the script.
      const outer = enterScope();
      try {
        const again = new Assertion(value, stack) as unknown as Record<
          string,
          (...args: unknown[]) => unknown
        >;
        world.evaluate(() => again[matcher]?.(...args));
        return true;
      } catch {
        // It does not hold yet.
        return false;
      } finally {
        leaveScope(outer);
      }
    });
  }

  #bounded(
    matcher: string,
    args: unknown[],
    holds: (value: number, bound: number) => boolean,
  ): this {
    const value: unknown = this.#value;
    ask('check', { on: 'Assertion', fn: matcher, args, stack: callerStack() });
    const bound = args[0] as number;
    const ok = typeof value === 'number' && holds(value, bound);
    return this.#settle({ matcher, ok, args: [bound] });
  }

  equals(...args: unknown[]): this {
    const ok = equal(this.#value, args[0]);
    return this.#settle({ matcher: 'equals', ok, args: [args[0]] });
  }
  not_equals(...args: unknown[]): this {
    const ok = !equal(this.#value, args[0]);
    return this.#settle({ matcher: 'not_equals', ok, args: [args[0]] });
  }
  is_one_of(...args: unknown[]): this {
    const value = this.#value;
    ask('check', { on: 'Assertion', fn: 'is_one_of', args, stack: callerStack() });
    const ok = (args[0] as readonly unknown[]).some((one) => equal(value, one));
    return this.#settle({ matcher: 'is_one_of', ok, args: [args[0]] });
  }
  is_true(): this {
    return this.#settle({ matcher: 'is_true', ok: this.#value === true });
  }
  is_false(): this {
    return this.#settle({ matcher: 'is_false', ok: this.#value === false });
  }
  is_present(): this {
    const ok = this.#value !== undefined && this.#value !== null;
    return this.#settle({ matcher: 'is_present', ok });
  }
  is_absent(): this {
    const ok = this.#value === undefined || this.#value === null;
    return this.#settle({ matcher: 'is_absent', ok });
  }
  is_empty(): this {
    return this.#settle({ matcher: 'is_empty', ok: size(this.#value) === 0 });
  }
  is_not_empty(): this {
    return this.#settle({ matcher: 'is_not_empty', ok: (size(this.#value) ?? 0) > 0 });
  }
  contains(...args: unknown[]): this {
    const ok = holds(this.#value, args[0]);
    return this.#settle({ matcher: 'contains', ok, args: [args[0]] });
  }
  matches(...args: unknown[]): this {
    const value: unknown = this.#value;
    ask('check', { on: 'Assertion', fn: 'matches', args, stack: callerStack() });
    const pattern = new RegExp(args[0] as RegExp | string);
    const ok = typeof value === 'string' && pattern.test(value);
    return this.#settle({ matcher: 'matches', ok, args: [pattern] });
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
  between(...args: unknown[]): this {
    const value: unknown = this.#value;
    ask('check', { on: 'Assertion', fn: 'between', args, stack: callerStack() });
    const [low, high] = args as [number, number];
    if (low > high) throw upsideDown(low, high);
    const ok = typeof value === 'number' && value >= low && value <= high;
    const worded = { values: [low, high], words: inRange };
    return this.#settle({ matcher: 'between', ok, args: [low, high], worded });
  }
  about(...args: unknown[]): this {
    const value: unknown = this.#value;
    ask('check', { on: 'Assertion', fn: 'about', args, stack: callerStack() });
    const [expected, tolerance] = args as [number, number | string];
    const most = toleranceOf(expected, tolerance);
    const ok = typeof value === 'number' && isAbout(value, expected, most);
    const worded = {
      values: [expected, expected - most, expected + most],
      words: ([middle, low, high]: readonly string[]) =>
        `${middle}, tolerance ${tolerance} (${low} to ${high})`,
    };
    return this.#settle({ matcher: 'about', ok, args: [expected, tolerance], worded });
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
    return this.#asserted;
  }

  static follow(value: unknown): void {
    if (typeof value === 'object' && value !== null && #open in value)
      closeAssertion((value as Assertion<unknown>).#open);
  }

  /** What a value asserts about, where it is an assertion; in brackets, for it may be undefined. */
  static about(value: unknown): readonly [unknown] | undefined {
    return typeof value === 'object' && value !== null && #asserted in value
      ? [(value as Assertion<unknown>).#asserted]
      : undefined;
  }
}

Reflect.deleteProperty(Assertion.prototype, 'constructor');
// A matcher that does not exist is one error, not two: the assertion does not count as left without one.
guardNames(Assertion.prototype, 'Assertion', Assertion.follow.bind(undefined));
Object.freeze(Assertion.prototype);

export const assertedValue = Assertion.about.bind(undefined);

export function assert(...args: unknown[]): Assertion<unknown> {
  if (args.length !== 1) ask('check', { on: 'global', fn: 'assert', args, stack: callerStack() });
  const assertion = new Assertion(args[0], isLocated() ? callerStack() : undefined);
  Object.freeze(assertion);
  return assertion;
}

/** Both sides as text; numbers exact where they differ only in digits that are rounded away. */
function texts(
  value: unknown,
  { values, words: join }: Worded,
  ok: boolean,
): { actual: string; expected?: string } {
  const actual = show(value);
  if (values.length === 0) return { actual };
  const shown = values.map((one) => show(one));
  if (ok || !shown.includes(actual)) return { actual, expected: join(shown) };
  return {
    actual: show(value, { exact: true }),
    expected: join(values.map((one) => show(one, { exact: true }))),
  };
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
