/** Runs what is once per file, setup_file or teardown_file: like a scenario, but it counts as none. */
import type { FilePart } from '../../model/run-event.js';
import type { Failure } from '../../model/run-event.js';
import { takeLocks } from './run-scenario.js';
import { ScenarioRun, type ScenarioServices, type ScenarioTask } from './scenario.js';
import { verdictOf } from './verdict.js';

export type FilePartTask = Pick<ScenarioTask, 'id' | 'job' | 'policy' | 'timeoutMs'>;

export interface FilePartResult {
  verdict: 'passed' | 'failed' | 'errored' | 'skipped';
  failures: readonly Failure[];
  skipReason?: string;
  /** What setup_file has returned: plain data. */
  value?: unknown;
}

/** Runs setup_file or teardown_file of a file. Never rejects. */
export async function runFilePart(
  task: FilePartTask,
  part: FilePart,
  services: ScenarioServices,
): Promise<FilePartResult> {
  const { emit, now, locks } = services;
  const began = now();
  emit({ type: 'file_part_started', at: began, scenario: task.id, part });
  // Scenarios wait for this part, so it never begins anew, whoever holds the locks it needs.
  locks.acted();
  const job = { ...task.job, part };
  const run = new ScenarioRun({ ...task, job, isRetry: false, mayRetry: false }, services);
  const outcome = await run.execute(await takeLocks(services));
  const failures = run.failures(outcome);
  const verdict = verdictOf(failures, outcome.skipped !== undefined);
  const reason = outcome.skipped?.reason;
  emit({
    type: 'file_part_finished',
    at: now(),
    scenario: task.id,
    part,
    verdict,
    ms: now() - began - run.keptMs,
    ...(reason === undefined ? {} : { skip_reason: reason }),
    failures,
  });
  return {
    verdict,
    failures,
    value: outcome.fileValue,
    ...(reason === undefined ? {} : { skipReason: reason }),
  };
}
