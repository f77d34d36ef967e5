/**
 * A run: plans it, has its scenarios run by a schedule, and emits it all as RunEvents. The only folder that
 * joins scripts with drivers; it knows no reporter and no command line.
 */
import type { BaresipBinary } from '../baresip/start/binary.js';
import type { Host, RunEvent } from '../model/run-event.js';
import { audioFiles } from '../hearing/save-audio.js';
import { utcOffset } from '../time.js';
import { newRunId } from './identity.js';
import { Keeper } from './keeper.js';
import { estimateMs } from './plan/shards.js';
import { sourcesOf } from './plan/sources.js';
import { planRun, type LeftOut, type Plan, type PlanOptions } from './plan/plan.js';
import type { HttpSettings } from './bind/http.js';
import { ScenarioAttempts, reportErrored, type AttemptServices } from './schedule/attempt.js';
import type { Schedule } from './schedule/schedule.js';
import { Tally } from './schedule/tally.js';
import type { ThreadPool } from './schedule/threads.js';

export interface RunOptions extends PlanOptions {
  /** The caller closes them: they may have been started before anything else, and outlive the run. */
  threads: ThreadPool;
  schedule: Schedule;
  /** How many scenarios the schedule runs at a time, and how often each; only for the record. */
  jobs: number;
  repeat: number;
  /** How often a scenario that failed may run again, where it does not say so itself. */
  retries: number;
  failOnFlaky?: boolean;
  /** What order and pauses are made from, for the record. */
  seed?: number;
  /** How long an attempt pauses before a verb, ms; absent = never. */
  pauseMs?: (attempt: string, call: number) => number;
  /** Locks that scenarios took in earlier runs, by their keys. */
  knownLocks?: ReadonlyMap<string, readonly string[]>;
  label?: string;
  /** Names of SIP parties, by their addresses. */
  aliases?: Readonly<Record<string, string>>;
  productVersion: string;
  host: Host;
  /** Address of the SIP server that was started for the run. */
  lab?: string;
  timeoutMs: number;
  teardownMs: number;
  /** Settings of http(): proxies, certificates, allowed targets. */
  http: HttpSettings;
  /** Emit the metrics of each agent at the end of each scenario. */
  metrics?: boolean;
  /** Folder for the audio of every call. */
  saveAudio?: string;
  binary: () => Promise<BaresipBinary>;
  /** Called with every password an agent gets, before it could be shown. */
  secret?: (value: string) => void;
  emit: (event: RunEvent) => void;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
  /** Keeps scenarios that have failed running until Ctrl-C: `keep` of a RunRequest says more. */
  keep?: boolean;
}

/** Plans and runs. @returns the exit code. @throws OffhookError when nothing could be run. */
export async function run(options: RunOptions): Promise<number> {
  const began = performance.now();
  const now = (at = performance.now()): number => at - began;
  const wall = new Date();
  // Starts to look for the binary while files are collected; whoever awaits it later gets the error.
  options.binary().catch(() => undefined);
  const plan = await planRun(options, options.threads);
  await emitStart(plan, options, wall, now);
  return runPlan(plan, options, now);
}

const INSECURE =
  'http() checks no certificates (--insecure-http or OFFHOOK_INSECURE_HTTP): anybody can answer for the server';

/** Emits what is known before the first scenario runs. */
async function emitStart(
  plan: Plan,
  options: RunOptions,
  wall: Date,
  now: () => number,
): Promise<void> {
  const { emit, aliases = {} } = options;
  const baresip = await options.binary().catch(() => undefined);
  const planned = plan.files.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
  const retries = mostRetries(plan, options);
  const estimate = estimated(plan, options);
  const at = now();
  emit({
    type: 'run_started',
    at,
    run: newRunId(wall),
    time: new Date(wall.getTime() + at).toISOString(),
    utc_offset: utcOffset(wall.getTimezoneOffset()),
    host: options.host,
    version: options.productVersion,
    ...(baresip === undefined ? {} : { baresip: baresip.version }),
    scenarios: planned + plan.errored.length,
    files: plan.files.length + plan.errored.length,
    jobs: options.jobs,
    ...(options.repeat > 1 ? { repeat: options.repeat } : {}),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(retries === 0 ? {} : { retries }),
    ...(plan.shard === undefined ? {} : { shard: plan.shard }),
    ...(estimate === undefined ? {} : { estimate_ms: estimate }),
    ...(options.label === undefined ? {} : { label: options.label }),
    ...(Object.keys(aliases).length === 0 ? {} : { aliases }),
    ...(options.lab === undefined ? {} : { lab: options.lab }),
  });
  for (const text of plan.warnings) emit({ type: 'warning', at: now(), text });
  if (options.http.insecure) emit({ type: 'warning', at: now(), text: INSECURE });
  for (const one of plan.leftOut) emit(leftOutEvent(one, now()));
}

/** @returns how often a scenario that failed can run again, at most */
function mostRetries({ files }: Plan, { repeat, retries, keep }: RunOptions): number {
  if (repeat > 1 || keep === true) return 0;
  const each = files.flatMap(({ scenarios }) => scenarios.map((one) => one.declared?.retries));
  return each.reduce((most: number, own) => Math.max(most, own ?? retries), 0);
}

/** Estimates how long the run takes, in ms, if its scenarios take as long as they did last time. */
function estimated(plan: Plan, { jobs, repeat, tookMs }: RunOptions): number | undefined {
  const scenarios = plan.files.flatMap((file) => file.scenarios);
  const once = tookMs === undefined ? undefined : estimateMs(scenarios, jobs, tookMs);
  return once === undefined ? undefined : once * repeat;
}

async function runPlan(
  plan: Plan,
  options: RunOptions,
  now: (at?: number) => number,
): Promise<number> {
  const { emit, lab, threads, timeoutMs, teardownMs } = options;
  const keeper = options.keep === true ? new Keeper(options.interrupted) : undefined;
  const interrupted = keeper?.interrupted ?? options.interrupted;
  const tally = new Tally(options.failOnFlaky);
  const services: AttemptServices = {
    binary: options.binary,
    http: options.http,
    metrics: options.metrics === true,
    ...(options.saveAudio === undefined ? {} : { audioFiles: audioFiles(options.saveAudio) }),
    shownPath: options.shownPath,
    ...(keeper === undefined ? {} : { keeper }),
    ...(lab === undefined ? {} : { lab }),
    ...(options.pauseMs === undefined ? {} : { pauseMs: options.pauseMs }),
    secret: options.secret ?? (() => undefined),
    now,
    emit,
    interrupted,
  };
  const attempts = new ScenarioAttempts({
    ...{ threads, timeoutMs, teardownMs, services },
    knownLocks: options.knownLocks ?? new Map<string, readonly string[]>(),
    ended: (result) => {
      tally.add(result);
    },
    repeat: options.repeat,
    partEnded: (result) => {
      tally.addPart(result);
    },
    leftOut: (scenario) => {
      if (interrupted.aborted) return;
      const reason = keeper?.hasKept === true ? KEPT : BAILED;
      emit(leftOutEvent({ scenario, why: 'bail', reason }, now()));
    },
  });
  for (const file of plan.errored) tally.add(reportErrored(file, services));
  const stop = keeper === undefined ? interrupted : AbortSignal.any([interrupted, keeper.stop]);
  await options.schedule(plan.files, attempts, stop);
  await attempts.close();
  const used = [...attempts.files, ...plan.errored.map(({ path }) => path)];
  for (const source of sourcesOf(used, threads, options.shownPath)) {
    emit({ type: 'source', at: now(), ...source });
  }
  const exit = tally.exit(interrupted.aborted);
  emit({
    type: 'run_finished',
    at: now(),
    counts: tally.counts,
    ms: now(),
    left_out: plan.leftOut.flatMap(({ why, scenario }) =>
      why === 'single' ? [scenario.file] : [],
    ),
    interrupted: interrupted.aborted,
    exit,
  });
  return exit;
}

const KEPT = 'left out by --keep: another scenario had failed and was kept';
const BAILED = 'left out by --bail: enough other scenarios had failed';

function leftOutEvent({ scenario, why, reason }: LeftOut, at: number): RunEvent {
  const { file, name, tags } = scenario;
  return { type: 'left_out', at, file, name, tags, why, reason };
}
