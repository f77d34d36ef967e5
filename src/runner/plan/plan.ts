/** Plans a run: finds the files, collects each one in the sandbox, then selects scenarios. */
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { Failure } from '../../model/run-event.js';
import type { Policy } from '../../policy/policy.js';
import type { Collected, DeclaredScenario, ScenarioJob } from '../../sandbox/protocol.js';
import { CollectError, type ScenarioThread } from '../../sandbox/host/scenario-thread.js';
import type { ScenarioVariables, VariableLimits } from '../../settings/settings.js';
import { findScenarioFiles, readRootOf, type ScenarioFile } from './files.js';
import { refuseOnly, selectScenarios, type Filters } from './select.js';

export interface PlanOptions {
  paths: readonly string[];
  cwd: string;
  /** A file's path as people know it. */
  shownPath: (file: string) => string;
  filters: Filters;
  /** Whether single-scenario files of folders run, too. */
  allFiles?: boolean;
  /** What forbids the option `only`: "--forbid-only"; false allows it also under --untrusted. */
  forbidOnly?: string | false;
  /**
   * Called with the names that reports show unmasked: of files, and of scenarios as their files write them.
   */
  named?: (names: readonly string[]) => void;
  /** Variables env() finds in a scenario file. */
  variables: (file: string, limits: VariableLimits) => ScenarioVariables;
  /** What a scenario file may touch. */
  policy: (file: string) => { policy: Policy; warnings: readonly string[] };
}

export interface Plan {
  selected: readonly PlannedScenario[];
  files: number;
  /** Files of a folder that could not be collected: their scenarios are unknown. */
  errored: readonly ErroredFile[];
  leftOut: readonly LeftOut[];
  warnings: readonly string[];
}

/** `single`: a single-scenario file of a folder; `filter`, `only`: left out by a filter or the option. */
export interface LeftOut {
  scenario: Pick<PlannedScenario, 'shown' | 'name' | 'tags'>;
  why: 'single' | 'filter' | 'only';
  /** The reason in words. */
  reason: string;
}

export interface ErroredFile {
  shown: string;
  /** The file's base name. */
  name: string;
  error: CollectError;
}

interface CollectedFile extends FileToCollect {
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
  /** Set when the scenario failed already while it was collected. */
  failed?: Failure;
}

interface FileToCollect {
  job: ScenarioJob;
  policy: Policy;
  /** The path as shown to people. */
  shown: string;
  viaFolder: boolean;
}

interface CollectResult {
  files: readonly CollectedFile[];
  /** Single-scenario files of folders. */
  singles: readonly CollectedFile[];
  errored: readonly ErroredFile[];
}

/**
 * Collects every file, so that all broken ones are reported at once. @throws the errors of files that were
 * named: nothing runs then
 */
async function collectFiles(
  toCollect: readonly FileToCollect[],
  options: PlanOptions,
  thread: ScenarioThread,
): Promise<CollectResult> {
  const files: CollectedFile[] = [];
  const singles: CollectedFile[] = [];
  const errored: ErroredFile[] = [];
  const named: OffhookError[] = [];
  for (const file of toCollect) {
    try {
      const { single, scenarios, topLevel } = await thread.collect(file.job);
      if (!single) files.push({ ...file, scenarios: scenarios.map((one) => planned(file, one)) });
      else if (isToRun(file, topLevel)) {
        const isLeftOut = file.viaFolder && options.allFiles !== true;
        const failed =
          topLevel?.how === 'failed' && topLevel.isFinal ? topLevel.failure : undefined;
        const scenario = { ...planned(file), ...(failed === undefined ? {} : { failed }) };
        (isLeftOut ? singles : files).push({ ...file, scenarios: [scenario] });
      }
    } catch (error) {
      const isOfFile = error instanceof CollectError && error.code !== 'E_INTERRUPTED';
      if (isOfFile && file.viaFolder) {
        errored.push({ shown: file.shown, name: baseName(file.shown), error });
      } else named.push(error as OffhookError);
    }
  }
  throwAll(named, options.shownPath);
  return { files, singles, errored };
}

/**
 * Whether a file without scenario() is a scenario itself; another file of a folder may be an imported module.
 * @throws CollectError for a file that tests nothing, or, in a folder, failed before it tested anything
 */
function isToRun(
  { job, shown, viaFolder }: FileToCollect,
  topLevel: Collected['topLevel'],
): boolean {
  if (topLevel === undefined || topLevel.how === 'tests') return true;
  if (topLevel.how === 'failed') {
    if (!viaFolder) return true;
    const { failure } = topLevel;
    throw new CollectError({
      ...failure,
      code: 'E_SCENARIO_COLLECT',
      message: `file not run: its top level failed: ${failure.message}`,
    });
  }
  if (topLevel.how === 'module' && viaFolder) return false;
  throw new CollectError({
    code: 'E_NO_SCENARIO',
    message: `file "${shown}": tests nothing: it declares no scenario, and reaches no verb and no assertion`,
    hint: 'declare a scenario(name, body) in it, or leave the file out',
    at: { file: job.file, line: 1, column: 1 },
    phase: 'load',
  });
}

function baseName(shown: string): string {
  return basename(shown).replace(/\.m?js$/, '');
}

/** A declared scenario, or the file itself as a scenario. */
function planned(
  { job, policy, shown }: FileToCollect,
  declared?: DeclaredScenario,
): PlannedScenario {
  if (declared === undefined) {
    return { job, policy, shown, name: baseName(shown), tags: [], only: false };
  }
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
  options.named?.(toCollect.map(({ shown }) => shown));
  const { files, singles, errored } = await collectFiles(toCollect, options, thread);
  if (options.named !== undefined) options.named(await writtenNames(files));
  const all = files.flatMap((one) =>
    one.scenarios.map((scenario) => ({ ...scenario, file: one.shown })),
  );
  if (errored.length === 0 && files.length === 0) {
    throw nothingButSingles(singles.map((one) => one.shown));
  }
  refuseOnly(all, (one) => onlyForbiddenBy(one, options));
  const selection = await select(all, errored, options);
  const { selected, warnings } = selection;
  const leftOut = singles.flatMap(({ scenarios }) =>
    scenarios.map((scenario) => ({ scenario, why: 'single' as const, reason: SINGLE })),
  );
  return {
    selected,
    files: new Set([...selected, ...errored].map((one) => one.shown)).size,
    errored,
    leftOut: [...leftOut, ...selection.leftOut],
    warnings: [...warned, ...warnings],
  };
}

const SINGLE = 'a single-scenario file of a folder: name it itself, or give --all-files';

/** Files that could not be collected may hold the scenarios a filter names, so they are reported first. */
async function select(
  all: readonly (PlannedScenario & { file: string })[],
  errored: readonly ErroredFile[],
  options: PlanOptions,
): ReturnType<typeof selectScenarios<PlannedScenario & { file: string }>> {
  if (all.length === 0 && errored.length > 0) return { selected: [], leftOut: [], warnings: [] };
  try {
    return await selectScenarios(all, options.filters);
  } catch (error) {
    throwErrored(errored, options.shownPath);
    throw error;
  }
}

/** An untrusted file must not decide that the others do not run. */
function onlyForbiddenBy(
  { policy }: PlannedScenario,
  { forbidOnly }: PlanOptions,
): string | undefined {
  if (forbidOnly === false) return undefined;
  return forbidOnly ?? (policy.rules.untrusted ? '--untrusted' : undefined);
}

/** Throws the errors of errored files, for commands that run nothing. @throws OffhookError */
export function throwErrored(
  errored: readonly ErroredFile[],
  shownPath: PlanOptions['shownPath'],
): void {
  throwAll(
    errored.map(({ error }) => error),
    shownPath,
  );
}

/** Names that stand in a file's own text: masking them would protect nothing. */
async function writtenNames(files: readonly CollectedFile[]): Promise<string[]> {
  const names = files.map(async ({ job, scenarios }) => {
    const source = await readFile(job.file, 'utf8').catch(() => '');
    return scenarios
      .flatMap(({ name, tags }) => [name, ...tags])
      .filter((one) => source.includes(one));
  });
  return (await Promise.all(names)).flat();
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
    // A marker file above an untrusted scenario was not put there for it.
    readRoot: untrusted ? dirname(path) : project,
    allowRead: rules.read,
    env,
    fixedEnv,
    ...(envPatterns === undefined || rules.env === undefined
      ? {}
      : { allowEnv: { patterns: envPatterns, origin: rules.env.origin } }),
  };
}

/** Throws all broken files as one error, so that nobody has to mend them one run at a time. */
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
    `${errors.length} scenario files cannot be loaded:${texts.join('')}`,
  );
}

function nothingButSingles(singles: readonly string[]): OffhookError {
  if (singles.length === 0) {
    return new OffhookError(
      'E_NO_SCENARIO',
      'nothing to run: no file declares a scenario or tests anything',
      { hint: 'declare one with scenario(name, body)' },
    );
  }
  return new OffhookError(
    'E_NO_SCENARIO',
    `nothing to run: the folder has no suite file, only single scenarios: ${singles.join(', ')}`,
    { hint: 'name these files themselves, give --all-files, or give them a scenario()' },
  );
}
