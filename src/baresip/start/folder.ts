/** The temporary folders of a run, such as one for each agent, and the sweep that removes those of killed runs. */
import {
  ftruncateSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOurs, readOrdinary } from '../../ordinary-file.js';
import { SILENCE_FILE, wavHeader } from './config.js';

const AGENT = 'offhook-agent-';
/** Calls that are recorded for reports only. */
const RECORDINGS = '.offhook-recordings-';
const PID_FILE = 'pid';
const PID_FILE_BYTES = 256;
/** After this time a folder without a pid file is stale: its run was killed just before it would have written the file. */
const UNFINISHED_MS = 60_000;
/** Long enough to be re-armed in time, short enough to be loaded within a millisecond when a call is answered. */
export const SILENCE_SECONDS = 20;

export interface FolderFiles {
  config: string;
  accounts: string;
  /** Keys and certificates, by their names in the folder; only for agents that use TLS. */
  certificates: readonly { file: string; pem: string }[];
}

/** A folder for recordings; `abandonAgents` and the sweep remove it, too. @throws the error of the system */
export function createRecordingsFolder(): string {
  return createOwned(RECORDINGS);
}

/** Makes a folder that holds the identity of this process, by which the sweep knows whether its run is alive. */
function createOwned(prefix: string): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  writeFileSync(join(folder, PID_FILE), `${ownIdentity()}\n`);
  return folder;
}

export function createFolder(files: FolderFiles): string {
  const folder = createOwned(AGENT);
  writeFileSync(join(folder, 'config'), files.config, { mode: 0o600 });
  writeFileSync(join(folder, 'accounts'), files.accounts, { mode: 0o600 });
  for (const { file, pem } of files.certificates) {
    writeFileSync(join(folder, file), pem, { mode: 0o600 });
  }
  const silence = openSync(join(folder, SILENCE_FILE), 'w');
  const header = wavHeader(SILENCE_SECONDS);
  writeSync(silence, header);
  ftruncateSync(silence, header.length + SILENCE_SECONDS * 8000 * 2);
  closeSync(silence);
  return folder;
}

/** Notes baresip's pid for the sweep: without a parent-death signal baresip may outlive the run. */
export function notePid(folder: string, pid: number): void {
  const agent = pid > 0 ? `${identity(pid)}\n` : '';
  writeFileSync(join(folder, PID_FILE), `${ownIdentity()}\n${agent}`);
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 2 });
}

/** Kills the remaining agents of this process and removes its folders, at once: it is about to end. */
export function abandonAgents(): void {
  for (const folder of ownedFolders()) {
    const [owner, agent = ''] = pidLines(folder);
    if (owner !== ownIdentity()) continue;
    if (agent !== '' && isAlive(agent)) killAgent(agent, folder);
    removeFolder(folder);
  }
}

/** Removes folders of runs that are dead and ends their agents; returns the removed folders. */
export function sweepStale(): string[] {
  return ownedFolders()
    .filter(isStale)
    .filter((folder) => {
      try {
        removeFolder(folder);
        return true;
      } catch {
        return false; // the folder of another user, whose run will sweep it
      }
    });
}

function ownedFolders(): string[] {
  // without such a folder there is nothing to sweep; createFolder() reports the problem
  if (statSync(tmpdir(), { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(tmpdir())
    .filter((name) => [AGENT, RECORDINGS].some((prefix) => name.startsWith(prefix)))
    .map((name) => join(tmpdir(), name))
    .filter(isOwnFolder);
}

/** Whether mkdtemp made the folder for this user: in any other folder a stranger may have written the files. */
function isOwnFolder(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && isOurs(stat.uid) && (stat.mode & 0o077) === 0;
}

/** Identities of the run and of its agent; nobody when the file cannot be read. */
function pidLines(folder: string): string[] {
  try {
    const rules = { largest: PID_FILE_BYTES, owners: [], links: false };
    return readOrdinary(join(folder, PID_FILE), rules).toString().split('\n');
  } catch {
    return [];
  }
}

function isStale(folder: string): boolean {
  const [owner = '', agent = ''] = pidLines(folder);
  if (owner === '') return ageMs(folder) > UNFINISHED_MS;
  if (isAlive(owner)) return false;
  return agent === '' || !isAlive(agent) || killAgent(agent, folder);
}

/** Returns false when the process is not the baresip of that folder, or must not be killed. */
function killAgent(id: string, folder: string): boolean {
  const pid = Number(id.split(' ')[0]);
  try {
    return isAgent(pid, folder) && process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile, or belongs to another user.
    return false;
  }
}

/** Checks the command line, which names the folder (bubblewrap's, too); without /proc the number must do. */
function isAgent(pid: number, folder: string): boolean {
  if (!existsSync('/proc/self/cmdline')) return true;
  const ours = isOurs(statSync(`/proc/${pid}`).uid);
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return ours && words.some((word, at) => word === '-f' && words[at + 1] === folder);
}

function ageMs(folder: string): number {
  try {
    return Date.now() - statSync(folder).mtimeMs;
  } catch {
    // Another run has removed the folder: nothing is left to sweep.
    return 0;
  }
}

let ownId: string | undefined;

/** The identity of this process, which never changes. */
function ownIdentity(): string {
  return (ownId ??= identity(process.pid));
}

/** "pid start-time": the start time distinguishes a process from a later one with the same number. */
function identity(pid: number): string {
  return `${pid} ${processStat(pid).started ?? ''}`;
}

function isAlive(id: string): boolean {
  const [pid = '', started = ''] = id.split(' ');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const { state, started: now = '' } = processStat(Number(pid));
  // A zombie has ended; in a container without an init process nobody ever collects it.
  if (state === 'Z') return false;
  return started === '' || now === '' || now === started;
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); absent where there is no /proc. */
function processStat(pid: number): { state?: string | undefined; started?: string | undefined } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the program's name in brackets and may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], started: fields[19] };
  } catch {
    return {};
  }
}
