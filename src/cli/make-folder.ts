import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { refuseStrangersLinks } from '../ordinary-file.js';

/**
 * A folder for files of a run, with all above it. @param folder absolute. @throws NotOrdinary when a stranger's link leads
 * there, or the error of the system.
 */
export function makeFolder(folder: string): void {
  refuseStrangersLinks(folder);
  make(folder);
}

/** Node's own never returns where a folder takes none, as /proc. */
function make(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (parent !== folder) make(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // made by another run meanwhile
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
