/** The flags that several commands share, as options of the runner. */
import type { PlanOptions } from '../runner/plan.js';
import { scenarioVariables } from '../settings/settings.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';

export interface SelectionFlags {
  scenario: readonly string[];
  tag: readonly string[];
  excludeTag: readonly string[];
  envFile: readonly string[];
  set: readonly string[];
}

export function planOptions(
  paths: readonly string[],
  flags: SelectionFlags,
  environment: ProcessEnvironment,
  labVariables: Readonly<Record<string, string>>,
): PlanOptions {
  return {
    paths,
    cwd: environment.cwd,
    filters: { scenario: flags.scenario, tag: flags.tag, excludeTag: flags.excludeTag },
    variables: scenarioVariables({
      set: flags.set,
      envFiles: flags.envFile,
      environment: environment.variables,
      lab: labVariables,
      cwd: environment.cwd,
    }),
  };
}
