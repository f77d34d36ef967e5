/** The table of the reference that says what the exit codes mean. */
import { EXIT } from '../../errors.js';
import { table } from './markdown.js';

const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  passed: 'All scenarios passed or were skipped.',
  failed: 'A scenario failed.',
  usage: 'The command line, a setting or a scenario file is not right; nothing ran.',
  environment: 'No baresip, no port, no lab: the environment is not right.',
  internal: 'A bug in Offhook.',
  interrupted: 'The run was interrupted.',
};

export function exitsText(): string {
  const rows = Object.entries(EXIT).map(([name, code]) => [
    `${code}`,
    EXIT_MEANING[name as keyof typeof EXIT],
  ]);
  return `## Exit codes\n\n${table(['code', 'meaning'], rows)}`;
}
