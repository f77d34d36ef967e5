/**
 * Starts programs of the configuration so that they end with the monitor, even on kill -9, when nothing is left to enforce their time
 * limits: beside each one a shell waits for the end of a pipe from the monitor, and then kills the program's process group.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * The shell becomes the program ("exec"), so its pid and exit code are those of the program. The watcher is no child of the
 * program, which may wait for all children it has; nor does it hold the program's input and output open. File descriptor 3 is the
 * pipe: reading it ends when the monitor is gone. The words are arguments: the shell does not read them.
 */
const SCRIPT = '( ( read -r _ <&3; kill -KILL -$$ ) </dev/null >/dev/null 2>&1 & ); exec "$@" 3<&-';

export interface ProgramPlace {
  /** Folder it starts in; that of the monitor unless given. */
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  /** What becomes of its input and output; its error output is a pipe. */
  readonly stdin: 'pipe' | 'ignore';
  readonly stdout: 'pipe' | 'ignore';
}

/** Starts a program as the leader of a process group. @throws Error where it is not there or cannot be started, with `code` */
export function startGuarded(
  [program = '', ...words]: readonly string[],
  { cwd, env, stdin, stdout }: ProgramPlace,
): ChildProcess {
  assertProgram(program, { path: env['PATH'] ?? '', cwd: cwd ?? '.' });
  return spawn('/bin/sh', ['-c', SCRIPT, 'offhook', program, ...words], {
    ...(cwd === undefined ? {} : { cwd }),
    env,
    detached: true,
    stdio: [stdin, stdout, 'pipe', 'pipe'],
  });
}

/** Kills the program and all it has started, as far as that stayed in its group. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no process left.
  }
}

/** Checks that the program can run: the shell would only write to stderr, and exit with a code that a program may use as well. */
function assertProgram(program: string, where: { path: string; cwd: string }): void {
  const places = program.includes('/')
    ? [resolve(where.cwd, program)]
    : where.path
        .split(delimiter)
        .map((folder) => join(isAbsolute(folder) ? folder : resolve(where.cwd, folder), program));
  const problems = places.map(problemOf);
  if (problems.includes(undefined)) return;
  const code = problems.find((one) => one !== 'ENOENT') ?? 'ENOENT';
  throw Object.assign(new Error(code === 'ENOENT' ? 'no such program' : NOT_RUNNABLE), { code });
}

const NOT_RUNNABLE = 'not an executable file';

function problemOf(path: string): string | undefined {
  try {
    if (!statSync(path).isFile()) return 'EACCES';
    accessSync(path, constants.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EACCES';
  }
}
