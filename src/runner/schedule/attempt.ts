/** Attempts of planned scenarios: binds each to its locks, variables, policy and a thread, and runs it. */
import type { ScenarioId } from '../../model/run-event.js';
import { attemptOf } from '../identity.js';
import { Locks } from '../locks/locks.js';
import { ScenarioLocks } from '../locks/scenario-locks.js';
import type { FilePart } from '../../model/run-event.js';
import type { ErroredFile, PlannedFile, PlannedScenario } from '../plan/collect.js';
import { runFilePart, type FilePartResult } from '../scenario/file-part.js';
import { runScenario, type ScenarioResult } from '../scenario/run-scenario.js';
import type { ScenarioServices } from '../scenario/scenario.js';
import type { ScenarioThread } from '../../sandbox/host/scenario-thread.js';
import { FileParts } from './file-parts.js';
import type { Attempts, Task } from './schedule.js';
import type { ThreadPool } from './threads.js';

export type AttemptServices = Omit<ScenarioServices, 'thread' | 'locks'>;

export interface AttemptOptions {
  threads: ThreadPool;
  /** Limit of a scenario that sets none itself. */
  timeoutMs: number;
  teardownMs: number;
  services: AttemptServices;
  /** Locks that scenarios took in earlier runs, by their keys. */
  knownLocks: ReadonlyMap<string, readonly string[]>;
  ended: (result: ScenarioResult) => void;
  /** How often each scenario runs. */
  repeat: number;
  /** Called with the result of each setup_file and teardown_file. */
  partEnded: (result: FilePartResult) => void;
  leftOut: (scenario: PlannedScenario) => void;
}

export class ScenarioAttempts implements Attempts {
  readonly #options: AttemptOptions;
  readonly #locks = new Locks();
  /** Locks that scenarios were seen to take in this run, by their keys. */
  readonly #known = new Map<string, readonly string[]>();
  /** Attempts that have claimed their locks and are about to run. */
  readonly #claimed = new Map<string, ScenarioLocks>();
  readonly #parts: FileParts;
  /** Scenario files of which anything was run, by their real paths. */
  readonly files = new Set<string>();

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#parts = new FileParts((...part) => this.#runPart(...part), options.repeat);
  }

  locksOf({ scenario }: Task): readonly string[] {
    const { first, likely } = this.#wanted(scenario);
    return [...first, ...likely];
  }

  claim(task: Task): boolean {
    if (this.#parts.isBusy(task.file) && !isOver(task.scenario)) return false;
    const id = attemptOf(task.scenario, task.attempt);
    const { emit, now } = this.#options.services;
    const wanted = { age: task.place, ...this.#wanted(task.scenario) };
    const locks = new ScenarioLocks(this.#locks, id, wanted, { emit, now });
    if (!locks.claim()) return false;
    this.#claimed.set(id.id, locks);
    return true;
  }

  async run(task: Task): Promise<ScenarioResult | 'restart'> {
    const { scenario } = task;
    const { services } = this.#options;
    const id = attemptOf(scenario, task.attempt);
    const locks = this.#claimed.get(id.id);
    this.#claimed.delete(id.id);
    this.files.add(task.file.file.path);
    if (isOver(scenario) || locks === undefined) {
      return this.#counted(task, withoutRunning(id, scenario, services));
    }
    if (this.#parts.isDue(task.file)) {
      // setup_file may need the locks that this scenario has claimed.
      locks.release();
      await this.#parts.setUp(task.file);
      return 'restart';
    }
    const instead = this.#parts.insteadOf(task.file);
    if (instead !== undefined) {
      locks.release();
      const { skipReason, ...result } = instead;
      const both = emitBoth(id, result, services, skipReason);
      return this.#counted(task, { ...both, isFinal: true });
    }
    this.#parts.begins(task.file);
    const result = await this.#inThread(task, id, locks);
    const needed = [...locks.taken(), ...('restart' in result ? [result.restart] : [])];
    this.#known.set(scenario.key, needed);
    locks.release();
    return 'restart' in result ? 'restart' : this.#counted(task, result);
  }

  queueEnds(): void {
    this.#locks.forgetWishes();
  }

  leaveOut(scenario: PlannedScenario): void {
    this.#options.leftOut(scenario);
  }

  #wanted(scenario: PlannedScenario): Record<'first' | 'likely', readonly string[]> {
    if (isOver(scenario)) return { first: [], likely: [] };
    const { key, declared } = scenario;
    const seen = this.#known.get(key);
    const likely = seen === undefined ? (this.#options.knownLocks.get(key) ?? []) : [];
    return { first: [...(declared?.locks ?? []), ...(seen ?? [])], likely };
  }

  #inThread(
    { file, scenario, isRetry, retriesLeft }: Task,
    id: ScenarioId,
    locks: ScenarioLocks,
  ): ReturnType<typeof runScenario> {
    const { timeoutMs, teardownMs, services } = this.#options;
    const { declared } = scenario;
    return this.#use((thread) => {
      const ofSuite = declared === undefined ? {} : { scenario: declared };
      return runScenario(
        {
          id,
          job: {
            ...{ ...file.binding.job(id), ...ofSuite, teardown_ms: teardownMs },
            fileValue: this.#parts.valueOf(file),
          },
          policy: file.binding.policy,
          timeoutMs: declared?.timeout_ms ?? timeoutMs,
          isRetry,
          mayRetry: retriesLeft > 0,
        },
        { ...services, thread, locks },
      );
    });
  }

  #use<T>(act: (thread: ScenarioThread) => Promise<T>): Promise<T> {
    const { threads, services } = this.#options;
    const use = (): Promise<T> => threads.use(act);
    return services.keeper?.running(use) ?? use();
  }

  async #counted({ file }: Task, result: ScenarioResult): Promise<ScenarioResult> {
    this.#options.ended(result);
    if (!result.isRetried) await this.#parts.ended(file);
    return result;
  }

  /** Runs the remaining teardown_file parts, once nothing else begins. */
  close(): Promise<void> {
    return this.#parts.close();
  }

  async #runPart(file: PlannedFile, part: FilePart, fileValue: unknown): Promise<FilePartResult> {
    const { timeoutMs, services } = this.#options;
    const { emit, now } = services;
    const of = `${file.shown}#${part}`;
    const order = file.scenarios[0]?.order ?? 0;
    const id = { id: of, key: of, attempt: 1, order, file: file.shown, name: part, tags: [] };
    const locks = new ScenarioLocks(this.#locks, id, { age: -1, first: [] }, { emit, now });
    const job = { ...file.binding.job(), fileValue, teardown_ms: timeoutMs };
    const task = { id, job, policy: file.binding.policy, timeoutMs };
    const result = await this.#use((thread) =>
      runFilePart(task, part, { ...services, thread, locks }),
    );
    locks.release();
    this.#options.partEnded(result);
    return result;
  }
}

/** A file that could not be collected stands for all the scenarios it may hold. */
export function reportErrored(
  { order, shown, name, error }: ErroredFile,
  services: AttemptServices,
): ScenarioResult {
  const id = attemptOf({ key: shown, order, file: shown, name, tags: [] }, 1);
  return emitBoth(id, { verdict: 'errored', failures: [error.failure] }, services);
}

/** Whether its result is known before it runs. */
function isOver({ failed, skip }: PlannedScenario): boolean {
  return failed !== undefined || skip !== undefined;
}

/** A scenario that is skipped, or that failed already while its file was collected. */
function withoutRunning(
  id: ScenarioId,
  { failed, skip }: PlannedScenario,
  services: AttemptServices,
): ScenarioResult {
  if (failed !== undefined)
    return emitBoth(id, { verdict: 'failed', failures: [failed] }, services);
  return emitBoth(id, { verdict: 'skipped', failures: [] }, services, skip);
}

function emitBoth(
  scenario: ScenarioId,
  result: Omit<ScenarioResult, 'isRetried'>,
  { emit, now }: AttemptServices,
  skipped?: string,
): ScenarioResult {
  const at = now();
  const reason = skipped === undefined ? {} : { skip_reason: skipped };
  emit({ type: 'scenario_started', at, scenario });
  emit({ type: 'scenario_finished', at, scenario, ...result, ms: 0, ...reason });
  return { ...result, isRetried: false };
}
