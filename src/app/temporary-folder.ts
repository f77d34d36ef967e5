/** The folder of temporary files: agents, their ports and the lab live in it. */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OffhookError } from '../errors.js';

/** @throws OffhookError E_TEMP_FOLDER when nothing can be made in it: permissions alone do not tell. */
export function needTemporaryFolder(): void {
  try {
    rmdirSync(mkdtempSync(join(tmpdir(), 'offhook-try-')));
  } catch (error) {
    throw new OffhookError(
      'E_TEMP_FOLDER',
      {
        subject: 'temporary folder',
        what: `${tmpdir()} cannot be used`,
        seen: reasonOf(error),
      },
      { hint: 'set TMPDIR to a folder you may write to' },
      error,
    );
  }
}

/** The system's message without the name of the attempted folder. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/, mkdtemp .*/, '');
}
