/**
 * A SIP server as a process group of its own: its main process may be killed without its children, so
 * everything is ended by group. The group also holds a watchdog: a shell that reads a pipe we keep open and,
 * when the pipe closes because this process died in any way, removes the folder and kills the group.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

export interface ServerProcess {
  /** Id of the main process and of the group. */
  pid: number;
  /** Settles when the main process ends: "exit code 255" or "signal SIGKILL". */
  ended: Promise<string>;
  lastLog(lines: number): Promise<string>;
  /** Sends SIGTERM and, after the limit, SIGKILL to the rest of the group. @param limitMs for a program that saves something first */
  stop(limitMs?: number): Promise<void>;
}

/**
 * Kamailio ends within 15 ms, unless the signal comes while its last children start (they miss it). It has
 * nothing to save, so there is no need to be patient.
 */
const STOP_LIMIT_MS = 300;

/**
 * $1 is the folder; the rest is the command. File descriptor 3 is the pipe, for the watchdog alone. It is
 * forked twice: Kamailio waits for all its children before it ends, and this must not be one. The pipe also
 * closes when Kamailio ($$) ended first; then the folder is still ours.
 */
const SUPERVISED = `exec 3<&0 </dev/null >"$1/server.log" 2>&1
( ( trap '' HUP INT TERM; read -r _ <&3; kill -0 $$ 2>&- && rm -rf -- "$1"; kill -KILL 0 ) & )
exec 3<&-; shift; exec "$@"`;

/** The server runs in `folder` and prints into `server.log` there. */
export function spawnServer(folder: string, command: readonly string[]): ServerProcess {
  const child = execa('sh', ['-c', SUPERVISED, 'sh', folder, ...command], {
    cwd: folder,
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
  });
  // a dead reader of the pipe is seen as the end of the process, not as an error of the stream
  child.stdin.on('error', () => undefined);
  const pid = child.pid ?? 0;
  const ended = child.then(({ exitCode, signal, shortMessage }) => {
    killGroup(pid);
    if (signal !== undefined) return `signal ${signal}`;
    return exitCode === undefined ? String(shortMessage) : `exit code ${exitCode}`;
  });
  return {
    pid,
    ended,
    lastLog: (lines) => lastLines(join(folder, 'server.log'), lines),
    stop: async (limitMs = STOP_LIMIT_MS) => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => {
        killGroup(pid);
      }, limitMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Normally nothing is left of the group, and kill() fails with ESRCH. */
function killGroup(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function lastLines(file: string, count: number): Promise<string> {
  // A server that could not be started has written no log.
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-count).join('\n');
}
