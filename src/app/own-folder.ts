/** Makes the folder .offhook beside a project. It holds what Offhook keeps between runs, and git ignores it. */
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOurs, NotOrdinary } from '../ordinary-file.js';

/** Makes the folder, or accepts an existing one. @throws NotOrdinary if that is a link or not ours */
export function makeOwnFolder(folder: string): void {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    const found = lstatSync(folder);
    if (!found.isDirectory() || !isOurs(found.uid))
      throw new NotOrdinary('is not a folder of the user who runs Offhook');
  }
}
