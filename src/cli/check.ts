/** `offhook check`: parses and collects scenario files; starts no agent. */
import { maskSecrets } from '../report/secrets.js';
import { count } from '../report/text.js';
import { planRun } from '../runner/plan.js';
import type { ScenarioThread } from '../sandbox/scenario-thread.js';
import { readProcess } from '../settings/process-environment.js';
import { planOptions, type SelectionFlags } from './selection.js';

export async function checkCommand(
  paths: readonly string[],
  flags: SelectionFlags & { types?: boolean },
  thread: ScenarioThread,
): Promise<number> {
  const options = planOptions(paths, flags, readProcess(), {});
  const plan = await planRun({ ...options, keepSingles: true }, thread);
  for (const text of plan.warnings) process.stderr.write(maskSecrets(`warning: ${text}\n`));
  const files = [...new Set(plan.selected.map((one) => one.job.file))];
  process.stdout.write(
    `${count(plan.selected.length, 'scenario')} in ${count(files.length, 'file')}: no problems found\n`,
  );
  if (flags.types !== true) return 0;
  const { checkTypes } = await import('./check-types.js');
  return await checkTypes(files);
}
