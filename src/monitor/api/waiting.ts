/** Requests that wait for the end of a run: not too many, not for longer than they may, and not once their client is gone. */
import type { EndedRun } from '../model/run.js';
import type { Monitors, MonitorView } from '../model/view.js';
import { ApiError } from './message/api-error.js';

/** A monitor that for this long neither runs nor waits, and has no new ended run, was taken out of the queue. */
const SETTLED_MS = 2000;

export class Waiting {
  readonly #monitors: Monitors;
  readonly #most: number;
  #count = 0;

  constructor(monitors: Monitors, most: number) {
    this.#monitors = monitors;
    this.#most = most;
  }

  /**
   * Begins a run and waits for it. @param join: where one runs or waits already, its end is waited for.
   * @returns 'ended early': the signal came first, and the run goes on
   * @throws ApiError 503 when too many wait
   */
  async run(
    name: string,
    signal: AbortSignal,
    join: boolean,
  ): Promise<EndedRun | 'running' | 'ended early' | undefined> {
    if (this.#count >= this.#most) {
      const headers = { 'retry-after': '10' };
      throw new ApiError(503, 'unavailable', 'too many requests wait for runs already', headers);
    }
    this.#count += 1;
    const next = this.#nextEnd(name, signal);
    try {
      // A run that is taken out of the queue never ends; `next.run` notices that.
      const own = untilAborted(this.#monitors.runOnce(name, signal), signal);
      const run = await Promise.race([own, next.run]);
      // The end of an earlier run, still being announced when this request came, is not the end it waits for.
      if (typeof run === 'object' && run.id === next.before) return await next.run;
      return run === 'running' && join ? await next.run : run;
    } finally {
      next.stop();
      this.#count -= 1;
    }
  }

  /** Resolves with the first run of that monitor that ends from now on. */
  #nextEnd(
    name: string,
    signal: AbortSignal,
  ): {
    readonly before: string | undefined;
    readonly run: Promise<EndedRun | 'ended early' | undefined>;
    readonly stop: () => void;
  } {
    const before = this.#monitors.find(name)?.last?.id;
    const isIdle = (view: MonitorView | undefined): boolean =>
      view?.running === undefined && view?.waiting_for === undefined && view?.last?.id === before;
    let stop = (): void => undefined;
    let look: NodeJS.Timeout | undefined;
    const run = new Promise<EndedRun | 'ended early' | undefined>((resolve) => {
      const unwatch = this.#monitors.watch((change) => {
        if (change.type === 'removed' && change.name === name) resolve(undefined);
        if (change.type !== 'monitor' || change.monitor.name !== name) return;
        const { last } = change.monitor;
        if (last !== undefined && last.id !== before) resolve(last);
        if (!isIdle(change.monitor)) return;
        // Somebody took it out of the queue, or its end is about to be stored.
        look ??= setTimeout(() => {
          look = undefined;
          if (isIdle(this.#monitors.find(name))) resolve('ended early');
        }, SETTLED_MS);
      });
      const abort = (): void => {
        resolve('ended early');
      };
      signal.addEventListener('abort', abort, { once: true });
      stop = () => {
        unwatch();
        clearTimeout(look);
        signal.removeEventListener('abort', abort);
      };
    });
    return { before, run, stop };
  }
}

/** The run itself goes on. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | 'ended early'> {
  try {
    return await work;
  } catch (error) {
    if (signal.aborted) return 'ended early';
    throw error;
  }
}
