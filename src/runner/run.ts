/**
 * A run: plans it, runs one scenario after another, and emits it all as RunEvents. The only folder that
 * joins scripts with drivers; it knows no reporter and no command line.
 */
import type { BaresipBinary } from '../baresip/start/binary.js';
import type { Counts, Failure, RunEvent } from '../model/run-event.js';
import type { ScenarioThread } from '../sandbox/host/scenario-thread.js';
import { audioFiles } from '../hearing/save-audio.js';
import {
  planRun,
  type ErroredFile,
  type LeftOut,
  type Plan,
  type PlannedScenario,
  type PlanOptions,
} from './plan/plan.js';
import type { HttpSettings } from './bind/http.js';
import { runScenario, type ScenarioServices } from './scenario/scenario.js';
import { exitCodeOf, noCounts } from './scenario/verdict.js';

export interface RunOptions extends PlanOptions {
  /** The caller closes the thread: it may have been started before anything else, and outlives the run. */
  thread: ScenarioThread;
  productVersion: string;
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
}

/** Plans and runs. @returns the exit code. @throws OffhookError when nothing could be run. */
export async function run(options: RunOptions): Promise<number> {
  const began = performance.now();
  const now = (): number => performance.now() - began;
  // Looks for the binary while files are collected; whoever needs it gets the error.
  options.binary().catch(() => undefined);
  const plan = await planRun(options, options.thread);
  return runPlan(plan, options, now);
}

const INSECURE =
  'http() checks no certificates (--insecure-http or OFFHOOK_INSECURE_HTTP): anybody can answer for the server';

async function runPlan(plan: Plan, options: RunOptions, now: () => number): Promise<number> {
  const { emit, interrupted, thread } = options;
  const baresip = await options.binary().catch(() => undefined);
  emit({
    type: 'run_started',
    at: now(),
    version: options.productVersion,
    ...(baresip === undefined ? {} : { baresip: baresip.version }),
    scenarios: plan.selected.length + plan.errored.length,
    files: plan.files,
  });
  for (const text of plan.warnings) emit({ type: 'warning', at: now(), text });
  if (options.http.insecure) emit({ type: 'warning', at: now(), text: INSECURE });
  for (const one of plan.leftOut) emit(leftOutEvent(one, now()));
  const counts = noCounts();
  const failures: Failure[] = [];
  const services: ScenarioServices = {
    thread,
    binary: options.binary,
    http: options.http,
    metrics: options.metrics === true,
    ...(options.saveAudio === undefined ? {} : { audioFiles: audioFiles(options.saveAudio) }),
    shownPath: options.shownPath,
    secret: options.secret ?? (() => undefined),
    now,
    emit,
    interrupted,
  };
  for (const file of plan.errored) {
    const failure = tellErrored(file, services);
    count(counts, 'errored');
    failures.push(failure);
  }
  for (const [index, planned] of plan.selected.entries()) {
    if (interrupted.aborted) break;
    const result = await runPlanned(planned, index, options, services);
    count(counts, result.verdict);
    failures.push(...result.failures);
  }
  const exit = exitCodeOf(counts, failures, interrupted.aborted);
  emit({
    type: 'run_finished',
    at: now(),
    counts,
    ms: now(),
    left_out: plan.leftOut.flatMap(({ why, scenario }) =>
      why === 'single' ? [scenario.shown] : [],
    ),
    interrupted: interrupted.aborted,
    exit,
  });
  return exit;
}

async function runPlanned(
  planned: PlannedScenario,
  index: number,
  options: RunOptions,
  services: ScenarioServices,
): Promise<{ verdict: keyof Counts; failures: readonly Failure[] }> {
  const { job, policy, shown, name, tags, declared, skip, failed } = planned;
  const id = { id: `${shown}#${declared?.ordinal ?? index}`, file: shown, name, tags };
  if (skip !== undefined || failed !== undefined) {
    const at = services.now();
    const failures = failed === undefined ? [] : [failed];
    const verdict = failed === undefined ? 'skipped' : 'failed';
    services.emit({ type: 'scenario_started', at, scenario: id });
    services.emit({
      type: 'scenario_finished',
      at,
      scenario: id,
      verdict,
      ms: 0,
      ...(skip === undefined ? {} : { skip_reason: skip }),
      failures,
    });
    return { verdict, failures };
  }
  const scenario = declared === undefined ? {} : { scenario: declared };
  return runScenario(
    {
      id,
      job: { ...job, ...scenario, teardown_ms: options.teardownMs },
      policy,
      timeoutMs: declared?.timeout_ms ?? options.timeoutMs,
    },
    services,
  );
}

function leftOutEvent({ scenario, why, reason }: LeftOut, at: number): RunEvent {
  const { shown: file, name, tags } = scenario;
  return { type: 'left_out', at, file, name, tags, why, reason };
}

/** A file that could not be collected stands for all the scenarios it may hold. */
function tellErrored({ shown, name, error }: ErroredFile, services: ScenarioServices): Failure {
  const at = services.now();
  const id = { id: `${shown}#file`, file: shown, name, tags: [] };
  const { failure } = error;
  services.emit({ type: 'scenario_started', at, scenario: id });
  services.emit({
    type: 'scenario_finished',
    at,
    scenario: id,
    verdict: 'errored',
    ms: 0,
    failures: [failure],
  });
  return failure;
}

function count(counts: Counts, verdict: keyof Counts): void {
  counts[verdict] += 1;
}
