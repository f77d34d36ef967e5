/**
 * One run as a process of its own: `offhook run --json`. What crashes or hangs there leaves the monitor alone, and when the
 * monitor is killed the run ends as on Ctrl-C, because its IPC channel closes (`cli/signals.ts`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { RunEvent } from '../../model/run-event.js';
import type { MonitorSettings } from '../model/settings.js';
import { Listener, type Told } from './result.js';
import { openTrigger } from './trigger.js';

/** Time for teardowns and hangups after the limit or a stop; then, after a second signal, until everything is killed. */
const GRACE_MS = 8000;
const SECOND_GRACE_MS = 2000;
/** Most characters of a process's error output that are kept. */
const MOST_STDERR = 8192;

/** File in the folder of a run that holds its events; every report is made of it. */
export const RECORD = 'run.ndjson';

export interface ChildPlace {
  /** Program and first arguments that start Offhook: node and its file. */
  readonly program: readonly string[];
  /** Folder that the paths of the monitor are relative to. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

interface ChildOptions extends ChildPlace {
  /** Exists; the run's files go there. */
  readonly folder: string;
  /** Keep audio, captures and logs of a run that passes, too. */
  readonly keep_all: boolean;
  /** Aborted to end it: it hangs up and tears down, and is killed if that takes too long. */
  readonly signal: AbortSignal;
}

/** Runs a monitor once; resolves when its process and all it started are gone. Never rejects. */
export type Runner = (
  settings: MonitorSettings,
  how: Pick<ChildOptions, 'folder' | 'keep_all' | 'signal'>,
) => Promise<Ended>;

/** The result of a run that has ended: the events that its process reported, and how the process ended. */
export interface Ended extends Told {
  /** It was killed, or told to end, because it took longer than its limit. */
  readonly timed_out: boolean;
}

/** A runner that starts each run as a process there. */
export function childRunner(place: ChildPlace): Runner {
  return async (settings, how) => {
    if (settings.trigger === undefined) return runChild(settings, { ...place, ...how });
    const trigger = await openTrigger(settings.trigger, place);
    const environment = { ...place.environment, OFFHOOK_TRIGGER: trigger.url };
    try {
      return await runChild(settings, { ...place, ...how, environment });
    } finally {
      await trigger.close();
    }
  };
}

async function runChild(settings: MonitorSettings, options: ChildOptions): Promise<Ended> {
  const [command = process.execPath, ...first] = options.program;
  const child = spawn(command, [...first, ...argumentsOf(settings, options)], {
    cwd: options.cwd,
    // Not on the command line, which everybody on the machine can read.
    env: { ...options.environment, OFFHOOK_SET: linesOf(settings.set, options.environment) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A process group of its own: Ctrl-C in the terminal of the monitor is for the monitor, and a kill reaches the group.
    detached: true,
  });
  const listener = new Listener();
  const exited = exitOf(child);
  const stderr = collect(child);
  const told = listen(child, listener, options.folder);
  const ending = new Ending(child);
  const timer = setTimeout(() => {
    ending.begin(true);
  }, settings.timeout_ms);
  const stop = (): void => {
    ending.begin(false);
  };
  if (options.signal.aborted) stop();
  options.signal.addEventListener('abort', stop, { once: true });
  const exit = await exited;
  clearTimeout(timer);
  options.signal.removeEventListener('abort', stop);
  ending.end();
  const problem = await told;
  const said = exit.error ?? problem ?? stderr();
  return { ...listener.told(exit.code, said), timed_out: ending.timedOut };
}

function argumentsOf(
  settings: MonitorSettings,
  { folder, keep_all }: ChildOptions,
): readonly string[] {
  return [
    'run',
    '--json',
    '--metrics',
    ...['--artifacts', join(folder, 'files'), '--artifacts-on', keep_all ? 'always' : 'failure'],
    ...['--last-run', join(folder, 'last-run.json')],
    ...['--retries', String(settings.retries)],
    ...selectionOf(settings),
  ];
}

/** Which scenarios it runs and the variables they find, as words of `offhook run` and `offhook list`. */
export function selectionOf(settings: MonitorSettings): readonly string[] {
  const each = (flag: string, values: readonly string[]): readonly string[] =>
    values.flatMap((value) => [flag, value]);
  return [
    ...each('--scenario', settings.scenario),
    ...each('--tag', settings.tags),
    ...each('--exclude-tag', settings.exclude_tags),
    // Not --env-file: Node.js 20 takes an option of that name for its own, wherever it stands.
    ...each('--vars', settings.env_file),
    '--',
    ...settings.run,
  ];
}

/** Appends the variables of the monitor to OFFHOOK_SET of its environment: of two with the same name the last one counts. */
function linesOf(
  variables: Readonly<Record<string, string>>,
  { OFFHOOK_SET: given = '' }: Readonly<Record<string, string>>,
): string {
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [...(given === '' ? [] : [given]), ...lines].join('\n');
}

/** Ends a run in three steps: its teardown, its exit, and the death of its process group. */
class Ending {
  readonly #child: ChildProcess;
  #timer: NodeJS.Timeout | undefined;
  timedOut = false;
  #begun = false;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  begin(timedOut: boolean): void {
    if (this.#begun) return;
    this.#begun = true;
    this.timedOut = timedOut;
    this.#kill('SIGINT', false);
    this.#after(GRACE_MS, () => {
      this.#kill('SIGTERM', false);
      this.#after(SECOND_GRACE_MS, () => {
        this.#kill('SIGKILL', true);
      });
    });
  }

  /** The process has ended; what it may have left in its group goes, too. */
  end(): void {
    clearTimeout(this.#timer);
    this.#kill('SIGKILL', true);
  }

  #after(ms: number, action: () => void): void {
    this.#timer = setTimeout(action, ms);
  }

  #kill(signal: NodeJS.Signals, group: boolean): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(group ? -pid : pid, signal);
    } catch {
      // It is gone already.
    }
  }
}

interface Exit {
  readonly code?: number;
  /** Why it could not be started, or which signal ended it. */
  readonly error?: string;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined)
        resolve({ error: `the run could not be started: ${error.message}` });
    });
    child.once('exit', (code, signal) => {
      if (code !== null) resolve({ code });
      else resolve({ error: `the process of the run was ended by ${signal ?? 'a signal'}` });
    });
  });
}

function collect({ stderr }: ChildProcess): () => string {
  let text = '';
  stderr?.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(0, MOST_STDERR);
  });
  return () => text;
}

/** Writes the record and listens to it. @returns a problem of the record, once all of it was read */
async function listen(
  { stdout }: ChildProcess,
  listener: Listener,
  folder: string,
): Promise<string | undefined> {
  if (stdout === null) return undefined;
  let problem: string | undefined;
  const record = createWriteStream(join(folder, RECORD), { mode: 0o600 });
  record.on('error', (error) => {
    problem ??= `the record of the run could not be written: ${error.message}`;
  });
  const lines = createInterface({ input: stdout });
  lines.on('line', (line) => {
    record.write(`${line}\n`);
    const event = eventOf(line);
    if (event === undefined) problem ??= 'the run wrote a line that is not an event';
    else listener.on(event);
  });
  await new Promise<void>((resolve) => {
    lines.once('close', resolve);
  });
  record.end();
  await finished(record).catch(() => undefined);
  return problem;
}

function eventOf(line: string): RunEvent | undefined {
  try {
    return JSON.parse(line) as RunEvent;
  } catch {
    return undefined;
  }
}
