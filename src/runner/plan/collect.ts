/** Collects scenario files in the sandbox: what each of them declares, or that it is a scenario itself. */
import { basename } from 'node:path';
import { type OffhookError, said } from '../../errors.js';
import type { Failure } from '../../model/run-event.js';
import { CollectError } from '../../sandbox/host/scenario-thread.js';
import type { Collected, DeclaredScenario } from '../../sandbox/protocol.js';
import { withoutScriptEnding } from '../../schema/script-files.js';
import { keysOf } from '../identity.js';
import type { ThreadPool } from '../schedule/threads.js';
import type { Binding } from './binding.js';
import type { ScenarioFile } from './files.js';

/** A file and its scenarios: what is done once per file has its place here. */
export interface PlannedFile {
  file: ScenarioFile;
  /** The path as shown to people. */
  shown: string;
  binding: Binding;
  scenarios: readonly PlannedScenario[];
  /** Whether the file has a setup_file and a teardown_file. */
  once?: { setup: boolean; teardown: boolean };
}

export interface PlannedScenario {
  /** The same in every run. */
  key: string;
  /** Its place among all that runs, from 1; 0 until everything is selected. */
  order: number;
  /** The path of its file as shown to people. */
  file: string;
  name: string;
  tags: readonly string[];
  only: boolean;
  skip?: string;
  /** Undefined for a file that is a scenario itself. */
  declared?: DeclaredScenario;
  /** Set when the scenario failed already while it was collected. */
  failed?: Failure;
}

/** A file of a folder that could not be collected: its scenarios are unknown. */
export interface ErroredFile {
  /** Its place among all that runs, from 1; 0 until everything is selected. */
  order: number;
  /** Real, absolute path. */
  path: string;
  shown: string;
  /** The file's base name. */
  name: string;
  error: CollectError;
}

export type FileToCollect = Omit<PlannedFile, 'scenarios' | 'once'>;

interface CollectedFiles {
  files: readonly PlannedFile[];
  /** Single-scenario files of folders. */
  singles: readonly PlannedFile[];
  errored: readonly ErroredFile[];
  /** Errors of files that were named: with one of them nothing runs. */
  broken: readonly OffhookError[];
}

/** Collects every file, so that all broken ones are reported at once. */
export async function collectFiles(
  toCollect: readonly FileToCollect[],
  threads: ThreadPool,
  { allFiles }: { allFiles: boolean },
): Promise<CollectedFiles> {
  const files: PlannedFile[] = [];
  const singles: PlannedFile[] = [];
  const errored: ErroredFile[] = [];
  const broken: OffhookError[] = [];
  const collected = await Promise.allSettled(
    toCollect.map((file) => threads.use((thread) => thread.collect(file.binding.job()))),
  );
  for (const [index, file] of toCollect.entries()) {
    const { viaFolder } = file.file;
    try {
      const { single, scenarios, topLevel, setupFile, teardownFile } = valueOf(collected[index]);
      if (!single) {
        const once = { setup: setupFile, teardown: teardownFile };
        files.push({ ...file, scenarios: declaredIn(file.shown, scenarios), once });
      } else if (isToRun(file, topLevel)) {
        const failed =
          topLevel?.how === 'failed' && topLevel.isFinal ? { failed: topLevel.failure } : {};
        const scenario = { ...itself(file.shown), ...failed };
        (viaFolder && !allFiles ? singles : files).push({ ...file, scenarios: [scenario] });
      }
    } catch (error) {
      const isOfFile = error instanceof CollectError && error.code !== 'E_INTERRUPTED';
      if (isOfFile && viaFolder) {
        const { path } = file.file;
        errored.push({ order: 0, path, shown: file.shown, name: baseName(file.shown), error });
      } else broken.push(error as OffhookError);
    }
  }
  return { files, singles, errored, broken };
}

function valueOf(result: PromiseSettledResult<Collected> | undefined): Collected {
  if (result?.status === 'fulfilled') return result.value;
  throw result?.reason;
}

/**
 * Whether a file without scenario() is a scenario itself; another file of a folder may be an imported module.
 * @throws CollectError for a file that tests nothing, or, in a folder, failed before it tested anything
 */
function isToRun({ file, shown }: FileToCollect, topLevel: Collected['topLevel']): boolean {
  if (topLevel === undefined || topLevel.how === 'tests') return true;
  if (topLevel.how === 'failed') {
    if (!file.viaFolder) return true;
    const { failure } = topLevel;
    throw new CollectError({
      ...failure,
      code: 'E_SCENARIO_COLLECT',
      ...said({
        subject: 'file not run',
        what: 'its top level failed',
        seen: failure.message,
      }),
    });
  }
  if (topLevel.how === 'module' && file.viaFolder) return false;
  throw new CollectError({
    code: 'E_NO_SCENARIO',
    ...said({
      subject: `file "${shown}"`,
      what: 'tests nothing',
      seen: 'it declares no scenario, and reaches no verb and no assertion',
    }),
    hint: 'declare a scenario(name, body) in it, or leave the file out',
    at: { file: file.path, line: 1, column: 1 },
    phase: 'load',
  });
}

function declaredIn(
  file: string,
  scenarios: readonly DeclaredScenario[],
): readonly PlannedScenario[] {
  const keys = keysOf(
    file,
    scenarios.map(({ name }) => name),
  );
  return scenarios.map((declared, index) => {
    const { name, tags, only, skip } = declared;
    const key = keys[index] ?? file;
    return {
      key,
      order: 0,
      file,
      name,
      tags,
      only,
      declared,
      ...(skip === undefined ? {} : { skip }),
    };
  });
}

function itself(file: string): PlannedScenario {
  return { key: file, order: 0, file, name: baseName(file), tags: [], only: false };
}

function baseName(shown: string): string {
  return withoutScriptEnding(basename(shown));
}
