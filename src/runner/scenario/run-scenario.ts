/** Runs one scenario: takes its locks, has it carried out, and judges it. */
import { toErrorData } from '../../errors.js';
import type { Failure, Verdict } from '../../model/run-event.js';
import { ScenarioRun, type ScenarioServices, type ScenarioTask } from './scenario.js';
import { verdictOf } from './verdict.js';

export interface ScenarioResult {
  verdict: Verdict;
  failures: readonly Failure[];
  /** Another attempt follows, and counts instead. */
  isRetried: boolean;
  /** A retry is pointless, because it would end in the same way. */
  isFinal?: true;
}

/** Returns `restart` if the scenario has done nothing and must begin anew, with that lock taken beforehand. */
export async function runScenario(
  task: ScenarioTask,
  services: ScenarioServices,
): Promise<ScenarioResult | { restart: string }> {
  const { emit, now, interrupted } = services;
  const scenario = task.id.id;
  emit({ type: 'scenario_started', at: now(), scenario: task.id });
  const refused = await takeLocks(services);
  const began = now();
  const run = new ScenarioRun(task, services);
  const outcome = await run.execute(refused);
  if (run.restart !== undefined) {
    emit({ type: 'scenario_restarted', at: now(), scenario, reason: run.restart.message });
    return { restart: run.restart.lock };
  }
  const failures = run.failures(outcome);
  const passed = task.isRetry ? 'flaky' : 'passed';
  const judged = verdictOf(failures, outcome.skipped !== undefined);
  const verdict = judged === 'passed' ? passed : judged;
  const isRetried = failures.length > 0 && task.mayRetry && !interrupted.aborted;
  if (services.metrics) {
    for (const metric of run.metrics.result()) {
      emit({ type: 'metric', at: now(), scenario, ...metric });
    }
  }
  emit({
    type: 'scenario_finished',
    at: now(),
    scenario: task.id,
    verdict,
    ms: now() - began - run.keptMs,
    ...(outcome.skipped === undefined ? {} : { skip_reason: outcome.skipped.reason }),
    failures,
    ...(isRetried ? { retried: true } : {}),
  });
  return { verdict, failures, isRetried };
}

/** Takes the locks the scenario begins with. @returns why it did not get them */
export async function takeLocks({
  locks,
  interrupted,
}: ScenarioServices): Promise<Failure | undefined> {
  const giveUp = (): void => {
    locks.giveUp();
  };
  interrupted.addEventListener('abort', giveUp, { once: true });
  try {
    await locks.begin();
    return undefined;
  } catch (thrown) {
    return { ...toErrorData(thrown), phase: 'load' };
  } finally {
    interrupted.removeEventListener('abort', giveUp);
  }
}
