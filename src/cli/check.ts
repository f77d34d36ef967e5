/** `offhook check`: parses and collects scenario files; starts no agent. */
import { EXIT } from '../errors.js';
import { maskSecrets } from '../report/secrets.js';
import { count } from '../report/text.js';
import { planRun, throwErrored } from '../runner/plan.js';
import type { ScenarioThread } from '../sandbox/scenario-thread.js';
import { readProcess } from '../settings/process-environment.js';
import { planOptions, type SelectionFlags } from './selection.js';

export async function checkCommand(
  paths: readonly string[],
  flags: SelectionFlags & { types?: boolean },
  thread: ScenarioThread,
): Promise<number> {
  const options = planOptions(paths, flags, readProcess(), {});
  // To look at a scenario with `only` is no harm.
  const plan = await planRun({ ...options, allFiles: true, forbidOnly: false }, thread);
  throwErrored(plan.errored, options.shownPath);
  for (const text of plan.warnings) process.stderr.write(maskSecrets(`warning: ${text}\n`));
  const files = [...new Set(plan.selected.map((one) => one.job.file))];
  const what = `${count(plan.selected.length, 'scenario')} in ${count(files.length, 'file')}`;
  if (flags.types === true) {
    const { typeErrors } = await import('./check-types.js');
    const { errors, text, compiler } = await typeErrors(files);
    if (errors > 0) {
      process.stdout.write(`${text}\n${what}: ${count(errors, 'type error')} (${compiler})\n`);
      return EXIT.usage;
    }
  }
  process.stdout.write(`${what}: no problems found\n`);
  return EXIT.passed;
}
