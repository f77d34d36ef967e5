/** The folder .offhook beside a project: what Offhook keeps between runs, and git need not see. */
import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isOurs, NotOrdinary } from '../ordinary-file.js';

/** Makes the folder, or takes the one there. @throws NotOrdinary where it is not ours, or a link */
export function makeOwnFolder(folder: string): void {
  try {
    mkdirSync(folder);
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx' });
  } catch {
    const found = lstatSync(folder);
    if (!found.isDirectory() || !isOurs(found.uid))
      throw new NotOrdinary('is not a folder of our own');
  }
}
