/** The flags that several commands share, as options of the runner. */
import type { PlanOptions } from '../runner/plan/plan.js';
import { secretValues } from '../model/secret-names.js';
import { makePolicy } from '../policy/policy.js';
import { shownPath } from '../report/text.js';
import { policySettings, type PolicyFlags } from '../settings/policy-settings.js';
import { scenarioVariables, type VariableSources } from '../settings/settings.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';
import { secrets } from './print.js';

export interface SelectionFlags extends PolicyFlags {
  scenario: readonly string[];
  tag: readonly string[];
  excludeTag: readonly string[];
  envFile: readonly string[];
  set: readonly string[];
  allFiles?: boolean;
}

export function planOptions(
  paths: readonly string[],
  flags: SelectionFlags,
  environment: ProcessEnvironment,
  labVariables: Readonly<Record<string, string>>,
): PlanOptions {
  const { variables, cwd } = environment;
  const rulesOf = policySettings({ flags, variables, cwd });
  return {
    paths,
    cwd,
    shownPath: (file) => shownPath(file, cwd),
    allFiles: flags.allFiles === true,
    named: (names) => {
      secrets.spare(names);
    },
    filters: { scenario: flags.scenario, tag: flags.tag, excludeTag: flags.excludeTag },
    variables: notingSecrets({
      set: flags.set,
      envFiles: flags.envFile,
      environment: variables,
      lab: labVariables,
      cwd,
    }),
    policy: (file) => {
      const { rules, warnings } = rulesOf(file);
      return { policy: makePolicy(rules), warnings };
    },
  };
}

/** Masks the secrets among the variables from the moment a scenario could read them. */
function notingSecrets(sources: VariableSources): PlanOptions['variables'] {
  const variablesOf = scenarioVariables(sources);
  return (file, limits) => {
    const variables = variablesOf(file, limits);
    secrets.note(secretValues(variables.fixedEnv));
    secrets.note(secretValues(variables.env));
    return variables;
  };
}
