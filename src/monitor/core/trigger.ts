/**
 * A program of the configuration that places the call a scenario waits for. A scenario starts no programs: while its run
 * goes on it finds an address in OFFHOOK_TRIGGER, on loopback and known to nobody else, and whoever asks that address starts
 * the program. Its answer is 200 with what the program wrote, or 502 with what went wrong.
 */
import { execFile, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TriggerSettings } from '../model/settings.js';

export interface OpenTrigger {
  readonly url: string;
  /** Ends programs that still run. */
  close(): Promise<void>;
}

export interface TriggerPlace {
  /** Folder the program starts in. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The answer holds so many characters of what the program wrote. */
const LONGEST_ANSWER = 4096;
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
      end(response, 400, `"${number}" is no number: ask ...?number=+4930123456`);
      return;
    }
    const [program = '', ...words] = exec.map((word) => word.replaceAll('{number}', number));
    const options = {
      cwd,
      env: { ...environment },
      timeout: timeout_ms,
      killSignal: 'SIGKILL',
    } as const;
    const child = execFile(program, words, options, (error, stdout, stderr) => {
      running.delete(child);
      if (error === null) end(response, 200, stdout);
      else end(response, 502, `${program}: ${reasonOf(error, timeout_ms)}: ${stderr.trim()}`);
    });
    running.add(child);
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
      for (const child of running) child.kill('SIGKILL');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reasonOf(
  {
    code,
    killed,
    signal,
  }: { code?: string | number | null; killed?: boolean; signal?: string | null },
  timeout: number,
): string {
  if (killed === true) return `it took longer than ${timeout / 1000} s`;
  if (code === 'ENOENT') return 'there is no such program';
  return typeof code === 'number' ? `exit code ${code}` : `ended by ${signal ?? String(code)}`;
}

function end(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text.slice(0, LONGEST_ANSWER));
}
