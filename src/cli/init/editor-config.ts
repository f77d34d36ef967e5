/** Which file tells an editor how to check the scripts of a folder. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/** Where a folder has both, an editor takes the first. */
const NAMES = ['tsconfig.json', 'jsconfig.json'];

/** "jsconfig.json", if that is there. */
export function editorConfigIn(folder: string): string | undefined {
  return NAMES.find(
    (name) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined,
  );
}
