/** The baresip process of one agent: it dies with us, its output is handed on, its end is reported once. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { afterReading } from '../../after-reading.js';
import type { BaresipBinary } from './binary.js';
import { acceptedConnections } from './control-port.js';
import type { Wrapper } from './isolation.js';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Set when the program could not be started at all. */
  error?: Error;
}

export interface Output {
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
}

/**
 * How long to wait after the exit for the rest of the output: a grandchild may hold the pipe open. When bubblewrap was killed, the
 * output ends only when baresip has ended, too.
 */
const OUTPUT_REST_MS = 500;

export class BaresipProcess {
  /** Settles when the process has ended and its output was read. */
  readonly exited: Promise<Exit>;
  /** How many connections the machine had accepted just before the start. */
  readonly acceptedBefore = acceptedConnections();
  readonly #child: ChildProcess;
  #running = true;
  /** Pid of baresip, when the child is bubblewrap. */
  #inner: number | undefined;

  /** `wrapper`: isolates baresip, and ends it when this process dies. */
  constructor(binary: BaresipBinary, folder: string, output: Output, wrapper?: Wrapper) {
    const args = [binary.path, '-f', folder, '-s'];
    const [program, ...rest] = [...(wrapper?.(folder) ?? deathSignalPrefix()), ...args] as [
      string,
      ...string[],
    ];
    // The folder is the working directory: file names in the config stay short, and no file is written elsewhere.
    this.#child = spawn(program, rest, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', ...(wrapper === undefined ? [] : ['pipe' as const])],
      // Detached, because Ctrl-C in a terminal would end bubblewrap, and baresip with it, before it can hang up.
      detached: wrapper !== undefined,
    });
    const info = this.#child.stdio[3] as Readable | null | undefined;
    info?.on('data', (chunk: Buffer) => {
      const pid = /"child-pid": *(\d+)/.exec(chunk.toString())?.[1];
      if (pid !== undefined) this.#inner = Number(pid);
    });
    this.#child.stdout?.on('data', output.stdout);
    this.#child.stderr?.on('data', output.stderr);
    this.exited = this.#watch();
  }

  /** Pid of baresip itself, from the moment it is up; 0 when nothing was started. */
  get pid(): number {
    return this.#inner ?? this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#running;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#running) return;
    try {
      // bubblewrap does not forward signals; it ends when baresip does.
      if (this.#inner !== undefined) process.kill(this.#inner, signal);
      // SIGKILL for bubblewrap, too: if somebody has stopped it, it would not end by itself
      if (this.#inner === undefined || signal === 'SIGKILL') this.#child.kill(signal);
    } catch {
      // it has ended already
    }
  }

  /** Whether the process has ended, or ends within `ms`. */
  endsWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = afterReading(ms, () => {
        resolve(false);
      });
      void this.exited.then(() => {
        timer.cancel();
        resolve(true);
      });
    });
  }

  #watch(): Promise<Exit> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#running = false;
        resolve({ code: null, signal: null, error });
      });
      this.#child.once('exit', (code, signal) => {
        this.#running = false;
        const done = () => {
          rest.cancel();
          resolve(this.#inner === undefined ? { code, signal } : innerExit({ code, signal }));
        };
        const rest = afterReading(OUTPUT_REST_MS, done);
        this.#child.once('close', done);
      });
    });
  }
}

/** bubblewrap reports a signal as shells do: 128 plus its number. */
function innerExit({ code, signal }: Exit): Exit {
  const names = Object.entries(constants.signals) as [NodeJS.Signals, number][];
  const name = names.find(([, number]) => number === (code ?? 0) - 128)?.[0];
  return name === undefined ? { code, signal } : { code: null, signal: name };
}

let prefix: string[] | undefined;

/** On Linux the kernel ends the agent when this process dies, however it dies. */
function deathSignalPrefix(): string[] {
  prefix ??= findDeathSignalPrefix();
  return prefix;
}

function findDeathSignalPrefix(): string[] {
  if (process.platform !== 'linux') return [];
  const program = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
  if (program === undefined) return [];
  const words = ['--pdeathsig', 'KILL', '--'];
  // The program sets its capabilities as well, which a filter of system calls (of a systemd unit or a container) may refuse.
  const { status } = spawnSync(program, [...words, '/bin/sh', '-c', ':'], { stdio: 'ignore' });
  return status === 0 ? [program, ...words] : [];
}

/** How the process ended, in words. */
export function exitReason(exit: Exit): string {
  if (exit.error !== undefined) return exit.error.message;
  return exit.signal === null ? `exit code ${exit.code ?? 0}` : `signal ${exit.signal}`;
}
