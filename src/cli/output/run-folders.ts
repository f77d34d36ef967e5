/** .offhook/runs: the artefacts of the last runs, each in a folder of its own, and `latest`, a link to the newest. */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeOwnFolder } from '../../app/own-folder.js';
import { newRunId } from '../../runner/identity.js';

/** The newest run, in the folder of a project. */
export const NEWEST_RUN = join('.offhook', 'runs', 'latest');

const MOST_RUNS = 10;
const MOST_BYTES = 500 * 1024 * 1024;
const RUN = /^\d{8}-\d{6}-[0-9a-f]{6}$/;

/** Makes a folder for a run that begins now. @returns its path, and what is to be called when the run has ended */
export function newRunFolder(cwd: string): { folder: string; ended: () => void } {
  const own = join(cwd, '.offhook');
  makeOwnFolder(own);
  const runs = join(own, 'runs');
  makeOwnFolder(runs);
  const name = newRunId(new Date());
  const folder = join(runs, name);
  mkdirSync(folder);
  return {
    folder,
    ended: () => {
      if (removedEmpty(folder)) return;
      pointTo(runs, name);
      prune(runs);
    },
  };
}

/** A run that kept nothing leaves nothing. */
function removedEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

/** Replaces the link by renaming, so that there is always one. */
function pointTo(runs: string, name: string): void {
  const link = join(runs, `.latest-${name}`);
  symlinkSync(name, link);
  renameSync(link, join(runs, 'latest'));
}

/** Removes the oldest until few enough are left, and they are small enough; never the newest. */
function prune(runs: string): void {
  const names = readdirSync(runs)
    .filter((name) => RUN.test(name))
    .sort()
    .reverse();
  let bytes = 0;
  for (const [index, name] of names.entries()) {
    const folder = join(runs, name);
    bytes += sizeOf(folder);
    if (index > 0 && (index >= MOST_RUNS || bytes > MOST_BYTES)) {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return found?.isFile() === true ? statSync(path).size : 0;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
