/** A file by which a test tells a script that runs to go on. Never shipped. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FilesRun } from './run-files.js';

/** An expression of a script: whether the test has called {@link go}. */
export const MAY_GO = `(() => { try { return load_env('go.env').GO === '1'; } catch { return false; } })()`;

export async function go({ folder }: FilesRun): Promise<void> {
  await writeFile(join(folder, 'go.tmp'), 'GO=1\n');
  await rename(join(folder, 'go.tmp'), join(folder, 'go.env'));
}
