import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { refuseStrangersLinks } from '../ordinary-file.js';

/**
 * Makes a folder for files of a run, with its parents. @param folder absolute. @throws NotOrdinary when
 * another user's link leads there, or the error of the system.
 */
export function makeFolder(folder: string): void {
  refuseStrangersLinks(folder);
  make(folder);
}

/** Replaces Node's recursive mkdir, which never returns in a folder that takes no folders, such as /proc. */
function make(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (parent !== folder) make(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    // another run made the folder meanwhile
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
