/** Where offhook.config.json is looked for. Every command asks, so this file reads and checks nothing. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PROJECT_FILE = 'offhook.config.json';
/** Forms in which other tools have such a file. */
const OTHER_FORMS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'yaml', 'yml', 'toml', 'jsonc'];

/** Path of the file in that folder, or in the nearest above. */
export function projectFileAbove(folder: string): string | undefined {
  for (let one = folder; ; one = dirname(one)) {
    // Never at the root of the file system: it would be everybody's.
    if (dirname(one) === one) return undefined;
    const path = join(one, PROJECT_FILE);
    if (existsSync(path)) return path;
  }
}

/** Names of files in the folder whose author may think that they are read. */
export function otherForms(folder: string): readonly string[] {
  return OTHER_FORMS.map((form) => `offhook.config.${form}`).filter((name) =>
    existsSync(join(folder, name)),
  );
}
