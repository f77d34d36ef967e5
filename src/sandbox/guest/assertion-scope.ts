/**
 * What the assertions of one part of a script have come to. A phase, each evaluation of a condition and each
 * call of a responder are parts of their own: an `assert()` that no matcher has followed by the end of its
 * part has tested nothing, and fails.
 */
import type { ErrorData } from '../../errors.js';
import { ask } from './host.js';

/** An assert() that no matcher has followed so far. */
interface OpenAssertion {
  value: unknown;
  /** Where assert() was called. */
  stack: string;
}

interface AssertionScope {
  readonly open: Set<OpenAssertion>;
  /** How many matchers held, and how many did not. */
  held: number;
  failed: number;
}

/** A loop of them must not fill the memory: the first ones tell enough. */
const MOST_OPEN = 20;

let current = newScope();

function newScope(): AssertionScope {
  return { open: new Set(), held: 0, failed: 0 };
}

/** Begins a part of the script; returns the scope of the part around it, for `leaveScope`. */
export function enterScope(): AssertionScope {
  const outer = current;
  current = newScope();
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
  current = newScope();
}

/** @returns what a matcher calls first: from then on the assertion is no longer open. */
export function openAssertion(value: unknown, stack: string): () => void {
  const { open } = current;
  const assertion = { value, stack };
  if (open.size < MOST_OPEN) open.add(assertion);
  return () => open.delete(assertion);
}

export function noteOutcome(held: boolean): void {
  if (held) current.held += 1;
  else current.failed += 1;
}

/**
 * The error of the first assertion of the scope that no matcher has followed, if there is such a one. All of
 * them are recorded on the thread, and fail the scenario whatever the script does with the error.
 */
export function withoutMatcher({ open }: AssertionScope): ErrorData | undefined {
  const errors = [...open].map(
    ({ value, stack }) => ask('no_matcher', { value_type: typeof value, stack }) as ErrorData,
  );
  open.clear();
  return errors[0];
}

/** For the thread, at the end of a phase. */
export function endPhase(): void {
  withoutMatcher(current);
}
