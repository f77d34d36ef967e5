/** Runs the built CLI as users do: its own process, its own temporary folder, nothing left afterwards. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chownSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { ASSISTANTS } from '../../settings/process-environment.js';
import { leavingNothing, type LeftoverWatch, watchLeftovers } from './leftovers.js';

export const CLI_FILE = fileURLToPath(new URL('../../../dist/program/cli.js', import.meta.url));
const PROJECT_FOLDER = fileURLToPath(new URL('../../..', import.meta.url));

/** Just below the limit of an end-to-end test (E2E_LIMIT_MS of the settings), so that the failure names the command that did not end. */
const DEFAULT_TIMEOUT_MS = 55_000;

export interface CliOptions {
  cwd?: string;
  /** Variables on top of the environment of the tests; undefined removes one. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Written to stdin, which is closed then. */
  input?: string;
  /** After so many ms the run is killed and the result rejects. */
  timeout?: number;
  /** Sends a signal as soon as a text is on stdout or stderr. */
  signalAt?: { text: string | RegExp; signal: NodeJS.Signals };
  /** Use this watch, and leave checking and cleaning to its owner. */
  leftovers?: LeftoverWatch;
}

export interface CliResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
}

export interface RunningCli {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when the text is on stdout or stderr; rejects when the run ends without it. */
  waitFor(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  done: Promise<CliResult>;
}

/** Runs to the end and checks that no process and no temporary folder is left. */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  if (options.leftovers === undefined) {
    const leftovers = await watchLeftovers();
    return leavingNothing(leftovers, () => runCli(args, { ...options, leftovers }));
  }
  const cli = startCli(args, { ...options, leftovers: options.leftovers });
  if (options.signalAt !== undefined) {
    await cli.waitFor(options.signalAt.text);
    cli.kill(options.signalAt.signal);
  }
  return cli.done;
}

/** Asserts that all scenarios passed or were skipped; `summary` matches the numbers. */
export function expectPassed({ code, stdout, stderr }: CliResult, summary: RegExp): void {
  // the whole report where something failed
  expect(code === 0 ? '' : stdout).toBe('');
  expect(stderr).toBe('');
  expect(stdout).toMatch(summary);
  expect(stdout).not.toMatch(/\d (failed|errored)/);
}

/**
 * Asserts that each scenario passed, or was skipped for a reason that matches `skips`. Not for a run with -q, which leaves the
 * reasons out.
 */
export function expectScenarios(
  result: CliResult,
  { count, skips }: { count?: number; skips?: RegExp | undefined },
): void {
  const { stdout } = result;
  const total = Number(/^(\d+) scenarios?: /m.exec(stdout)?.[1]);
  const reasons = [...stdout.matchAll(/^ *- (?:.* {2})?skipped: (.*)$/gm)].map(
    ([, reason = '']) => reason,
  );
  const passed = total - reasons.length;
  const parts = [
    ...(passed === 0 ? [] : [`${passed} passed`]),
    ...(reasons.length === 0 ? [] : [`${reasons.length} skipped`]),
  ];
  expectPassed(result, new RegExp(`^${total} scenarios?: ${parts.join(', ')} in`, 'm'));
  expect(reasons.filter((reason) => skips?.test(reason) !== true)).toEqual([]);
  if (count !== undefined) expect(total).toBe(count);
}

/** Starts a run that the test steers. The test owns the watch, and ends with its `assertNothingLeft`. */
export function startCli(
  args: readonly string[],
  options: CliOptions & { leftovers: LeftoverWatch },
): RunningCli {
  if (!existsSync(CLI_FILE)) throw new Error(`${CLI_FILE} is missing: run "npm run build"`);
  const started = performance.now();
  const child = spawn(process.execPath, ['--', CLI_FILE, ...args], {
    cwd: options.cwd ?? PROJECT_FOLDER,
    env: runEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const output = new Output(child);
  const done = new Promise<CliResult>((resolve, reject) => {
    const limit = options.timeout ?? DEFAULT_TIMEOUT_MS;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const { stdout, stderr } = output;
      if (late)
        reject(
          new Error(`offhook ${args.join(' ')}: still running after ${limit} ms\n${output.both}`),
        );
      else
        resolve({
          code,
          signal,
          stdout,
          stderr,
          ms: performance.now() - started,
        });
    });
  });
  // a test that only uses waitFor gets the failure there
  done.catch(() => undefined);
  return {
    pid: child.pid ?? -1,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    waitFor: (text) => output.waitFor(text),
    kill: (signal) => {
      child.kill(signal);
    },
    done,
  };
}

/** "nobody" of most systems: where tests run as root, what npm installs does not. */
const ORDINARY_USER = 65_534;
const isRoot = process.getuid?.() === 0;

/** Gives files to the user as whom `runAsUser` runs programs. */
export function giveToUser(...paths: readonly string[]): void {
  if (isRoot) for (const path of paths) chownSync(path, ORDINARY_USER, ORDINARY_USER);
}

/**
 * Runs any program to its end as a user who is not root, such as npm and what it has installed. @param home the user's own
 * folder, for temporary files, too
 */
export async function runAsUser(
  words: readonly [string, ...string[]],
  { cwd, home }: { cwd: string; home: string },
): Promise<Pick<CliResult, 'code' | 'stdout' | 'stderr'>> {
  // npm passes its settings to the tests as variables, which must not reach another npm
  const others = Object.entries(process.env).filter(([name]) => !/^npm_|^CI$/i.test(name));
  const quiet = { npm_config_update_notifier: 'false', npm_config_loglevel: 'error' };
  const own = { NO_COLOR: '1', TMPDIR: home, ...(isRoot ? { HOME: home } : {}) };
  const user = ['setpriv', `--reuid=${ORDINARY_USER}`, `--regid=${ORDINARY_USER}`];
  const [program = '', ...rest] = [...(isRoot ? [...user, '--clear-groups'] : []), ...words];
  const env = { ...Object.fromEntries(others), ...quiet, ...own };
  return new Promise((resolve) => {
    execFile(program, rest, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

/** Colours, a CI's own settings and the assistant that runs the tests must not change what a test reads. */
function runEnvironment({ env, leftovers }: CliOptions): NodeJS.ProcessEnv {
  const choosing = new Set(['FORCE_COLOR', 'CI', 'GITHUB_ACTIONS', ...ASSISTANTS]);
  const others = Object.entries(process.env).filter(([name]) => !choosing.has(name));
  const merged: NodeJS.ProcessEnv = { ...Object.fromEntries(others), NO_COLOR: '1' };
  Object.assign(merged, env);
  if (leftovers !== undefined) merged['TMPDIR'] = leftovers.folder;
  return merged;
}

/** Collects both streams and wakes those who wait for a text. */
class Output {
  stdout = '';
  stderr = '';
  #closed = false;
  readonly #wake = new Set<() => void>();

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#notify();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#notify();
    });
    child.once('close', () => {
      this.#closed = true;
      this.#notify();
    });
  }

  get both(): string {
    return `--- stdout\n${this.stdout}\n--- stderr\n${this.stderr}`;
  }

  waitFor(text: string | RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const seen = [this.stdout, this.stderr].some((stream) =>
          typeof text === 'string' ? stream.includes(text) : text.test(stream),
        );
        if (!seen && !this.#closed) return;
        this.#wake.delete(look);
        if (seen) resolve();
        else reject(new Error(`the run ended without ${String(text)}\n${this.both}`));
      };
      this.#wake.add(look);
      look();
    });
  }

  #notify(): void {
    for (const look of [...this.#wake]) look();
  }
}
