/** `offhook list`: what would run. */
import { maskSecrets } from '../report/secrets.js';
import { planRun, throwErrored } from '../runner/plan.js';
import type { ScenarioThread } from '../sandbox/scenario-thread.js';
import { readProcess } from '../settings/process-environment.js';
import { planOptions, type SelectionFlags } from './selection.js';

export async function listCommand(
  paths: readonly string[],
  flags: SelectionFlags & { json?: boolean },
  thread: ScenarioThread,
): Promise<number> {
  const options = planOptions(paths, flags, readProcess(), {});
  const plan = await planRun({ ...options, forbidOnly: false }, thread);
  throwErrored(plan.errored, options.shownPath);
  for (const text of plan.warnings) process.stderr.write(maskSecrets(`warning: ${text}\n`));
  const rows = plan.selected.map(({ shown, name, tags, skip, only }) => ({
    file: shown,
    name,
    tags,
    only,
    ...(skip === undefined ? {} : { skip }),
  }));
  const text = flags.json === true ? `${JSON.stringify(rows, null, 2)}\n` : rows.map(line).join('');
  process.stdout.write(maskSecrets(text));
  for (const { scenario, why } of plan.leftOut) {
    if (why !== 'single') continue;
    process.stderr.write(
      `left out: ${scenario.shown} (a single scenario: name it itself, or give --all-files, to run it)\n`,
    );
  }
  return 0;
}

function line(row: { file: string; name: string; tags: readonly string[]; skip?: string }): string {
  const tags = row.tags.map((tag) => ` #${tag}`).join('');
  const skip = row.skip === undefined ? '' : ` (skipped${row.skip === '' ? '' : `: ${row.skip}`})`;
  return `${row.file} › ${row.name}${tags}${skip}\n`;
}
