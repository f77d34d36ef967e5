/** Says where to find the baresip that the user wants: the program that was set, else the one in the PATH. */
import { resolve } from 'node:path';
import type { BinarySearch } from '../baresip/start/binary.js';
import type { ProcessEnvironment } from '../settings/process-environment.js';

type Around = Pick<ProcessEnvironment, 'baresipModules' | 'cwd' | 'path'>;

export function baresipChoice(
  program: string | undefined,
  { baresipModules, cwd, path }: Around,
): BinarySearch {
  return {
    searchPath: path,
    ...(program === undefined
      ? {}
      : { path: program.includes('/') ? resolve(cwd, program) : program }),
    ...(baresipModules === undefined ? {} : { modulePath: resolve(cwd, baresipModules) }),
  };
}
