/** The results of a run by scenario: the attempts of a scenario that was run again are one result. */
import type { Failure, FilePart, RunEvent, ScenarioId, Verdict } from '../model/run-event.js';

export interface AttemptResult {
  scenario: ScenarioId;
  /** Run time at which it began, in ms. */
  startedAt: number;
  ms: number;
  /** "unfinished": the run broke off before its end. */
  verdict: Verdict | 'unfinished';
  skipReason?: string;
  failures: readonly Failure[];
}

/** The attempt that counts, with those before it: all of them failed, oldest first. */
export interface ScenarioResult extends AttemptResult {
  earlier: readonly AttemptResult[];
}

type Finished = Extract<RunEvent, { type: 'scenario_finished' | 'file_part_finished' }>;

export class Results {
  readonly #running = new Map<string, { scenario: ScenarioId; startedAt: number }>();
  readonly #attempts = new Map<string, AttemptResult[]>();
  #isRepeated = false;
  #lastAt = 0;
  /** Every setup_file and teardown_file that has failed: they are no scenarios, but the run fails with them. */
  readonly failedParts: FilePart[] = [];

  on(event: RunEvent): void {
    this.#lastAt = event.at;
    if (event.type === 'run_started') this.#isRepeated = event.repeat !== undefined;
    else if (event.type === 'scenario_started' || event.type === 'file_part_started') {
      const { scenario, at } = event;
      this.#running.set(scenario.id, { scenario, startedAt: at });
    } else if (event.type === 'scenario_finished') this.#finished(event);
    else if (event.type === 'file_part_finished') this.#partFinished(event);
  }

  /** What a finished attempt makes of its scenario so far. */
  of(scenario: ScenarioId): ScenarioResult | undefined {
    return joined(this.#attempts.get(this.#key(scenario)) ?? []);
  }

  /** @returns the results in the order of the files, whatever finished first; scenarios that still run are unfinished */
  all(): readonly ScenarioResult[] {
    const attempts = new Map(this.#attempts);
    for (const { scenario, startedAt } of this.#running.values()) {
      const ms = Math.max(0, this.#lastAt - startedAt);
      const cut: AttemptResult = { scenario, startedAt, ms, verdict: 'unfinished', failures: [] };
      const key = this.#key(scenario);
      attempts.set(key, [...(attempts.get(key) ?? []), cut]);
    }
    return [...attempts.values()]
      .flatMap((some) => joined(some) ?? [])
      .sort((a, b) => a.scenario.order - b.scenario.order || byAttempt(a, b));
  }

  /** What runs once per file is a result only where it failed. */
  #partFinished(event: Extract<RunEvent, { type: 'file_part_finished' }>): void {
    if (event.failures.length > 0) {
      this.failedParts.push(event.part);
      this.#finished(event);
    } else this.#running.delete(event.scenario.id);
  }

  #finished({ scenario, verdict, at, ms, failures, skip_reason }: Finished): void {
    const startedAt = this.#running.get(scenario.id)?.startedAt ?? at - ms;
    this.#running.delete(scenario.id);
    const key = this.#key(scenario);
    const reason = skip_reason === undefined ? {} : { skipReason: skip_reason };
    const result = { scenario, startedAt, ms, verdict, failures, ...reason };
    this.#attempts.set(key, [...(this.#attempts.get(key) ?? []), result]);
  }

  /** @returns a key that is the same for attempts of one result; with --repeat every attempt is a result of its own */
  #key({ key, attempt }: ScenarioId): string {
    return this.#isRepeated ? `${key}\n${attempt}` : key;
  }
}

function joined(attempts: readonly AttemptResult[]): ScenarioResult | undefined {
  const sorted = [...attempts].sort(byAttempt);
  const last = sorted.at(-1);
  return last === undefined ? undefined : { ...last, earlier: sorted.slice(0, -1) };
}

function byAttempt(a: AttemptResult, b: AttemptResult): number {
  return a.scenario.attempt - b.scenario.attempt;
}

/** Whether the verdict makes a run red. */
export function isBad(verdict: AttemptResult['verdict']): boolean {
  return verdict === 'failed' || verdict === 'errored' || verdict === 'unfinished';
}
