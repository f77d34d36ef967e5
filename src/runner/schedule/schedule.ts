/** When and how often scenarios run. A schedule knows no thread and no report: it asks for attempts. */
import type { PlannedFile, PlannedScenario } from '../plan/collect.js';
import type { ScenarioResult } from '../scenario/run-scenario.js';

/** A scenario that is to run once. */
export interface Task {
  file: PlannedFile;
  scenario: PlannedScenario;
  /** Where it stands in the queue. */
  place: number;
  /** The number of the attempt; the first is 1. */
  attempt: number;
  /** Whether an earlier attempt failed: passing is being flaky now. */
  isRetry: boolean;
  /** How often it may still run again if it fails. */
  retriesLeft: number;
}

/** What a schedule can do with a task. */
export interface Attempts {
  /** Whether the task can begin now: nothing it is known to need is in use. If so it must be run next. */
  claim(task: Task): boolean;
  /** Locks that the task is known to need. */
  locksOf(task: Task): readonly string[];
  /** `restart`: it has to begin anew, once what it needs is free. Never rejects. */
  run(task: Task): Promise<ScenarioResult | 'restart'>;
  /** Called when no other task of the queue begins. */
  queueEnds(): void;
  /** Called for a scenario that does not run, because the run has ended before. */
  leaveOut(scenario: PlannedScenario): void;
}

/** Resolves when the last attempt has ended. `stop`: aborted when no other attempt is to begin. */
export type Schedule = (
  files: readonly PlannedFile[],
  attempts: Attempts,
  stop: AbortSignal,
) => Promise<void>;

export interface ScheduleOptions {
  /** How many scenarios run at a time. */
  jobs: number;
  /** How often a scenario that failed runs again, unless it says so itself. */
  retries: number;
  /** Whether nothing is retried, because the first failure is to be looked into. */
  keeps?: boolean;
  /** How often each scenario runs. More than once, none is retried: a retry would hide what is counted. */
  repeat: number;
  /** Ends after that many scenarios failed. */
  bail: number;
  /** Puts the scenarios of each round in another order. */
  shuffle?: <T>(items: readonly T[], round: number) => readonly T[];
}

/**
 * Scenarios in the order of the files, `jobs` at a time. Those that failed are run again at the end, each alone: next to
 * the load under which it failed, a retry would prove nothing.
 */
export function scheduleOf(options: ScheduleOptions): Schedule {
  return async (files, attempts, stop) => {
    const queue = [...tasks(files, options)];
    const begun = new Set<PlannedScenario>();
    let failed = 0;
    const ends = (): void => {
      attempts.queueEnds();
    };
    stop.addEventListener('abort', ends, { once: true });
    while (queue.length > 0 && failed < options.bail && !stop.aborted) {
      const again: Task[] = [];
      await runQueue(queue, options.jobs, attempts, {
        goesOn: () => !stop.aborted && failed + again.length < options.bail,
        ended: (task, result) => {
          begun.add(task.scenario);
          if (!isBad(result)) return;
          if (task.retriesLeft > 0 && result.isFinal !== true) again.push(task);
          else failed += 1;
        },
      });
      again.sort((a, b) => a.scenario.order - b.scenario.order);
      for (const task of again) {
        if (await failsAgain(task, attempts, stop)) failed += 1;
      }
    }
    const left = new Set(queue.map((task) => task.scenario));
    for (const scenario of left) if (!begun.has(scenario)) attempts.leaveOut(scenario);
  };
}

function* tasks(
  files: readonly PlannedFile[],
  { retries, repeat, shuffle, keeps = false }: ScheduleOptions,
): Generator<Task> {
  let place = 0;
  const all = files.flatMap((file) => file.scenarios.map((scenario) => ({ file, scenario })));
  for (let round = 1; round <= repeat; round += 1) {
    for (const { file, scenario } of shuffle?.(all, round) ?? all) {
      const retriesLeft = repeat > 1 || keeps ? 0 : (scenario.declared?.retries ?? retries);
      yield { file, scenario, place: (place += 1), attempt: round, isRetry: false, retriesLeft };
    }
  }
}

interface Hooks {
  goesOn(): boolean;
  ended(task: Task, result: ScenarioResult): void;
}

/** Takes tasks off the queue until it is empty or shall not go on; resolves when none runs any more. */
function runQueue(queue: Task[], jobs: number, attempts: Attempts, hooks: Hooks): Promise<void> {
  let running = 0;
  return new Promise((resolve) => {
    const begin = (): void => {
      while (running < jobs && hooks.goesOn()) {
        const task = takeNext(queue, attempts);
        if (task === undefined) break;
        running += 1;
        void attempts.run(task).then((result) => {
          running -= 1;
          if (result === 'restart') putBack(queue, task);
          else hooks.ended(task, result);
          begin();
        });
      }
      if (!hooks.goesOn()) attempts.queueEnds();
      if (running === 0) resolve();
    };
    begin();
  });
}

/** Puts a task back in its old place: tasks that stood before it are older, and go first. */
function putBack(queue: Task[], task: Task): void {
  const after = queue.findIndex(({ place }) => place > task.place);
  queue.splice(after === -1 ? queue.length : after, 0, task);
}

/** Only this many tasks are checked for one that can begin: few of the later ones could, and checking all costs more. */
const LOOKAHEAD = 500;

/** Takes the first task that can begin and needs no lock an earlier task waits for, which could otherwise wait for ever. */
function takeNext(queue: Task[], attempts: Attempts): Task | undefined {
  const wanted = new Set<string>();
  for (const [index, task] of queue.slice(0, LOOKAHEAD).entries()) {
    const locks = attempts.locksOf(task);
    if (!locks.some((lock) => wanted.has(lock)) && attempts.claim(task)) {
      queue.splice(index, 1);
      return task;
    }
    for (const lock of locks) wanted.add(lock);
  }
  return undefined;
}

/** Runs the task again until it passes or has no retries left. @returns whether it failed in all */
async function failsAgain(task: Task, attempts: Attempts, stop: AbortSignal): Promise<boolean> {
  for (let retry = 1; retry <= task.retriesLeft && !stop.aborted; retry += 1) {
    const again: Task = {
      ...task,
      attempt: task.attempt + retry,
      isRetry: true,
      retriesLeft: task.retriesLeft - retry,
    };
    const result = await runAlone(again, attempts);
    if (!isBad(result)) return false;
    if (result.isFinal === true) return true;
  }
  return true;
}

/** Runs a task while no other task of this run holds a lock, so its claim cannot fail. */
async function runAlone(task: Task, attempts: Attempts): Promise<ScenarioResult> {
  for (;;) {
    attempts.claim(task);
    const result = await attempts.run(task);
    if (result !== 'restart') return result;
  }
}

function isBad({ verdict }: ScenarioResult): boolean {
  return verdict === 'failed' || verdict === 'errored';
}
