/** The folder of temporary files: agents, their ports and the lab live in it. */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OffhookError } from '../errors.js';

/** Makes something in the folder, because permissions alone do not show whether that works. @throws OffhookError E_TEMP_FOLDER */
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

/** Returns the system's message without the name of the folder that could not be made. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/, mkdtemp .*/, '');
}
