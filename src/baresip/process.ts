/** The baresip process of one agent: spawned so that it dies with us, its output handed on, its end told once. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { BaresipBinary } from './binary.js';

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

/** After the exit, how long to wait for the rest of the output: a grandchild may hold the pipe open. */
const OUTPUT_REST_MS = 50;

export class BaresipProcess {
  readonly pid: number;
  /** Settles when the process has ended and its output was read. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #running = true;

  constructor(binary: BaresipBinary, folder: string, output: Output) {
    const args = ['-f', folder, '-s'];
    const [program, ...rest] = [...deathSignalPrefix(), binary.path, ...args] as [
      string,
      ...string[],
    ];
    // The folder is the working directory: file names in the config stay short, nothing lands elsewhere.
    this.#child = spawn(program, rest, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.pid = this.#child.pid ?? 0;
    this.#child.stdout?.on('data', output.stdout);
    this.#child.stderr?.on('data', output.stderr);
    this.exited = this.#watch();
  }

  get running(): boolean {
    return this.#running;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal);
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
          clearTimeout(timer);
          resolve({ code, signal });
        };
        const timer = setTimeout(done, OUTPUT_REST_MS);
        this.#child.once('close', done);
      });
    });
  }
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
  return program === undefined ? [] : [program, '--pdeathsig', 'KILL', '--'];
}

/** How it ended, in words. */
export function exitReason(exit: Exit): string {
  if (exit.error !== undefined) return exit.error.message;
  return exit.signal === null ? `exit code ${exit.code ?? 0}` : `signal ${exit.signal}`;
}
