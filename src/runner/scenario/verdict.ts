/** What a scenario's failures make of it. */
import { errorKind } from '../../errors.js';
import type { Failure, Verdict } from '../../model/run-event.js';

/** The first failure decides: what comes after it is usually its consequence. */
export function verdictOf(
  failures: readonly Failure[],
  skipped: boolean,
): Exclude<Verdict, 'flaky'> {
  const first = failures[0];
  if (first === undefined) return skipped ? 'skipped' : 'passed';
  return errorKind(first.code) === 'failed' ? 'failed' : 'errored';
}
