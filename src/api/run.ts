/** `run()` for programs: a run as an iterable of events with a result. */
import { resolve } from 'node:path';
import type { RunEvent } from '../model/run-event.js';
import { checkOptions } from './check.js';
import { Feed } from './feed.js';
import type { RunOptions } from './options.js';
import type { RunResult } from './result.js';

/**
 * A run. Its loop gets every event, however slow the loop is: events that it has not taken yet wait in memory, and the
 * calls go on. Leaving the loop, by `break`, `return` or an error, ends the run: running scenarios are torn down and no agent
 * stays behind before the program continues after the loop. Only one loop is possible. Without a loop the run goes on as well.
 */
export interface Run extends AsyncIterable<RunEvent> {
  /**
   * Resolves at the end of the run, also where scenarios failed. Rejects with an OffhookError where nothing could be
   * run (no such file, no scenario that fits, a setting that is wrong); the loop then throws it, too.
   */
  readonly result: Promise<RunResult>;
}

/**
 * Runs scenarios in this process: the command `offhook run` as a function, without reports on the console and without
 * exits. It begins at once. Several runs may take place beside each other.
 *
 * Flags are options. What offhook.config.json says about a run (paths, reporters) does not count here; what it says
 * about what scenarios may touch does.
 *
 * @example
 * const running = run({ paths: ['calls/'], variables: { SIP_DOMAIN: 'pbx.test' }, jobs: 2 });
 * for await (const event of running) {
 *   if (event.type === 'scenario_finished') console.log(event.scenario.name, event.verdict);
 * }
 * const { passed, failed, exitCode } = await running.result;
 *
 * @throws OffhookError E_USAGE for an option that is unknown or does not fit, with a hint
 */
export function run(options: RunOptions): Run {
  checkOptions(options);
  const feed = new Feed<RunEvent>();
  const stop = new AbortController();
  // The program may change its working folder during the run.
  const result = started({ ...options, cwd: resolve(options.cwd ?? '.') }, feed, stop);
  // The loop throws the same error. Without this handler, a program that never looks at `result` would end by an unhandled rejection.
  result.catch(() => undefined);
  const end = async (): Promise<void> => {
    feed.drop();
    stop.abort();
    await result.catch(() => undefined);
  };
  return {
    result,
    [Symbol.asyncIterator]() {
      feed.begin();
      return {
        next: () => feed.next(),
        async return() {
          await end();
          return { value: undefined, done: true };
        },
      };
    },
  };
}

async function started(
  options: RunOptions,
  feed: Feed<RunEvent>,
  stop: AbortController,
): Promise<RunResult> {
  const abort = (): void => {
    stop.abort();
  };
  const { signal } = options;
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    const { start } = await import('./start.js');
    const result = await start(options, stop.signal, (event) => {
      feed.put(event);
    });
    feed.end();
    return result;
  } catch (error) {
    feed.end(error instanceof Error ? error : new Error(String(error)));
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
