/** The part of a request that `run`, `list` and `check` share, as options of a plan. */
import { secretValues } from '../model/secret-names.js';
import { makePolicy } from '../policy/policy.js';
import { oneLine } from '../story/printable.js';
import { shownPath } from '../report/text.js';
import { byKey, byList, bySlowness } from '../runner/plan/choices.js';
import type { Choice } from '../runner/plan/select.js';
import type { PlanOptions } from '../runner/plan/plan.js';
import type { Secrets } from '../secrets/secrets.js';
import { secretsOfLines, type LinesData } from '../settings/lines.js';
import { policySettings } from '../settings/policy-settings.js';
import { scenarioVariables } from '../settings/settings.js';
import { readLastRun, type LastRun } from './last-run.js';
import type { ScriptRequest } from './request.js';

type Variables = Readonly<Record<string, string>>;

const EVERYTHING = { scenario: [], tag: [], excludeTag: [] };
const SLOWEST = 10;

interface Around {
  /** Variables of the server that was started. */
  lab?: Variables;
  /** The results of earlier runs, where the caller has read them already. */
  known?: LastRun;
}

/** @throws OffhookError E_USAGE, E_SETTINGS */
export function planOptions(
  request: ScriptRequest,
  secrets: Secrets,
  { lab = {}, known = lastRunOf(request) }: Around = {},
): PlanOptions {
  const { paths, cwd, environment, attemptVariables, forbidOnly, onlyChanged, among } = request;
  const rulesOf = policySettings({ flags: request.policy ?? {}, variables: environment, cwd });
  const { set = [], envFiles = [] } = request;
  const variablesOf = scenarioVariables({ set, envFiles, environment, lab, cwd });
  /** Phone lines by scenario file, kept because their passwords may come from variables that are not named like secrets. */
  const linesOf = new Map<string, LinesData>();
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
    filters: { ...(request.filters ?? EVERYTHING), choices: choicesOf(request, known) },
    tookMs: (key) => known.get(key)?.ms,
    ...(request.shard === undefined ? {} : { shard: request.shard }),
    ...(forbidOnly === undefined ? {} : { forbidOnly }),
    ...(onlyChanged === undefined ? {} : { onlyChanged }),
    ...(among === undefined ? {} : { among }),
    envFiles,
    variables: (file, limits) => {
      const variables = variablesOf(file, limits);
      noted(variables.fixedEnv);
      noted(variables.env);
      const all = { ...variables.env, ...variables.fixedEnv };
      secrets.note(secretsOfLines(linesOf.get(file) ?? {}, all));
      return variables;
    },
    ...(attemptVariables === undefined
      ? {}
      : { attemptVariables: (attempt) => noted(attemptVariables(attempt)) }),
    policy: async (file) => {
      const { rules, lines, warnings } = await rulesOf(file);
      if (lines !== undefined && 'data' in lines) linesOf.set(file, lines.data);
      return { policy: makePolicy(rules), warnings, ...(lines === undefined ? {} : { lines }) };
    },
  };
}

/** Reads the results of earlier runs; there are none without a file. */
export function lastRunOf({ lastRun }: ScriptRequest): LastRun {
  return lastRun === undefined ? new Map() : readLastRun(lastRun);
}

function choicesOf({ last, testList }: ScriptRequest, known: LastRun): readonly Choice[] {
  const choices: Choice[] = [];
  if (testList !== undefined) choices.push(byList(testList.words, testList.text, oneLine));
  if (last?.kind === 'slow') {
    choices.push(bySlowness(last.words, SLOWEST, (key) => known.get(key)?.ms));
  } else if (last !== undefined) {
    const { keys, nothing } = lastKeys(last.kind, known);
    choices.push(byKey(last.words, keys, nothing));
  }
  return choices;
}

function lastKeys(
  kind: 'failed' | 'flaky',
  known: LastRun,
): { keys: ReadonlySet<string>; nothing: string } {
  const all = [...known];
  const verdicts = kind === 'flaky' ? ['flaky'] : ['failed', 'errored', 'flaky'];
  const keys = all.filter(([, { verdict }]) => verdicts.includes(verdict)).map(([key]) => key);
  const what = kind === 'flaky' ? 'was flaky' : 'failed or was flaky';
  return { keys: new Set(keys), nothing: `none of these ${what} when it last ran` };
}
