/** `offhook monitors`: a client of the API of a running `offhook serve`. */
import { EXIT, OffhookError } from '../../errors.js';
import { addressOf } from '../../monitor/api/listening.js';
import type { MonitorView } from '../../monitor/model/view.js';
import { dumped } from '../../monitor/settings/dump.js';
import { readSettings } from '../../monitor/settings/settings.js';
import { configFile } from '../../monitor/settings/config-file.js';
import { readProcess } from '../../settings/process-environment.js';
import type { MonitorAction, MonitorsFlags } from '../options.js';
import { print, printJson, secrets } from '../print.js';

/** A server that does not answer is not waited for longer; a run takes as long as it takes. */
const LIMIT_MS = 10_000;

interface Server {
  readonly url: string;
  readonly token: string | undefined;
}

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
      { hint: takesName ? 'offhook monitors list shows them' : `write offhook monitors ${action}` },
    );
  }
  if (action === 'dump') return dump(flags);
  const server = serverOf(flags);
  if (action === 'list') return list(server, flags);
  const path = encodeURIComponent(name ?? '');
  if (action === 'run') return runOne(server, path, flags);
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
  // A configuration that is wrong is told as by serve.
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

async function runOne(server: Server, path: string, { json }: MonitorsFlags): Promise<number> {
  const run = (await asked(server, 'POST', `/run/${path}`, [502])) as {
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

/** The server that was named, else that of the configuration in this folder, else one with the defaults. */
function serverOf({ url, config }: MonitorsFlags): Server {
  const { cwd, variables } = readProcess();
  const own = variables['OFFHOOK_TOKEN'];
  if (url !== undefined) return { url: url.replace(/\/+$/, ''), token: own };
  const settings = readSettings(configFile(cwd, config), variables);
  const token = own ?? settings.auth.find(({ role }) => role === 'operate')?.token;
  if (token !== undefined) secrets.note([token]);
  return { url: addressOf(settings.listen, settings.listen.port), token };
}

/** @param also codes that are answers, too. @throws OffhookError E_USAGE */
async function asked(
  { url, token }: Server,
  method: string,
  path: string,
  also: readonly number[] = [],
): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      ...(also.length === 0 ? { signal: AbortSignal.timeout(LIMIT_MS) } : {}),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new OffhookError(
      'E_USAGE',
      { subject: url, what: 'does not answer', seen: (cause as Error).message },
      { hint: 'start offhook serve, or name its address with --url' },
    );
  }
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok || also.includes(response.status)) return body;
  const { message = '' } = (body ?? {}) as { message?: string };
  throw new OffhookError(
    'E_USAGE',
    {
      subject: url,
      what: `answered ${response.status}`,
      ...(message === '' ? {} : { seen: message }),
    },
    {
      hint:
        response.status === 401 || response.status === 403
          ? 'set OFFHOOK_TOKEN to a token of "auth" whose role allows that'
          : 'offhook monitors list shows the monitors it has',
    },
  );
}
