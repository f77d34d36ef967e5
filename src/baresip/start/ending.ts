/** Ends a baresip process, and clears away what it was started with. */
import { Limit } from '../../agents/limit.js';
import type { Ctrl } from '../wire/ctrl.js';
import type { Ground } from '../ground.js';
import { removeFolder } from './folder.js';
import type { BaresipProcess } from './process.js';

const QUIT_MS = 1000;
const TERM_MS = 100;

/**
 * Asks the process to end, then sends SIGTERM, then SIGKILL; resolves when it has ended or the last was sent.
 * @param ctrl the control connection of a process that answers: it leaves with BYE and un-REGISTER
 * @param isHung the process does not answer: it would not hear SIGTERM either
 */
export async function endProcess(
  process: BaresipProcess,
  ctrl: Ctrl | undefined,
  isHung: boolean,
): Promise<void> {
  if (ctrl !== undefined) {
    // Where somebody else has the connection, the signal does the same: BYE, un-REGISTER, end.
    if (ctrl.isClosed) process.kill('SIGTERM');
    else void ctrl.send([{ name: 'quit' }], new Limit(QUIT_MS));
    if (await process.endsWithin(QUIT_MS)) return;
  }
  process.kill('SIGTERM');
  if (!isHung && (await process.endsWithin(TERM_MS))) return;
  process.kill('SIGKILL');
}

/** Removes the folder and gives the ports back. Returns what went wrong. */
export function clearGround({ folder, slot }: Ground): string | undefined {
  try {
    removeFolder(folder);
    slot.release();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
