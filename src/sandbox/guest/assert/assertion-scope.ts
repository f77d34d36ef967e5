/**
 * Outcomes of the assertions of one part of a script. A phase, each evaluation of a condition and each
 * call of a responder are parts of their own: an `assert()` that no matcher has followed by the end of its
 * part has tested nothing, and fails.
 */
import type { ErrorData } from '../../../errors.js';
import { ask, callerStack } from '../host.js';

/** An assert() that no matcher has followed so far. */
export interface OpenAssertion {
  readonly value: unknown;
  /** Where assert() was called; undefined where a stack would cost too much. */
  readonly stack: string | undefined;
  readonly scope: AssertionScope;
}

export interface AssertionScope {
  readonly open: Set<OpenAssertion>;
  /** Whether `assert()` notes where it was called: a stack costs more than the assertion itself. */
  readonly isLocated: boolean;
  /** How many matchers held, and how many did not. */
  held: number;
  failed: number;
}

/** Most open assertions kept: a loop must not fill the memory, and the first ones say enough. */
const MOST_OPEN = 20;

let current = newScope(true);

function newScope(isLocated: boolean): AssertionScope {
  return { open: new Set(), isLocated, held: 0, failed: 0 };
}

/** Begins a part of the script; returns the scope of the part around it, for `leaveScope`. */
export function enterScope({ isLocated = true } = {}): AssertionScope {
  const outer = current;
  current = newScope(isLocated);
  return outer;
}

/** Ends the part; returns what its assertions have come to. */
export function leaveScope(outer: AssertionScope): AssertionScope {
  const left = current;
  current = outer;
  return left;
}

/** A phase begins: an interrupt of the one before may have left its scopes behind. */
export function resetScope(): void {
  current = newScope(true);
}

export function isLocated(): boolean {
  return current.isLocated;
}

/** An assertion without a matcher, until `closeAssertion`. */
export function openAssertion(value: unknown, stack: string | undefined): OpenAssertion {
  const assertion = { value, stack, scope: current };
  if (current.open.size < MOST_OPEN) current.open.add(assertion);
  return assertion;
}

/** A matcher follows. */
export function closeAssertion(assertion: OpenAssertion): void {
  assertion.scope.open.delete(assertion);
}

export function noteOutcome(held: boolean): void {
  if (held) current.held += 1;
  else current.failed += 1;
}

/**
 * The error of the first assertion of the scope that no matcher has followed, if there is one. All these assertions are recorded
 * on the thread, and fail the scenario whatever the script does with the error.
 */
export function withoutMatcher({ open }: AssertionScope): ErrorData | undefined {
  const errors = [...open].map(
    ({ value, stack = callerStack() }) =>
      ask('no_matcher', { value_type: typeof value, stack }) as ErrorData,
  );
  open.clear();
  return errors[0];
}

/** Called by the thread at the end of a phase. */
export function endPhase(): void {
  withoutMatcher(current);
}
