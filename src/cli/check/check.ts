/** `offhook check`: parses and collects scenario files; starts no agent. */
import { planOptions } from '../../app/scripts.js';
import { EXIT } from '../../errors.js';
import { count } from '../../story/printable.js';
import { planRun, throwErrored } from '../../runner/plan/plan.js';
import type { ThreadPool } from '../../runner/schedule/threads.js';
import { readProcess } from '../../settings/process-environment.js';
import type { CheckFlags } from '../options.js';
import { print, printError, secrets } from '../print.js';
import { scriptRequest } from '../selection.js';

export async function checkCommand(
  paths: readonly string[],
  flags: CheckFlags,
  threads: ThreadPool,
): Promise<number> {
  const request = scriptRequest(paths, flags, readProcess());
  // Checking a scenario with `only` does no harm.
  const options = planOptions({ ...request, allFiles: true, forbidOnly: false }, secrets);
  const plan = await planRun(options, threads);
  throwErrored(plan.errored, options.shownPath);
  for (const text of plan.warnings) printError(`warning: ${text}`);
  const files = plan.files.map(({ file }) => file.path);
  const scenarios = plan.files.reduce((sum, one) => sum + one.scenarios.length, 0);
  const what = `${count(scenarios, 'scenario')} in ${count(files.length, 'file')}`;
  if (flags.types === true) {
    const { typeErrors } = await import('./check-types.js');
    const { errors, text, compiler } = await typeErrors(files);
    if (errors > 0) {
      print(`${text}\n${what}: ${count(errors, 'type error')} (${compiler})`);
      return EXIT.usage;
    }
  }
  print(`${what}: no problems found`);
  return EXIT.passed;
}
