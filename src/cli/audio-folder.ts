/** Where `--save-audio` puts its files. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { OffhookError } from '../errors.js';
import { NotOrdinary } from '../ordinary-file.js';
import { makeFolder } from './make-folder.js';

const DEFAULT_FOLDER = 'offhook-audio';

/** Makes the folder before anything runs. @throws OffhookError E_OUTPUT. */
export function audioFolder(flag: string | true | undefined): string | undefined {
  if (flag === undefined) return undefined;
  const shown = flag === '' || flag === true ? DEFAULT_FOLDER : flag;
  const folder = resolve(shown);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    throw new OffhookError(
      'E_OUTPUT',
      {
        subject: '--save-audio',
        what: `"${shown}"`,
        seen: `cannot be written to: ${reason(error)}`,
      },
      {
        hint: 'name a folder that may be written to',
      },
    );
  }
}

function reason(error: unknown): string {
  if (error instanceof NotOrdinary) return `it ${error.message}`;
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return code === 'EEXIST' || code === 'ENOTDIR' ? 'it is not a folder' : code;
}
