/** `offhook check`: parses and collects scenario files; starts no agent. */
import { count } from '../report/text.js';
import { planRun } from '../runner/plan.js';
import { ScenarioThread } from '../sandbox/scenario-thread.js';
import { readProcess } from '../settings/process-environment.js';
import { DEFAULT_LIMITS, planOptions, type SelectionFlags } from './selection.js';

export async function checkCommand(
  paths: readonly string[],
  flags: SelectionFlags & { types?: boolean },
): Promise<number> {
  const thread = new ScenarioThread({ limits: DEFAULT_LIMITS });
  try {
    const plan = await planRun(planOptions(paths, flags, readProcess(), {}), thread);
    for (const text of plan.warnings) process.stderr.write(`warning: ${text}\n`);
    const files = [...new Set(plan.selected.map((one) => one.job.file))];
    process.stdout.write(
      `${count(plan.selected.length, 'scenario')} in ${count(files.length, 'file')}: no problems found\n`,
    );
    if (flags.types !== true) return 0;
    const { checkTypes } = await import('./check-types.js');
    return await checkTypes(files);
  } finally {
    await thread.close();
  }
}
