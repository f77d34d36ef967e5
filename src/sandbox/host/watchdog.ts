/**
 * The main thread's clock for one job: asks a thread to stop through its abort cells, and gives it up when
 * it does not react, which only a loop inside QuickJS's own native code can cause.
 */
import { type ErrorData, said } from '../../errors.js';
import { formatMs } from '../../time.js';
import { hrtimeMs } from '../clock.js';
import { ABORTS, CELL, type AbortKind } from '../protocol.js';
import { cpuError } from '../thread/stop-errors.js';

/** How long a thread has to react. */
const GRACE_MS = 500;
/** Checks per CPU limit of a script; few, because each one wakes the main thread, which costs more than the check itself. */
const LOOKS = 20;
const SHORTEST_LOOK_MS = 100;
const NO_TEARDOWN = 'teardown did not run: the script did not react';

export class Watchdog {
  readonly #cells: Int32Array;
  readonly #cpuMs: number;
  readonly #giveUp: (error: ErrorData) => void;
  readonly #wake: () => void;
  readonly #look: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #grace: NodeJS.Timeout | undefined;
  #stage: 'scenario' | 'teardown' = 'scenario';
  #limitMs = 0;
  /** When the budget ends, by hrtimeMs(). */
  #endsAt = 0;
  /** What is left of the budget while it is held; how many hold it. */
  #held = { times: 0, leftMs: 0 };
  #stopped = false;
  #turn = -1;
  #turnSince = 0;

  constructor(
    cells: Int32Array,
    cpuMs: number,
    giveUp: (error: ErrorData) => void,
    wake: () => void,
  ) {
    this.#cells = cells;
    this.#cpuMs = cpuMs;
    this.#giveUp = giveUp;
    this.#wake = wake;
    this.#look = setInterval(
      () => {
        this.#checkCpu();
      },
      Math.max(SHORTEST_LOOK_MS, cpuMs / LOOKS),
    );
  }

  /** Begins the budget of a stage and ends the budget of the previous stage. */
  limit(stage: 'scenario' | 'teardown', limitMs: number, leftMs: number): void {
    clearTimeout(this.#grace);
    this.#stage = stage;
    this.#limitMs = limitMs;
    this.#held = { times: 0, leftMs: 0 };
    this.#arm(leftMs);
  }

  #arm(leftMs: number): void {
    clearTimeout(this.#timer);
    const stage = this.#stage;
    this.#endsAt = hrtimeMs() + leftMs;
    this.#timer = setTimeout(
      () => {
        this.abort('timeout', stage);
      },
      Math.max(0, leftMs),
    );
  }

  /** Stops the clock of the budget while the scenario waits for others. @returns the function that starts it again */
  hold(): () => void {
    const held = this.#held;
    if (held.times === 0) held.leftMs = this.#endsAt - hrtimeMs();
    held.times += 1;
    clearTimeout(this.#timer);
    return () => {
      held.times -= 1;
      if (held.times === 0 && held === this.#held && !this.#stopped) this.#arm(held.leftMs);
    };
  }

  /** Asks the thread to stop; interrupting never shortens a teardown that runs already. */
  abort(kind: AbortKind, stage: 'scenario' | 'teardown' = 'scenario'): void {
    if (stage !== this.#stage) return;
    const cell = stage === 'teardown' ? CELL.teardownAbort : CELL.abort;
    Atomics.compareExchange(this.#cells, cell, 0, 1 + ABORTS.indexOf(kind));
    this.#wake();
    clearTimeout(this.#grace);
    this.#grace = setTimeout(() => {
      // The thread's reaction may already be waiting in the event queue behind this timer.
      setImmediate(() => {
        if (!this.#stopped && this.#stage === stage) this.#giveUp(this.#lostError(kind));
      });
    }, GRACE_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#grace);
    clearInterval(this.#look);
  }

  /** The thread itself stops a script at the CPU limit, except inside native code. */
  #checkCpu(): void {
    const turn = Atomics.load(this.#cells, CELL.turns);
    const limit = Atomics.load(this.#cells, CELL.cpuBudget) || this.#cpuMs;
    if (turn !== this.#turn || Atomics.load(this.#cells, CELL.computing) === 0) {
      this.#turn = turn;
      this.#turnSince = hrtimeMs();
    } else if (hrtimeMs() - this.#turnSince > limit + GRACE_MS) {
      this.#giveUp({ ...cpuError(limit), hint: NO_TEARDOWN });
    }
  }

  #lostError(kind: AbortKind): ErrorData {
    if (kind === 'interrupt') {
      return {
        code: 'E_INTERRUPTED',
        ...said({ subject: 'scenario', what: 'interrupted' }),
        hint: NO_TEARDOWN,
      };
    }
    const what = this.#stage;
    return {
      code: 'E_SCRIPT_TIMEOUT',
      ...said({
        subject: what,
        what: 'out of time while computing',
        limit: formatMs(this.#limitMs),
      }),
      hint: what === 'teardown' ? 'look for a long computation in teardown' : NO_TEARDOWN,
    };
  }
}
