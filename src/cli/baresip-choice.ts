/** Which baresip the user wants: --baresip, else OFFHOOK_BARESIP, else the PATH. */
import { resolve } from 'node:path';
import type { BinarySearch } from '../baresip/start/binary.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';

export function baresipChoice(
  flag: string | undefined,
  { baresip, baresipModules, cwd, path }: ProcessEnvironment,
): BinarySearch {
  const program = flag ?? baresip;
  return {
    searchPath: path,
    ...(program === undefined
      ? {}
      : { path: program.includes('/') ? resolve(cwd, program) : program }),
    ...(baresipModules === undefined ? {} : { modulePath: resolve(cwd, baresipModules) }),
  };
}
