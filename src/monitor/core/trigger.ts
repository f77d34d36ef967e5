/**
 * A program of the configuration that places the call a scenario waits for. A scenario cannot start programs, so its run gets an
 * address on loopback, in OFFHOOK_TRIGGER, that nobody else knows; a request to it starts the program. The answer is 200 with what
 * the program wrote, or 502 with what went wrong.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { killGroup, startGuarded } from '../guarded.js';
import type { TriggerSettings } from '../model/settings.js';

export interface OpenTrigger {
  readonly url: string;
  /** Ends programs that still run, with what they have started. */
  close(): Promise<void>;
}

export interface TriggerPlace {
  /** Folder the program starts in. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The answer holds so many characters of what the program wrote. */
const LONGEST_ANSWER = 4096;
/** How long the rest of its output is waited for. */
const REST_MS = 500;
/** A number, or another name of who is to be called; none begins with "-", which a program would take for an option. */
const NUMBER = /^[+\w*#@.:][+\w*#@.:-]{0,199}$/;

export async function openTrigger(
  { exec, timeout_ms }: TriggerSettings,
  { cwd, environment }: TriggerPlace,
): Promise<OpenTrigger> {
  const path = `/${randomBytes(18).toString('base64url')}`;
  const running = new Set<ChildProcess>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://trigger');
    const number = url.searchParams.get('number') ?? '';
    const takesNumber = exec.some((word) => word.includes('{number}'));
    if (url.pathname !== path) {
      end(response, 404, 'nothing is here');
      return;
    }
    if (takesNumber && !NUMBER.test(number)) {
      end(response, 400, `"${number}" is not a number to call: request ...?number=%2B4930123456`);
      return;
    }
    const words = exec.map((word) => word.replaceAll('{number}', number));
    const failed = (why: string): void => {
      end(response, 502, `${words[0] ?? ''}: ${why}`);
    };
    try {
      const child = startGuarded(words, {
        cwd,
        env: environment,
        stdin: 'ignore',
        stdout: 'pipe',
      });
      running.add(child);
      void outcomeOf(child, timeout_ms).then(({ problem, stdout, stderr }) => {
        running.delete(child);
        if (problem === undefined) end(response, 200, stdout);
        else failed(`${problem}: ${stderr.trim()}`);
      });
    } catch (error) {
      failed((error as Error).message);
    }
  };
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    close: async () => {
      for (const child of running) killGroup(child);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Outcome {
  /** Why it is no success. */
  readonly problem?: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Resolves when it has ended; what it leaves behind is killed. */
async function outcomeOf(child: ChildProcess, limit: number): Promise<Outcome> {
  const stdout = textOf(child.stdout);
  const stderr = textOf(child.stderr);
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    killGroup(child);
  }, limit);
  const problem = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}`);
    });
  });
  clearTimeout(timer);
  killGroup(child);
  const texts = { stdout: await stdout(), stderr: await stderr() };
  if (late.signal.aborted) return { problem: `it took longer than ${limit / 1000} s`, ...texts };
  return problem === undefined ? texts : { problem, ...texts };
}

/** Reads on, but keeps no more than an answer holds. A descendant with a group of its own is not waited for. */
function textOf(stream: Readable | null): () => Promise<string> {
  let text = '';
  stream?.setEncoding('utf8').on('data', (piece: string) => {
    if (text.length < LONGEST_ANSWER) text += piece;
  });
  return async () => {
    if (stream !== null && !stream.readableEnded) {
      await Promise.race([
        finished(stream).catch(() => undefined),
        pause(REST_MS, undefined, { ref: false }),
      ]);
      stream.destroy();
    }
    return text;
  };
}

function end(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text.slice(0, LONGEST_ANSWER));
}
