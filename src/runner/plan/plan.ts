/** Plans a run: finds the files, collects each one in the sandbox, then selects scenarios. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { Shard } from '../../model/run-event.js';
import type { ThreadPool } from '../schedule/threads.js';
import { bindingOf, type BindingOptions } from './binding.js';
import { changesSince, inputsOf, isAffected } from './changed.js';
import {
  collectFiles,
  type ErroredFile,
  type FileToCollect,
  type PlannedFile,
  type PlannedScenario,
} from './collect.js';
import { findScenarioFiles } from './files.js';
import { digestOf, divide, type TookMs } from './shards.js';
import { refuseOnly, selectScenarios, type Filters } from './select.js';

export interface PlanOptions extends BindingOptions {
  paths: readonly string[];
  cwd: string;
  filters: Filters;
  /** Only this part of them. */
  shard?: { index: number; total: number };
  /** What a scenario took when it last ran. */
  tookMs?: TookMs;
  /** Whether single-scenario files of folders run, too. */
  allFiles?: boolean;
  /**
   * Makes the scenario option `only` an error; the text names the setting that forbids it, for the message. false allows
   * `only` everywhere, even in untrusted files.
   */
  forbidOnly?: string | false;
  /** Leaves out files that are not concerned by any change since this state of the git repository. */
  onlyChanged?: string;
  /** Files of variables that all scenarios have, for `onlyChanged`. */
  envFiles?: readonly string[];
  /** Limits the plan to these files or scenarios. */
  among?: Among;
  /**
   * Called with the names that reports show unmasked: of files, and of scenarios as their files write them.
   */
  named?: (names: readonly string[]) => void;
}

/** A choice among what is found. */
export interface Among {
  /** Scenario files, by their real paths: others are not even read. */
  files?: ReadonlySet<string>;
  /** Keys of scenarios. */
  keys?: ReadonlySet<string>;
}

export interface Plan {
  /** Files with the scenarios that were selected; none without any. */
  files: readonly PlannedFile[];
  errored: readonly ErroredFile[];
  leftOut: readonly LeftOut[];
  shard?: Shard;
  warnings: readonly string[];
}

/**
 * `single`: a single-scenario file of a folder; `filter`, `only`: left out by a filter or the option; `bail`: others failed.
 */
export interface LeftOut {
  scenario: PlannedScenario;
  why: 'single' | 'filter' | 'only' | 'bail';
  /** The reason in words. */
  reason: string;
}

/** Finds, collects and selects. @throws OffhookError for anything that makes the plan unsure. */
export async function planRun(options: PlanOptions, threads: ThreadPool): Promise<Plan> {
  const all = await findScenarioFiles(options.paths, { cwd: options.cwd });
  const found = all.filter(({ path }) => options.among?.files?.has(path) ?? true);
  const toCollect: FileToCollect[] = [];
  for (const file of found) {
    const binding = await bindingOf(file, options);
    toCollect.push({ file, shown: options.shownPath(file.path), binding });
  }
  options.named?.(toCollect.map(({ shown }) => shown));
  const collected = await collectFiles(toCollect, threads, { allFiles: options.allFiles === true });
  const { files, singles, errored, broken } = collected;
  throwAll(broken, options.shownPath);
  if (options.named !== undefined) options.named(await writtenNames(files));
  if (errored.length === 0 && files.length === 0) {
    throw nothingButSingles(singles.map((one) => one.shown));
  }
  refuseOnlyIn(files, options);
  const { selected, leftOut, warnings } = await select(files, errored, options);
  const unchanged = await unchangedIn(files, threads, options);
  const keys = options.among?.keys;
  const kept = new Set(
    selected.filter((one) => !unchanged.has(one) && (keys?.has(one.key) ?? true)),
  );
  const reason = `left out by --only-changed: nothing it reads has changed since ${options.onlyChanged}`;
  const ofUnchanged = selected
    .filter((one) => unchanged.has(one))
    .map((scenario) => ({ scenario, why: 'filter' as const, reason }));
  const ofSingles = singles.flatMap(({ scenarios }) =>
    scenarios.map((scenario) => ({ scenario, why: 'single' as const, reason: SINGLE })),
  );
  const chosen = files
    .map((file) => ({ ...file, scenarios: file.scenarios.filter((one) => kept.has(one)) }))
    .filter(({ scenarios }) => scenarios.length > 0);
  return {
    ...shardOf(inOrder(toCollect, chosen, errored), options),
    leftOut: [...ofSingles, ...leftOut, ...ofUnchanged],
    warnings: [...new Set(toCollect.flatMap(({ binding }) => binding.warnings)), ...warnings],
  };
}

/** The scenarios of files that no change concerns. @throws OffhookError E_USAGE */
async function unchangedIn(
  files: readonly PlannedFile[],
  threads: ThreadPool,
  { onlyChanged, cwd, envFiles = [] }: PlanOptions,
): Promise<ReadonlySet<PlannedScenario>> {
  if (onlyChanged === undefined) return new Set();
  const changes = await changesSince(onlyChanged, cwd);
  const common = envFiles.map((path) => resolve(cwd, path));
  const unchanged = files.filter(({ file }) => {
    const scripts = threads.scriptsOf(file.path);
    return !isAffected(inputsOf(file.path, scripts, common), changes);
  });
  return new Set(unchanged.flatMap(({ scenarios }) => scenarios));
}

/** Numbers what runs in the order of the files. */
function inOrder(
  found: readonly FileToCollect[],
  chosen: readonly PlannedFile[],
  failed: readonly ErroredFile[],
): Pick<Plan, 'files' | 'errored'> {
  const byFile = new Map(chosen.map((file) => [file.shown, file]));
  const byError = new Map(failed.map((file) => [file.shown, file]));
  const files: PlannedFile[] = [];
  const errored: ErroredFile[] = [];
  let order = 0;
  for (const { shown } of found) {
    const file = byFile.get(shown);
    const error = byError.get(shown);
    if (file !== undefined) {
      const scenarios = file.scenarios.map((one) => ({ ...one, order: (order += 1) }));
      files.push({ ...file, scenarios });
    }
    if (error !== undefined) errored.push({ ...error, order: (order += 1) });
  }
  return { files, errored };
}

/** The part of the plan that --shard asks for. */
function shardOf(
  plan: Pick<Plan, 'files' | 'errored'>,
  { shard, tookMs = () => undefined }: PlanOptions,
): Pick<Plan, 'files' | 'errored' | 'shard'> {
  if (shard === undefined) return plan;
  const failed = plan.errored.map((file) => ({ key: file.shown, file }));
  const all = [...plan.files.flatMap(({ scenarios }) => scenarios), ...failed];
  const divided = divide<{ key: string }>(all, shard.total, tookMs);
  const part = new Set(divided[shard.index - 1]);
  const files = plan.files.map((file) => ({
    ...file,
    scenarios: file.scenarios.filter((one) => part.has(one)),
  }));
  return {
    files: files.filter(({ scenarios }) => scenarios.length > 0),
    errored: failed.filter((one) => part.has(one)).map(({ file }) => file),
    shard: { ...shard, scenarios: all.length, digest: digestOf(divided) },
  };
}

const SINGLE = 'a single-scenario file of a folder: name the file itself, or give --all-files';

/** Files that could not be collected may hold the scenarios a filter names, so they are reported first. */
async function select(
  files: readonly PlannedFile[],
  errored: readonly ErroredFile[],
  options: PlanOptions,
): ReturnType<typeof selectScenarios<PlannedScenario>> {
  const all = files.flatMap(({ scenarios }) => scenarios);
  if (all.length === 0 && errored.length > 0) return { selected: [], leftOut: [], warnings: [] };
  try {
    return await selectScenarios(all, options.filters);
  } catch (error) {
    throwErrored(errored, options.shownPath);
    throw error;
  }
}

/** An untrusted file must not decide that the others do not run. @throws OffhookError E_USAGE */
function refuseOnlyIn(files: readonly PlannedFile[], { forbidOnly }: PlanOptions): void {
  if (forbidOnly === false) return;
  const untrusted = new Set(
    files.filter(({ binding }) => binding.policy.rules.untrusted).map(({ shown }) => shown),
  );
  refuseOnly(
    files.flatMap(({ scenarios }) => scenarios),
    ({ file }) => forbidOnly ?? (untrusted.has(file) ? '--untrusted' : undefined),
  );
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
async function writtenNames(files: readonly PlannedFile[]): Promise<string[]> {
  const names = files.map(async ({ file, scenarios }) => {
    const source = await readFile(file.path, 'utf8').catch(() => '');
    return scenarios
      .flatMap(({ name, tags }) => [name, ...tags])
      .filter((one) => source.includes(one));
  });
  return (await Promise.all(names)).flat();
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
      { subject: 'nothing to run', what: 'no file declares a scenario or tests anything' },
      { hint: 'declare one with scenario(name, body)' },
    );
  }
  return new OffhookError(
    'E_NO_SCENARIO',
    {
      subject: 'nothing to run',
      what: 'the folder has no suite file, only single scenarios',
      seen: singles.join(', '),
    },
    { hint: 'name these files themselves, give --all-files, or give them a scenario()' },
  );
}
