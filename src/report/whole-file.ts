/** Files that are written at the end in one go, so that nobody ever reads half of one. */
import { accessSync, constants, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { outputError } from './output.js';

/** Checks, before anything runs, that `writeWhole` can write the file. @throws OffhookError E_OUTPUT */
export function checkWritable(file: string): void {
  try {
    const folder = statSync(dirname(file));
    if (!folder.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
      throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
    }
    if (isRegularOrNew(file)) accessSync(dirname(file), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw outputError(file, error);
  }
}

/** @param secret for nobody else to read. @throws the error of the system */
export function writeWhole(file: string, text: string, secret = false): void {
  if (!isRegularOrNew(file)) {
    writeFileSync(file, text);
    return;
  }
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
  try {
    // 'wx': a link planted at this path must not lead to another file
    writeFileSync(temporary, text, { flag: 'wx', mode: secret ? 0o600 : 0o666 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Regular files are replaced by renaming; devices and pipes (/dev/stdout) are written to. */
function isRegularOrNew(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? true;
}
