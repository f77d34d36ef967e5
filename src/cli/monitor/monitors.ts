/** `offhook monitors`: a client of the API of a running `offhook serve`. */
import { EXIT, OffhookError } from '../../errors.js';
import { addressOf } from '../../monitor/api/listening.js';
import type { MonitorView } from '../../monitor/model/view.js';
import { dumped } from '../../monitor/settings/dump.js';
import { readSettings } from '../../monitor/settings/settings.js';
import { configFile } from '../../monitor/settings/config-file.js';
import { readProcess } from '../../settings/process-environment.js';
import type { MonitorAction, MonitorsFlags } from '../options.js';
import { print, printError, printJson, secrets } from '../print.js';
import { abortOnSignal } from '../signals.js';
import { ask, type Limits, type Server } from './ask.js';

/** How long to wait for an answer of the server. `monitors run` has no limit, because a run may take any time. */
const LIMIT_MS = 10_000;

/** @returns the exit code. @throws OffhookError */
export async function monitorsCommand(
  action: MonitorAction,
  name: string | undefined,
  flags: MonitorsFlags,
): Promise<number> {
  const takesName = action !== 'list' && action !== 'dump';
  if (takesName !== (name !== undefined)) {
    throw new OffhookError(
      'E_USAGE',
      {
        subject: `monitors ${action}`,
        what: takesName ? 'needs the name of a monitor' : 'takes no name',
      },
      {
        hint: takesName
          ? 'offhook monitors list shows the names'
          : `write offhook monitors ${action}`,
      },
    );
  }
  if (action === 'dump') return dump(flags);
  const server = serverOf(flags);
  if (action === 'list') return list(server, flags);
  const path = encodeURIComponent(name ?? '');
  if (action === 'run') return runOne(server, name ?? '', flags);
  const answer = await asked(server, 'PUT', `/test/${path}/${action}`);
  if (flags.json === true) printJson(answer);
  const done = (answer as { ok: boolean }).ok;
  if (flags.json !== true) print(wordsOf(action, name ?? '', done));
  return done ? EXIT.passed : EXIT.failed;
}

const DONE: Readonly<Record<string, readonly [done: string, not: string]>> = {
  start: ['started', 'is already running'],
  stop: ['stopped: this run does not count', 'is not running'],
  fail: ['marked as failed', 'could not be marked as failed'],
  pause: ['paused', 'is paused already'],
  resume: ['resumed', 'is not paused'],
};

function wordsOf(action: MonitorAction, name: string, done: boolean): string {
  const [yes, no] = DONE[action] ?? ['done', 'not done'];
  return `${name}: ${done ? yes : no}`;
}

function dump({ config }: MonitorsFlags): number {
  const { cwd, variables } = readProcess();
  const file = configFile(cwd, config);
  // Reports a wrong configuration in the same words as `offhook serve`.
  readSettings(file, variables);
  printJson(dumped(file), false);
  return EXIT.passed;
}

async function list(server: Server, { json }: MonitorsFlags): Promise<number> {
  const monitors = (await asked(server, 'GET', '/monitors')) as readonly MonitorView[];
  if (json === true) printJson(monitors);
  else for (const line of linesOf(monitors)) print(line);
  const isBad = monitors.some(({ state: { state } }) => state === 'failed');
  return isBad ? EXIT.failed : EXIT.passed;
}

function linesOf(monitors: readonly MonitorView[]): readonly string[] {
  const widest = Math.max(0, ...monitors.map(({ name }) => name.length));
  return monitors.map(({ name, state, paused, running, next_at }) => {
    const when =
      running !== undefined
        ? 'running'
        : paused
          ? 'paused'
          : next_at === undefined
            ? 'on request'
            : `next ${new Date(next_at).toISOString().slice(0, 19)}Z`;
    const counts = `${state.n_run} runs, ${state.n_fail} failed`;
    const note = state.note === undefined ? '' : `  ${state.note}`;
    return `${name.padEnd(widest)}  ${state.state.padEnd(8)}  ${counts}, ${when}${note}`;
  });
}

async function runOne(server: Server, name: string, { json }: MonitorsFlags): Promise<number> {
  const signal = abortOnSignal();
  let answer: unknown;
  try {
    answer = await asked(server, 'POST', `/run/${encodeURIComponent(name)}`, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    printError(
      `interrupted: the run of "${name}" goes on\n  hint: offhook monitors stop ${name} ends it`,
    );
    return EXIT.interrupted;
  }
  const run = answer as {
    monitor: string;
    outcome: string;
    duration_ms: number;
    note?: string;
  };
  if (json === true) printJson(run);
  else {
    const note = run.note === undefined ? '' : `: ${run.note}`;
    print(`${run.monitor}: ${run.outcome} in ${(run.duration_ms / 1000).toFixed(1)} s${note}`);
  }
  return run.outcome === 'failed' || run.outcome === 'errored' ? EXIT.failed : EXIT.passed;
}

/** Returns the server that was named, else that of the configuration in this folder, else a server with the defaults. */
function serverOf({ url, config }: MonitorsFlags): Server {
  const { cwd, variables } = readProcess();
  const own = variables['OFFHOOK_TOKEN'];
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), token: own };
  const settings = readSettings(configFile(cwd, config), variables);
  const token = own ?? settings.auth.find(({ role }) => role === 'operate')?.token;
  if (token !== undefined) secrets.note([token]);
  return { url: addressOf(settings.listen, settings.listen.port), token };
}

/** @param limits of a request for a run, which may take any time; status 502 is an answer then. @throws OffhookError E_USAGE */
async function asked(
  server: Server,
  method: string,
  path: string,
  limits?: Limits,
): Promise<unknown> {
  const { status, body } = await ask(server, method, path, limits ?? { limit_ms: LIMIT_MS });
  if (status < 300 || (limits !== undefined && status === 502)) return body;
  const { message = '' } = (body ?? {}) as { message?: string };
  throw new OffhookError(
    'E_USAGE',
    {
      subject: server.url,
      what: `answered ${status}`,
      ...(message === '' ? {} : { seen: message }),
    },
    { hint: hintOf(status) },
  );
}

function hintOf(status: number): string {
  if (status === 401 || status === 403)
    return 'set OFFHOOK_TOKEN to a token of "auth" whose role allows this action';
  if (status === 409)
    return 'see offhook monitors list: wait for a run under way, or end it with offhook monitors stop';
  return 'offhook monitors list shows the monitors of this server';
}
