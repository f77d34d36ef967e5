/**
 * What a run of the CLI left behind. Test files run in parallel, so everything must be attributable: a run
 * gets a temporary folder of its own as TMPDIR; every process it starts inherits that and every
 * folder it makes lies below it. A port cannot outlive its process, so processes and folders are enough.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const POLL_MS = 20;

export interface LeftoverWatch {
  /** The run's TMPDIR. */
  folder: string;
  /** Processes still there, as "pid command line". */
  processes(): string[];
  /** Temporary folders of Offhook still there. */
  folders(): Promise<string[]>;
  /** Waits until the processes are gone, at most so many ms, and says whether they are. */
  processesGone(within: number): Promise<boolean>;
  /** Throws when a process or folder is left. Cleans up in every case. */
  assertNothingLeft(within?: number): Promise<void>;
}

export async function watchLeftovers(): Promise<LeftoverWatch> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'offhook-test-'));
  const processes = (): string[] =>
    processesNaming(folder).map(({ pid, command }) => `${pid} ${command}`);
  const folders = async (): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    // plain files may be shared by runs: the port table
    return entries
      .filter((entry) => entry.isDirectory() && entry.name.startsWith('offhook-'))
      .map(({ name }) => name);
  };
  const processesGone = (within: number): Promise<boolean> => goneWithin(folder, within);
  return {
    folder,
    processes,
    folders,
    processesGone,
    assertNothingLeft: async (within = 0) => {
      const left = [
        ...((await processesGone(within)) ? [] : processes().map((line) => `process ${line}`)),
        ...(await folders()).map((name) => `folder ${name}`),
      ];
      if (left.length > 0) killNaming(folder);
      await rm(folder, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`left behind:\n  ${left.join('\n  ')}`);
    },
  };
}

/** Runs the action; throws if a process or folder is left `within` ms after it. */
export async function leavingNothing<T>(
  leftovers: LeftoverWatch,
  act: () => Promise<T>,
  within = 0,
): Promise<T> {
  let result: T;
  try {
    result = await act();
  } catch (error) {
    // the action's own error says what went wrong, so an error about leftovers is dropped
    await leftovers.assertNothingLeft(within).catch(() => undefined);
    throw error;
  }
  await leftovers.assertNothingLeft(within);
  return result;
}

/** Waits up to `within` ms until no process names the text any more; returns whether that is so. */
export async function goneWithin(text: string, within: number): Promise<boolean> {
  const end = performance.now() + within;
  // processes of others give no event when they end
  for (;;) {
    if (processesNaming(text).length === 0) return true;
    if (performance.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

interface FoundProcess {
  pid: number;
  command: string;
}

/**
 * Living processes, but not this one, whose command line or environment contains the text (Linux). Each run of the CLI in
 * the tests ends with it. Some hundred files are read, for which promises would take ten times the processor time.
 */
export function processesNaming(text: string): FoundProcess[] {
  const pids = (existsSync('/proc') ? readdirSync('/proc') : [])
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids
    .filter((pid) => pid !== process.pid)
    .map((pid) => readProcess(pid, text))
    .filter((one) => one !== undefined);
}

/** The process, if it lives and names the text. */
function readProcess(pid: number, text: string): FoundProcess | undefined {
  try {
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (!commandLine.includes(text) && !environmentOf(pid).includes(text)) return undefined;
    if (isBeingKilled(readFileSync(`/proc/${pid}/status`, 'utf8'))) return undefined;
    return { pid, command: commandLine.replaceAll('\0', ' ').trim() };
  } catch {
    return undefined;
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // another user's process, which is not one of ours either
    return '';
  }
}

/** SIGKILL is on its way: on a busy machine some time passes before the process is gone. */
function isBeingKilled(status: string): boolean {
  const pending = [...status.matchAll(/^(?:Sig|Shd)Pnd:\s*([0-9a-f]+)$/gm)];
  return pending.some(([, bits]) => (parseInt((bits ?? '').slice(-4), 16) & 0x100) !== 0);
}

function killNaming(text: string): void {
  for (const { pid } of processesNaming(text)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it was faster
    }
  }
}
