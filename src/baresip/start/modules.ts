/** Checks whether the installed baresip has a module that only some features need. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { BaresipBinary } from './binary.js';

/** `feature`: what needs the module, in the script's words. */
export function assertModule(binary: BaresipBinary, name: string, feature: string): void {
  if (existsSync(join(binary.modulePath, `${name}.so`))) return;
  throw new OffhookError(
    'E_BARESIP_UNUSABLE',
    {
      subject: feature,
      what: `baresip ${binary.version} has no module ${name}`,
      seen: `looked in ${binary.modulePath}`,
    },
    { hint: `install the baresip package with ${name}.so` },
  );
}
