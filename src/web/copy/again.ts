import type { ScenarioId } from '../../model/run-event.js';
import { rerunCommand } from '../../story/rerun-command.js';
import { page } from '../state/page.js';

/** The command that runs the scenario of an attempt again. */
export function againCommand(scenario: ScenarioId): string {
  return rerunCommand(scenario, page.again);
}
