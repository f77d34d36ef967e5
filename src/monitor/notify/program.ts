/**
 * A message for a program of the configuration: JSON on its standard input, the last transition in OFFHOOK_* variables.
 * No shell reads its words; it may run for `timeout`, then it is killed with its process group. It ends with the monitor.
 */
import type { ChildProcess } from 'node:child_process';
import { killGroup, startGuarded } from '../guarded.js';
import type { ExecTarget } from '../model/targets.js';
import { withoutSecrets } from './hidden.js';
import { clean, headline, noteOf } from './message.js';
import type { Message } from './message.js';
import type { Sent } from './sent.js';
import { jsonBody } from './templates/json-body.js';

/** So many bytes of what it wrote on its standard error are kept: the last ones. */
const LONGEST_OUTPUT = 4096;
const LONGEST_SHOWN = 200;
/** How long the rest of its output is waited for. */
const REST_MS = 500;
/** The program gets only these variables of the monitor's environment, because others may hold secrets. */
const HANDED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];

export type Environment = Readonly<Record<string, string | undefined>>;

export function runProgram(
  target: ExecTarget,
  message: Message,
  signal: AbortSignal,
  environment: Environment,
): Promise<Sent> {
  return new Promise((resolve) => {
    const [program = ''] = target.command;
    let output = Buffer.alloc(0);
    let killed: 'limit' | 'ended' | undefined;
    let child: ChildProcess;
    try {
      child = startGuarded(target.command, {
        stdin: 'pipe',
        stdout: 'ignore',
        env: { ...handedOn(environment), ...variablesOf(message), ...target.env },
      });
    } catch (error) {
      resolve({ result: 'refused', problem: `${program}: ${(error as Error).message}` });
      return;
    }
    const kill = (why: 'limit' | 'ended'): void => {
      killed ??= why;
      killGroup(child);
    };
    const limit = setTimeout(kill, target.timeout_ms, 'limit');
    const abort = (): void => {
      kill('ended');
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const done = (sent: Sent): void => {
      clearTimeout(limit);
      signal.removeEventListener('abort', abort);
      resolve(sent);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      done({ result: 'refused', problem: `${program}: ${error.message}` });
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      output = Buffer.concat([output, chunk]).subarray(-LONGEST_OUTPUT);
    });
    child.on('exit', (code, name) => {
      // What it left behind would hold its pipes, and outlive the monitor.
      killGroup(child);
      const finish = (): void => {
        clearTimeout(rest);
        child.stderr?.destroy();
        done(judged(program, { code, name, killed }, lastLine(output, target), target));
      };
      // A descendant with a group of its own may hold the pipe for ever.
      const rest = setTimeout(finish, REST_MS);
      child.on('close', finish);
    });
    // The program need not read its input.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${JSON.stringify(jsonBody(message))}\n`);
  });
}

interface Exit {
  readonly code: number | null;
  readonly name: NodeJS.Signals | null;
  readonly killed: 'limit' | 'ended' | undefined;
}

function judged(program: string, exit: Exit, said: string, { timeout_ms }: ExecTarget): Sent {
  const { code, name, killed } = exit;
  if (killed === 'ended') {
    return { result: 'retry', problem: `${program}: the monitor ended before the program did` };
  }
  if (killed === 'limit') {
    const problem = `${program}: killed, as it still ran after ${timeout_ms / 1000} s${said}`;
    return { result: 'retry', problem };
  }
  if (code === 0) return { result: 'sent', said: `${program}: exit code 0${said}` };
  const how = name === null ? `exit code ${code ?? '?'}` : `killed by ${name}`;
  return { result: 'retry', problem: `${program}: ${how}${said}` };
}

function variablesOf(message: Message): Record<string, string> {
  const last = message.told.at(-1);
  if (last === undefined) return {};
  return {
    OFFHOOK_DELIVERY: message.delivery,
    OFFHOOK_COUNT: String(message.told.length),
    OFFHOOK_KIND: last.kind,
    OFFHOOK_MONITOR: clean(last.monitor, 200),
    OFFHOOK_FROM: last.from,
    OFFHOOK_TO: last.to,
    OFFHOOK_AT: new Date(last.at).toISOString(),
    OFFHOOK_SUMMARY: headline(last),
    OFFHOOK_NOTE: noteOf(last) ?? '',
    OFFHOOK_RUN_URL: last.run_url ?? '',
  };
}

function handedOn(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    HANDED_ON.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function lastLine(output: Buffer, target: ExecTarget): string {
  const lines = output.toString().trimEnd().split('\n');
  const line = clean(withoutSecrets(lines.at(-1) ?? '', target), LONGEST_SHOWN);
  return line === '' ? '' : `: ${line}`;
}
