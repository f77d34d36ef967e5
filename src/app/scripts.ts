/** The part of a request that `run`, `list` and `check` share, as options of a plan. */
import { secretValues } from '../model/secret-names.js';
import { makePolicy } from '../policy/policy.js';
import { shownPath } from '../report/text.js';
import type { PlanOptions } from '../runner/plan/plan.js';
import type { Secrets } from '../secrets/secrets.js';
import { policySettings } from '../settings/policy-settings.js';
import { scenarioVariables } from '../settings/settings.js';
import type { ScriptRequest } from './request.js';

type Variables = Readonly<Record<string, string>>;

const EVERYTHING = { scenario: [], tag: [], excludeTag: [] };

/** @param lab variables of the server that was started. @throws OffhookError E_USAGE, E_SETTINGS */
export function planOptions(
  request: ScriptRequest,
  secrets: Secrets,
  lab: Variables = {},
): PlanOptions {
  const { paths, cwd, environment, attemptVariables, forbidOnly, onlyChanged, among } = request;
  const rulesOf = policySettings({ flags: request.policy ?? {}, variables: environment, cwd });
  const { set = [], envFiles = [] } = request;
  const variablesOf = scenarioVariables({ set, envFiles, environment, lab, cwd });
  /** Masks the secrets among the variables from the moment a scenario could read them. */
  const noted = (variables: Variables): Variables => {
    secrets.note(secretValues(variables));
    return variables;
  };
  return {
    paths,
    cwd,
    shownPath: (file) => shownPath(file, cwd),
    allFiles: request.allFiles === true,
    named: (names) => {
      secrets.spare(names);
    },
    filters: request.filters ?? EVERYTHING,
    ...(forbidOnly === undefined ? {} : { forbidOnly }),
    ...(onlyChanged === undefined ? {} : { onlyChanged }),
    ...(among === undefined ? {} : { among }),
    envFiles,
    variables: (file, limits) => {
      const variables = variablesOf(file, limits);
      noted(variables.fixedEnv);
      noted(variables.env);
      return variables;
    },
    ...(attemptVariables === undefined
      ? {}
      : { attemptVariables: (attempt) => noted(attemptVariables(attempt)) }),
    policy: (file) => {
      const { rules, warnings } = rulesOf(file);
      return { policy: makePolicy(rules), warnings };
    },
  };
}
