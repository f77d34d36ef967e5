/** What the scenarios of a run made of it: counts and the exit code. Keeps no failure. */
import { EXIT, errorKind } from '../../errors.js';
import type { Counts } from '../../model/run-event.js';
import type { ScenarioResult } from '../scenario/run-scenario.js';

export class Tally {
  readonly counts: Counts = { passed: 0, failed: 0, errored: 0, skipped: 0, flaky: 0 };
  readonly #failOnFlaky: boolean;
  #failedParts = 0;
  #erroredParts = 0;
  readonly #kinds = new Set<ReturnType<typeof errorKind>>();

  constructor(failOnFlaky = false) {
    this.#failOnFlaky = failOnFlaky;
  }

  /** An attempt that another one follows does not count. */
  add({ verdict, failures, isRetried }: ScenarioResult): void {
    if (isRetried) return;
    this.counts[verdict] += 1;
    for (const { code } of failures) this.#kinds.add(errorKind(code));
  }

  /** Adds a setup_file or teardown_file. It does not count as a scenario, but the run fails with it. */
  addPart({ failures }: Pick<ScenarioResult, 'failures'>): void {
    for (const { code } of failures) {
      this.#kinds.add(errorKind(code));
      if (errorKind(code) === 'failed') this.#failedParts += 1;
      else this.#erroredParts += 1;
    }
  }

  /** 130 interrupted; else 70 our bug; else 1 a scenario failed; else 3 the environment, or 2 only usage; else 0 (1 if flaky fails). */
  exit(interrupted: boolean): number {
    if (interrupted) return EXIT.interrupted;
    if (this.#kinds.has('internal')) return EXIT.internal;
    if (this.counts.failed + this.#failedParts > 0) return EXIT.failed;
    if (this.counts.errored + this.#erroredParts > 0) {
      return [...this.#kinds].every((kind) => kind === 'usage') ? EXIT.usage : EXIT.environment;
    }
    return this.#failOnFlaky && this.counts.flaky > 0 ? EXIT.failed : EXIT.passed;
  }
}
