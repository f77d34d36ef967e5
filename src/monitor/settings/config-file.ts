/** Which file `offhook serve` and `offhook monitors` read. */
import { resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { projectFileIn } from '../../settings/project-place.js';

/** The file that was named, or that of the folder. @throws OffhookError E_SETTINGS */
export function configFile(cwd: string, named: string | undefined): string {
  if (named !== undefined) return resolve(cwd, named);
  const path = projectFileIn(cwd);
  if (path !== undefined) return path;
  throw new OffhookError(
    'E_SETTINGS',
    {
      subject: 'configuration',
      what: 'none was found',
      seen: `no offhook.config.json or .yaml in ${cwd}`,
    },
    {
      hint: 'name the file, or write one: {"monitors": {"reception": {"run": "calls/reception.js"}}}',
    },
  );
}
