/** From paths to what will run: finds the files, collects each one in the sandbox, then selects. */
import { basename, dirname } from 'node:path';
import { OffhookError } from '../errors.js';
import type { Policy } from '../policy/policy.js';
import type { DeclaredScenario, ScenarioJob } from '../sandbox/protocol.js';
import type { ScenarioThread } from '../sandbox/scenario-thread.js';
import type { ScenarioVariables, VariableLimits } from '../settings/settings.js';
import { findScenarioFiles, readRootOf, type ScenarioFile } from './files.js';
import { selectScenarios, type Filters } from './select.js';

export interface PlanOptions {
  paths: readonly string[];
  cwd: string;
  /** A file's path as people know it. */
  shownPath: (file: string) => string;
  filters: Filters;
  /** Also the single scenarios that a folder holds: to look at them, not to run them. */
  keepSingles?: boolean;
  /** What env() finds in a scenario file. */
  variables: (file: string, limits: VariableLimits) => ScenarioVariables;
  /** What a scenario file may touch. */
  policy: (file: string) => { policy: Policy; warnings: readonly string[] };
}

export interface Plan {
  selected: readonly PlannedScenario[];
  files: number;
  /** Single-scenario files a folder held: run them by naming them. */
  leftOut: readonly string[];
  warnings: readonly string[];
}

interface CollectedFile {
  job: ScenarioJob;
  policy: Policy;
  /** As shown to people. */
  shown: string;
  single: boolean;
  scenarios: readonly PlannedScenario[];
}

export interface PlannedScenario {
  job: ScenarioJob;
  policy: Policy;
  shown: string;
  name: string;
  tags: readonly string[];
  only: boolean;
  skip?: string;
  /** Undefined for a file that is a scenario itself. */
  declared?: DeclaredScenario;
}

interface FileToCollect {
  job: ScenarioJob;
  policy: Policy;
  shown: string;
}

interface CollectResult {
  files: readonly CollectedFile[];
  errors: readonly OffhookError[];
}

/** Every file is collected, so that all broken ones are told at once. */
async function collectFiles(
  files: readonly FileToCollect[],
  thread: ScenarioThread,
): Promise<CollectResult> {
  const collected: CollectedFile[] = [];
  const errors: OffhookError[] = [];
  for (const file of files) {
    try {
      const { single, scenarios } = await thread.collect(file.job);
      const planned = single
        ? [singleScenario(file)]
        : scenarios.map((one) => suiteScenario(file, one));
      collected.push({ ...file, single, scenarios: planned });
    } catch (error) {
      errors.push(error as OffhookError);
    }
  }
  return { files: collected, errors };
}

function singleScenario({ job, policy, shown }: FileToCollect): PlannedScenario {
  const name = basename(shown).replace(/\.m?js$/, '');
  return { job, policy, shown, name, tags: [], only: false };
}

function suiteScenario(
  { job, policy, shown }: FileToCollect,
  declared: DeclaredScenario,
): PlannedScenario {
  const { name, tags, only, skip } = declared;
  return {
    job,
    policy,
    shown,
    name,
    tags,
    only,
    declared,
    ...(skip === undefined ? {} : { skip }),
  };
}

/** Finds, collects and selects. @throws OffhookError for anything that makes the plan unsure. */
export async function planRun(options: PlanOptions, thread: ScenarioThread): Promise<Plan> {
  const found = await findScenarioFiles(options.paths, { cwd: options.cwd });
  const warned = new Set<string>();
  const toCollect = found.map((file) => {
    const { policy, warnings: ownWarnings } = options.policy(file.path);
    for (const text of ownWarnings) warned.add(text);
    return {
      shown: options.shownPath(file.path),
      viaFolder: file.viaFolder,
      policy,
      job: jobOf(options, file, policy, warned),
    };
  });
  const { files, errors } = await collectFiles(toCollect, thread);
  throwAll(errors, options.shownPath);
  const fromFolder = new Set(toCollect.filter((one) => one.viaFolder).map((one) => one.job.file));
  const leftOut = files.filter(
    (one) => one.single && fromFolder.has(one.job.file) && options.keepSingles !== true,
  );
  const kept = files.filter((one) => !leftOut.includes(one));
  if (kept.length === 0) throw nothingButSingles(leftOut.map((one) => one.shown));
  const all = kept.flatMap((one) =>
    one.scenarios.map((scenario) => ({ ...scenario, file: one.shown })),
  );
  const { selected, warnings } = await selectScenarios(all, options.filters);
  return {
    selected,
    files: new Set(selected.map((one) => one.shown)).size,
    leftOut: leftOut.map((one) => one.shown),
    warnings: [...warned, ...warnings],
  };
}

function jobOf(
  options: PlanOptions,
  file: ScenarioFile,
  policy: Policy,
  warned: Set<string>,
): ScenarioJob {
  const { rules, envPatterns, allowsEnv } = policy;
  const { untrusted } = rules;
  const { path, linked } = file;
  if (untrusted && linked) {
    throw new OffhookError(
      'E_SCENARIO_FILE',
      `file "${options.shownPath(path)}": not run: reached by a symbolic link, which --untrusted does not follow`,
      { hint: 'name the file itself, or leave the link out' },
    );
  }
  const project = readRootOf(path);
  const { env, fixedEnv, warnings } = options.variables(path, {
    allows: allowsEnv,
    untrusted,
    project,
  });
  for (const text of warnings) warned.add(text);
  return {
    file: path,
    // A marker above an untrusted scenario was not put there for it.
    readRoot: untrusted ? dirname(path) : project,
    allowRead: rules.read,
    env,
    fixedEnv,
    ...(envPatterns === undefined || rules.env === undefined
      ? {}
      : { allowEnv: { patterns: envPatterns, origin: rules.env.origin } }),
  };
}

/** All broken files in one error, so that nobody mends them one run at a time. */
function throwAll(errors: readonly OffhookError[], shownPath: PlanOptions['shownPath']): void {
  const [first, ...others] = errors;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const texts = errors.map((error) => {
    const { at, hint } = error.details;
    const place = at === undefined ? '' : ` (${shownPath(at.file)}:${at.line}:${at.column})`;
    return `\n  ${error.message}${place}${hint === undefined ? '' : `\n    hint: ${hint}`}`;
  });
  throw new OffhookError(
    first.code,
    `${errors.length} scenario files are not right:${texts.join('')}`,
  );
}

function nothingButSingles(leftOut: readonly string[]): OffhookError {
  return new OffhookError(
    'E_NO_SCENARIO',
    `nothing to run: the folder has no suite file, only single scenarios: ${leftOut.join(', ')}`,
    { hint: 'name these files themselves, or give them a scenario()' },
  );
}
