/** `offhook list`: the scenarios that would run. */
import { planOptions } from '../app/scripts.js';
import { oneLine } from '../story/printable.js';
import { listLine } from '../runner/plan/choices.js';
import { planRun, throwErrored } from '../runner/plan/plan.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import { readProcess } from '../settings/process-environment.js';
import type { ListFlags } from './options.js';
import { print, printError, printJson, secrets } from './print.js';
import { folderRequest, scriptRequest } from './selection.js';

export async function listCommand(
  paths: readonly string[],
  flags: ListFlags,
  threads: ThreadPool,
): Promise<number> {
  const request = scriptRequest(paths, flags, readProcess());
  const folders = folderRequest(flags);
  const options = planOptions({ ...request, ...folders, forbidOnly: false }, secrets);
  const plan = await planRun(options, threads);
  throwErrored(plan.errored, options.shownPath);
  for (const text of plan.warnings) printError(`warning: ${text}`);
  const scenarios = plan.files.flatMap((file) => file.scenarios);
  const rows = scenarios.map(({ file, name, tags, skip, only }) => ({
    file,
    name,
    tags,
    only,
    ...(skip === undefined ? {} : { skip }),
  }));
  if (flags.json === true) printJson(rows);
  else for (const row of rows) print(oneLine(listLine(row)));
  for (const { scenario, why } of plan.leftOut) {
    if (why !== 'single') continue;
    const what = 'a single scenario: to run it, name the file or add --all-files';
    printError(oneLine(`left out: ${scenario.file} (${what})`));
  }
  return 0;
}
