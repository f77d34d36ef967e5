/** One attempt of a planned scenario: binds it to variables, policy and a thread, and runs it. */
import type { ScenarioId } from '../../model/run-event.js';
import { attemptOf } from '../identity.js';
import type { ErroredFile, PlannedScenario } from '../plan/collect.js';
import { runScenario, type ScenarioResult, type ScenarioServices } from '../scenario/scenario.js';
import type { Attempt } from './schedule.js';
import type { ThreadPool } from './threads.js';

export type AttemptServices = Omit<ScenarioServices, 'thread'>;

export interface AttemptOptions {
  threads: ThreadPool;
  /** Limit of a scenario that sets none itself. */
  timeoutMs: number;
  teardownMs: number;
  services: AttemptServices;
}

export function attempts({ threads, timeoutMs, teardownMs, services }: AttemptOptions): Attempt {
  return (file, planned, attempt) => {
    const id = attemptOf(planned, attempt);
    if (planned.failed !== undefined || planned.skip !== undefined) {
      return Promise.resolve(withoutRunning(id, planned, services));
    }
    const { declared } = planned;
    return threads.use((thread) => {
      const scenario = declared === undefined ? {} : { scenario: declared };
      return runScenario(
        {
          id,
          job: { ...file.binding.job(id), ...scenario, teardown_ms: teardownMs },
          policy: file.binding.policy,
          timeoutMs: declared?.timeout_ms ?? timeoutMs,
        },
        { ...services, thread },
      );
    });
  };
}

/** A file that could not be collected stands for all the scenarios it may hold. */
export function reportErrored(
  { order, shown, name, error }: ErroredFile,
  services: AttemptServices,
): ScenarioResult {
  const id = attemptOf({ key: shown, order, file: shown, name, tags: [] }, 1);
  return emitBoth(id, { verdict: 'errored', failures: [error.failure] }, services);
}

/** A scenario that is skipped, or that failed already while its file was collected. */
function withoutRunning(
  id: ScenarioId,
  { failed, skip }: PlannedScenario,
  services: AttemptServices,
): ScenarioResult {
  if (failed !== undefined)
    return emitBoth(id, { verdict: 'failed', failures: [failed] }, services);
  return emitBoth(id, { verdict: 'skipped', failures: [] }, services, skip);
}

function emitBoth(
  scenario: ScenarioId,
  result: ScenarioResult,
  { emit, now }: AttemptServices,
  skipped?: string,
): ScenarioResult {
  const at = now();
  const reason = skipped === undefined ? {} : { skip_reason: skipped };
  emit({ type: 'scenario_started', at, scenario });
  emit({ type: 'scenario_finished', at, scenario, ...result, ms: 0, ...reason });
  return result;
}
