/** Finds offhook.config.json or its YAML form. Every command looks for it, so this file reads no contents. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { OffhookError } from '../errors.js';
import { quotedList } from '../schema/nearest.js';

/** Names that the file may have; a folder may hold only one of them. */
export const PROJECT_FILES: readonly string[] = [
  'offhook.config.json',
  'offhook.config.yaml',
  'offhook.config.yml',
];
/** Endings of configuration files that other tools accept, and Offhook does not. */
const OTHER_FORMS = ['js', 'mjs', 'cjs', 'ts', 'mts', 'cts', 'toml', 'jsonc'];

/** Path of the file in that folder. @throws OffhookError E_SETTINGS where there are several */
export function projectFileIn(folder: string): string | undefined {
  const found = PROJECT_FILES.filter((name) => existsSync(join(folder, name)));
  const [first] = found;
  if (first === undefined || found.length === 1) return first && join(folder, first);
  throw new OffhookError(
    'E_SETTINGS',
    {
      subject: `folder "${folder}"`,
      what: 'has several project files',
      seen: quotedList(found, 'and'),
    },
    { hint: 'keep one of them' },
  );
}

/** Path of the file in that folder, or in the nearest above. @throws OffhookError E_SETTINGS where a folder has several */
export function projectFileAbove(folder: string): string | undefined {
  for (let one = folder; ; one = dirname(one)) {
    // Never at the root of the file system: it would be everybody's.
    if (dirname(one) === one) return undefined;
    const path = projectFileIn(one);
    if (path !== undefined) return path;
  }
}

/** Returns names of files in the folder whose author may believe that Offhook reads them. */
export function otherForms(folder: string): readonly string[] {
  return OTHER_FORMS.map((form) => `offhook.config.${form}`).filter((name) =>
    existsSync(join(folder, name)),
  );
}
