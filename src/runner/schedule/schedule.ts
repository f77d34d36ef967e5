/** When and how often scenarios run. A schedule knows no thread and no report: it asks for attempts. */
import type { PlannedFile, PlannedScenario } from '../plan/collect.js';
import type { ScenarioResult } from '../scenario/scenario.js';

/** Runs a scenario once, as soon as a thread is free. Attempts of a scenario count from 1. */
export type Attempt = (
  file: PlannedFile,
  scenario: PlannedScenario,
  attempt: number,
) => Promise<ScenarioResult>;

/** Resolves when the last attempt has ended. `stop`: aborted when no other attempt is to begin. */
export type Schedule = (
  files: readonly PlannedFile[],
  attempt: Attempt,
  stop: AbortSignal,
) => Promise<void>;

/** One scenario after another, each once, in the order of the files. */
export const serial: Schedule = async (files, attempt, stop) => {
  for (const file of files) {
    for (const scenario of file.scenarios) {
      if (stop.aborted) return;
      await attempt(file, scenario, 1);
    }
  }
};
