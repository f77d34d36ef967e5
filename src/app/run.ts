/**
 * The composition of a run: opens what it needs (the lab, threads, the baresip program), runs, and closes it all.
 * Knows no flags, no signals and no streams: a request has objects instead.
 */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { findBaresip } from '../baresip/start/binary.js';
import { sweepStale } from '../baresip/start/folder.js';
import { isolationOf } from '../baresip/start/isolation.js';
import type { Lab } from '../lab/lab.js';
import type { RunEvent } from '../model/run-event.js';
import { fanOut, type Reporter } from '../report/reporter.js';
import { run as runScenarios } from '../runner/run.js';
import { Chance } from '../runner/schedule/chance.js';
import { scheduleOf, type ScheduleOptions } from '../runner/schedule/schedule.js';
import type { ThreadPool } from '../runner/schedule/threads.js';
import { Secrets } from '../secrets/secrets.js';
import { thisHost } from '../settings/host.js';
import { PRODUCT_VERSION } from '../settings/product.js';
import { LIMITS, TEARDOWN_MS, TIMEOUT_MS } from './limits.js';
import type { RunRequest } from './request.js';
import { LastRunReporter } from './last-run.js';
import { lastRunOf, planOptions } from './scripts.js';
import { needTemporaryFolder } from './temporary-folder.js';
import { openThreads } from './threads.js';

interface Opened {
  threads: ThreadPool;
  secrets: Secrets;
  reporter: Reporter;
  lab: Lab | undefined;
}

/** @returns the exit code of `offhook run`. @throws OffhookError when nothing could be run, or a report not be written */
export async function run(request: RunRequest): Promise<number> {
  const secrets = request.secrets ?? new Secrets();
  const { lastRun, shard } = request;
  // A shard must not record its durations: the next shard on this machine would be divided by other durations than this one.
  const isKept = lastRun !== undefined && shard === undefined;
  const record = isKept ? [new LastRunReporter(lastRun)] : [];
  const reporter = fanOut([...request.reporters, ...record], secrets.maskEvent);
  const threads =
    request.threads ??
    openThreads({ limits: request.limits ?? LIMITS, secrets, size: request.jobs });
  let lab: Lab | undefined;
  let endStress: (() => Promise<void>) | undefined;
  try {
    sweepStale();
    if (request.lab === true) {
      needTemporaryFolder();
      lab = await (await import('../lab/lab.js')).startLab();
    }
    if (request.stress === true) endStress = (await import('./stress.js')).startStress();
    return await runScenarios(optionsOf(request, { threads, secrets, reporter, lab }));
  } finally {
    await endStress?.();
    try {
      await reporter.close();
    } finally {
      await lab?.stop();
      if (request.threads === undefined) await threads.close();
    }
  }
}

function optionsOf(
  request: RunRequest,
  { threads, secrets, reporter, lab }: Opened,
): Parameters<typeof runScenarios>[0] {
  const { environment, saveAudio, jobs = 1, retries = 0, repeat = 1, bail = Infinity } = request;
  const known = lastRunOf(request);
  let isTried = false;
  return {
    ...planOptions(request, secrets, { ...(lab === undefined ? {} : { lab: lab.env }), known }),
    threads,
    ...scheduled({ jobs, retries, repeat, bail, keeps: request.keep === true }, request.seed),
    keep: request.keep === true,
    jobs,
    repeat,
    retries,
    knownLocks: new Map([...known].map(([key, { locks }]) => [key, locks])),
    failOnFlaky: request.failOnFlaky === true,
    ...(request.label === undefined ? {} : { label: request.label }),
    aliases: request.aliases ?? {},
    productVersion: PRODUCT_VERSION,
    host: thisHost(),
    ...(lab === undefined ? {} : { lab: `${lab.host}:${lab.port}` }),
    timeoutMs: request.timeoutMs ?? TIMEOUT_MS,
    teardownMs: TEARDOWN_MS,
    http: { variables: environment, insecure: request.insecureHttp === true },
    metrics: request.metrics === true,
    ...(saveAudio === undefined ? {} : { saveAudio }),
    binary: async () => {
      // Each agent of a run asks for this: it is tried once, and again only if the folder is gone.
      if (!isTried || !existsSync(tmpdir())) needTemporaryFolder();
      isTried = true;
      const found = await findBaresip(request.baresip);
      // Whether bubblewrap works is tried out while the script is read, not when its first agent waits for it.
      if (request.policy?.isolate !== 'never') void isolationOf(found);
      return found;
    },
    secret: (value) => {
      secrets.note([value]);
    },
    emit: lab === undefined ? reporter.on.bind(reporter) : watched(lab, reporter),
    interrupted: request.signal ?? new AbortController().signal,
  };
}

function scheduled(
  options: ScheduleOptions,
  seed: number | undefined,
): Pick<Parameters<typeof runScenarios>[0], 'schedule' | 'pauseMs' | 'seed'> {
  if (seed === undefined) return { schedule: scheduleOf(options) };
  const chance = new Chance(seed);
  return {
    seed,
    schedule: scheduleOf({ ...options, shuffle: chance.shuffle.bind(chance) }),
    pauseMs: chance.pauseMs.bind(chance),
  };
}

/** Warns the reporter when the server ends by itself: that explains later failures. */
function watched(lab: Lab, reporter: Reporter): (event: RunEvent) => void {
  let last: RunEvent | undefined;
  void lab.ended.then((how) => {
    if (last === undefined || last.type === 'run_finished') return;
    const text = `lab: the SIP server ended by itself: ${how}`;
    reporter.on({ type: 'warning', at: last.at, text });
  });
  return (event) => {
    last = event;
    reporter.on(event);
  };
}
