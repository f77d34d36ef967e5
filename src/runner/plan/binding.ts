/**
 * What a scenario file is evaluated with: its variables and what it may touch. The files of settings are read
 * once per run, so that all attempts agree; a job is made of them when an attempt starts.
 */
import { dirname } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { ScenarioId } from '../../model/run-event.js';
import type { Policy } from '../../policy/policy.js';
import type { ScenarioJob, ScenarioLines } from '../../sandbox/protocol.js';
import type { ScenarioVariables, VariableLimits } from '../../settings/settings.js';
import { readRootOf, type ScenarioFile } from './files.js';

/** What a scenario file may touch, and the phone lines that it finds. */
interface FilePolicy {
  policy: Policy;
  lines?: ScenarioLines;
  warnings: readonly string[];
}

export interface BindingOptions {
  /** A file's path as people know it. */
  shownPath: (file: string) => string;
  /** Variables env() finds in a scenario file. */
  variables: (file: string, limits: VariableLimits) => ScenarioVariables;
  /** Variables of one attempt, such as the account of its user: nothing hides them. */
  attemptVariables?: (attempt: ScenarioId) => Readonly<Record<string, string>>;
  /** What a scenario file may touch. */
  policy: (file: string) => Promise<FilePolicy>;
}

export interface Binding {
  readonly policy: Policy;
  /** Warnings about the files of settings. */
  readonly warnings: readonly string[];
  /** The job that runs an attempt; without one, the job that collects the file. */
  job(attempt?: ScenarioId): ScenarioJob;
}

/** Reads the settings of a file. @throws OffhookError E_SETTINGS, E_SCENARIO_FILE */
export async function bindingOf(
  { path, linked }: ScenarioFile,
  options: BindingOptions,
): Promise<Binding> {
  const { policy, lines, warnings: ofPolicy } = await options.policy(path);
  const { rules, envPatterns, allowsEnv } = policy;
  const { untrusted } = rules;
  if (untrusted && linked) {
    throw new OffhookError(
      'E_SCENARIO_FILE',
      {
        subject: `file "${options.shownPath(path)}"`,
        what: 'not run',
        seen: 'reached by a symbolic link, which --untrusted does not follow',
      },
      { hint: 'name the file itself, or leave the link out' },
    );
  }
  const project = readRootOf(path);
  const variables = options.variables(path, { allows: allowsEnv, untrusted, project });
  const { env, fixedEnv, warnings: ofVariables } = variables;
  const collecting: ScenarioJob = {
    file: path,
    // A project file or package.json above an untrusted scenario was not put there for it, so it does not widen the root.
    readRoot: untrusted ? dirname(path) : project,
    allowRead: rules.read,
    env,
    fixedEnv,
    ...(lines === undefined ? {} : { lines }),
    ...(envPatterns === undefined || rules.env === undefined
      ? {}
      : { allowEnv: { patterns: envPatterns, origin: rules.env.origin } }),
  };
  return {
    policy,
    warnings: [...ofPolicy, ...ofVariables],
    job: (attempt) => {
      const own = attempt === undefined ? undefined : options.attemptVariables?.(attempt);
      return own === undefined ? collecting : { ...collecting, fixedEnv: { ...fixedEnv, ...own } };
    },
  };
}
