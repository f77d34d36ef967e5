/** Evaluates a condition once, and refuses results that prove nothing. */
import { type ErrorCode, type ErrorData, said } from '../../../errors.js';
import type { BegunWait, WaitName } from '../../guest-protocol.js';
import { assertedValue } from '../assert/assertion.js';
import {
  enterScope,
  leaveScope,
  withoutMatcher,
  type AssertionScope,
} from '../assert/assertion-scope.js';
import { failure, failureData } from '../failure.js';
import { apply, functionText } from '../primordials.js';
import { show } from '../assert/show.js';
import * as world from '../world.js';

/** Outcome of one evaluation: a value, or the reason for "not yet". */
export type Evaluation = { passed: true; value: unknown } | { passed: false; seen: Seen };

/**
 * Reason for "not yet": a failed assertion with its stack, a request without an answer, or a value as text.
 */
export type Seen =
  | { assertion: ErrorData; stack: string }
  | { noAnswer: ErrorData }
  /** `mute`: it was undefined, and the condition called no matcher. */
  | { value: string; mute: boolean };

/** How messages call a condition: its label where it has one, else its source text. */
type Called = Pick<BegunWait, 'what' | 'label'>;

/** The server may still be starting: to ask again later is what a condition is for. */
const NO_ANSWER: ReadonlySet<ErrorCode> = new Set(['E_HTTP', 'E_HTTP_TIMEOUT']);

/**
 * Evaluates the condition once. @param called its label or source text, for messages.
 * @throws E_CONDITION, E_ASSERT_NO_MATCHER, and whatever else it throws
 */
export function evaluateOnce(fn: WaitName, called: Called, condition: () => unknown): Evaluation {
  let value: unknown;
  let seen: Seen | undefined;
  const outer = enterScope({ isLocated: false });
  let scope = outer;
  try {
    value = world.evaluate(condition);
  } catch (thrown) {
    seen = notYet(thrown);
    if (seen === undefined) throw thrown;
  } finally {
    scope = leaveScope(outer);
  }
  if (scope.open.size > 0) failWithoutMatcher(condition, scope);
  if (seen !== undefined) return { passed: false, seen };
  refusePromise(fn, value);
  const asserted = scope.held > 0 && scope.failed === 0;
  if (!asserted) refuseAlwaysTrue(fn, called, value);
  // A returned assertion counts by the outcome of its matchers, not as a value that is always true.
  const about = assertedValue(value);
  const isSilent = about !== undefined || !isTruthy(value);
  const isNo = value === false || value === null;
  if (!isNo && (asserted || !isSilent)) return { passed: true, value };
  const mute = value === undefined && scope.held + scope.failed === 0;
  return { passed: false, seen: { value: show(about === undefined ? value : about[0]), mute } };
}

/** Evaluates the condition once more to find out where the assertions stand that no matcher followed. */
function failWithoutMatcher(condition: () => unknown, first: AssertionScope): void {
  const outer = enterScope();
  let again = outer;
  try {
    world.evaluate(condition);
  } catch {
    // An error of this second evaluation is not an outcome.
  } finally {
    again = leaveScope(outer);
  }
  const error = withoutMatcher(again) ?? withoutMatcher(first);
  if (error !== undefined) throw failure(error);
}

function notYet(thrown: unknown): Seen | undefined {
  const error = failureData(thrown);
  if (error === undefined) return undefined;
  if (error.code === 'E_ASSERT') {
    return { assertion: error, stack: (thrown as Error).stack ?? '' };
  }
  return NO_ANSWER.has(error.code) ? { noAnswer: error } : undefined;
}

/** JavaScript decides what is true: false null undefined 0 -0 0n NaN '' are not. */
function isTruthy(value: unknown): boolean {
  return Boolean(value);
}

function refusePromise(fn: WaitName, value: unknown): void {
  if (!(value instanceof Promise)) return;
  throw failure({
    code: 'E_CONDITION',
    ...said({
      subject: `${fn}()`,
      what: 'the condition returned a promise',
      seen: 'a promise cannot be evaluated again',
    }),
    hint: 'make the condition a plain function: all verbs and getters are synchronous',
  });
}

/** Values that cannot be anything but true, so that a condition which returns them tests nothing. */
function refuseAlwaysTrue(fn: WaitName, { what, label }: Called, value: unknown): void {
  const kind = typeof value;
  if (value === '' || (kind !== 'string' && kind !== 'function' && kind !== 'symbol')) return;
  const isShort = label === undefined && !/^\{|\.\.\.$/.test(what);
  const subject = isShort ? what : 'value';
  const seen = kind === 'string' ? `the text ${show(value)}` : `a ${kind}`;
  throw failure({
    code: 'E_CONDITION',
    ...said({
      subject: `${fn}()`,
      what,
      seen: `returned ${seen} and asserted nothing: a ${kind === 'string' ? 'text' : kind} is always true`,
    }),
    hint:
      kind === 'function'
        ? `call it: ${subject}()`
        : `compare it, as in assert(${subject}).equals(expected)`,
  });
}

/** `{ ... }` without a word of `return` or `assert`: such a function says nothing, whatever happens. */
export function isMuteBody(condition: () => unknown): boolean {
  const text = sourceOf(condition);
  return hasBlockBody(text) && !/\b(return|assert|native code)\b/.test(text);
}

/** @returns the hint about braces without `return`, for a condition that was `undefined` each time. A plain expression may be undefined for long, and gets no hint. */
export function bracesHint(condition: () => unknown): { hint?: string } {
  if (!hasBlockBody(sourceOf(condition))) return {};
  return {
    hint: 'a condition in braces needs return, or an assertion: () => bob.calls.length > 0, or () => { return bob.calls.length > 0; }',
  };
}

export function sourceOf(condition: () => unknown): string {
  return apply(functionText, condition, []);
}

/** Whether the function is written with braces around its statements. */
function hasBlockBody(text: string): boolean {
  return /^[^=]*=>\s*\{/.test(text) || !/^\s*(\(|[\w$]+\s*=>)/.test(text);
}
