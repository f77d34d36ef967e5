/** Where `--save-audio` and `--artifacts` put their files. */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import { NotOrdinary } from '../../ordinary-file.js';
import type { ArtifactsOptions } from '../../report/artifacts/artifacts.js';
import { newRunFolder } from './run-folders.js';
import { makeFolder } from '../../app/make-folder.js';
import { recordingsFolder } from './recordings.js';
import { ARTIFACTS_ON, type RunFlags } from '../options.js';

const DEFAULT_AUDIO_FOLDER = 'offhook-audio';

/** Makes the folder before anything runs. @throws OffhookError E_OUTPUT. */
export function audioFolder(flag: string | true | undefined): string | undefined {
  if (flag === undefined) return undefined;
  const shown = flag === '' || flag === true ? DEFAULT_AUDIO_FOLDER : flag;
  return made('--save-audio', shown, (folder) => folder);
}

type ArtifactFlags = Pick<RunFlags, 'artifacts' | 'artifactsOn' | 'saveAudio'>;

/** Makes the folder before anything runs. @throws OffhookError E_USAGE, E_OUTPUT. */
export function artifactsFolder(flags: ArtifactFlags, cwd: string): ArtifactsOptions | undefined {
  const on = artifactsOn(flags);
  if (flags.artifacts === undefined) return undefined;
  if (flags.artifacts === true || flags.artifacts === '')
    return ofRun(cwd, (folder) => keptIn(folder, flags, on, cwd));
  return made('--artifacts', flags.artifacts, (folder) => keptIn(folder, flags, on, cwd));
}

function keptIn(
  folder: string,
  { saveAudio }: ArtifactFlags,
  on: 'failure' | 'always',
  cwd: string,
): ArtifactsOptions {
  if (saveAudio !== undefined) return { folder, on, cwd };
  // recordings are made inside the folder, so that files of any size are moved, not copied
  return { folder, on, cwd, recordings: recordingsFolder(folder) };
}

/** A folder for this run, among those of the last ones. */
function ofRun(cwd: string, use: (folder: string) => ArtifactsOptions): ArtifactsOptions {
  try {
    const { folder, ended } = newRunFolder(cwd);
    const options = use(folder);
    process.on('exit', ended);
    return options;
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    throw new OffhookError(
      'E_OUTPUT',
      {
        subject: '--artifacts',
        what: '".offhook/runs"',
        seen: `cannot be written to: ${reason(error)}`,
      },
      { hint: 'name a folder: --artifacts FOLDER' },
    );
  }
}

function artifactsOn({ artifacts, artifactsOn: said }: ArtifactFlags): 'failure' | 'always' {
  if (said === undefined) return 'failure';
  const on = ARTIFACTS_ON.find((one) => one === said);
  if (on === undefined) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--artifacts-on', what: `there is no "${said}"` },
      { hint: 'use failure or always' },
    );
  }
  if (artifacts !== undefined) return on;
  throw new OffhookError(
    'E_USAGE',
    { subject: '--artifacts-on', what: 'there is no folder to keep artifacts in' },
    { hint: 'add --artifacts FOLDER' },
  );
}

/** @param use gets the absolute path of the folder, which can be written to */
function made<T>(option: string, shown: string, use: (folder: string) => T): T {
  const folder = resolve(shown);
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return use(folder);
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    throw new OffhookError(
      'E_OUTPUT',
      { subject: option, what: `"${shown}"`, seen: `cannot be written to: ${reason(error)}` },
      { hint: 'name a folder that may be written to' },
    );
  }
}

function reason(error: unknown): string {
  if (error instanceof NotOrdinary) return `it ${error.message}`;
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return code === 'EEXIST' || code === 'ENOTDIR' ? 'it is not a folder' : code;
}
