/** What a scenario's failures make of it, and what the verdicts make of the run. */
import { EXIT, errorKind } from '../../errors.js';
import type { Counts, Failure, Verdict } from '../../model/run-event.js';

/** The first failure decides: what comes after it is usually its consequence. */
export function verdictOf(failures: readonly Failure[], skipped: boolean): Verdict {
  const first = failures[0];
  if (first === undefined) return skipped ? 'skipped' : 'passed';
  return errorKind(first.code) === 'failed' ? 'failed' : 'errored';
}

/** 0 all passed; 1 a scenario failed; 2 its files; 3 the environment; 70 our bug (the worst of all). */
export function exitCodeOf(
  counts: Counts,
  errors: readonly Failure[],
  interrupted: boolean,
): number {
  if (interrupted) return EXIT.interrupted;
  if (errors.some((error) => errorKind(error.code) === 'internal')) return EXIT.internal;
  if (counts.failed > 0) return EXIT.failed;
  if (counts.errored === 0) return EXIT.passed;
  const isOnlyUsage = errors.every((error) => errorKind(error.code) === 'usage');
  return isOnlyUsage ? EXIT.usage : EXIT.environment;
}

export function noCounts(): Counts {
  return { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };
}
