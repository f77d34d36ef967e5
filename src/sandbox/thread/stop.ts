/**
 * Why a script must not go on, and how it is made to: the main thread's abort cells, the CPU limit, and
 * the thread's own reasons. The verdict comes from here, never from how a promise settled: a script can
 * catch what stops it.
 */
import { hrtimeMs } from '../clock.js';
import { ABORTS, CELL, type AbortKind } from '../protocol.js';

export type StopReason =
  | { kind: AbortKind }
  | { kind: 'skip'; reason: string }
  /** Something that waits or changes the world was reached where scenarios are only declared. */
  | { kind: 'reached'; by: string; stack: string };

export class Stop {
  readonly #cells: Int32Array;
  readonly #cpuMs: number;
  /** Undefined while our own code runs in the VM: only the CPU limit holds then. */
  #abortCell: number | undefined;
  #reason: StopReason | undefined;
  #computingSince = 0;
  /** While a responder runs: its own limit, and whether it has passed it. */
  #responder: { ms: number; over: boolean } | undefined;

  constructor(cells: Int32Array, cpuMs: number) {
    this.#cells = cells;
    this.#cpuMs = cpuMs;
    this.computing();
  }

  /** Why the script must stop; undefined while it may go on. */
  get reason(): StopReason | undefined {
    if (this.#reason === undefined && this.#abortCell !== undefined) {
      const kind = ABORTS[Atomics.load(this.#cells, this.#abortCell) - 1];
      if (kind !== undefined) this.#reason = { kind };
    }
    return this.#reason;
  }

  set(reason: StopReason): void {
    this.#reason ??= reason;
  }

  /** What QuickJS asks every few thousand operations. */
  readonly shouldInterrupt = (): boolean => {
    if (this.#responder !== undefined && this.#isOver(this.#responder)) return true;
    if (this.#reason === undefined && hrtimeMs() - this.#computingSince > this.#cpuMs) {
      this.#reason = { kind: 'cpu' };
    }
    return this.reason !== undefined;
  };

  #isOver(responder: { ms: number; over: boolean }): boolean {
    if (hrtimeMs() - this.#computingSince > responder.ms) responder.over = true;
    return responder.over;
  }

  /** A responder runs, within the limit of its own. Passing that stops it alone, not the script. */
  beginResponder(limitMs: number): void {
    this.#responder = { ms: Math.min(limitMs, this.#cpuMs), over: false };
    Atomics.store(this.#cells, CELL.cpuBudget, limitMs);
    this.computing();
  }

  /** Whether it took too long. */
  endResponder(): boolean {
    const over = this.#responder?.over === true;
    this.#responder = undefined;
    Atomics.store(this.#cells, CELL.cpuBudget, 0);
    this.computing();
    return over;
  }

  /** A phase begins. Teardown has an abort cell, and so a budget, of its own. */
  begin(teardown: boolean): void {
    this.#abortCell = teardown ? CELL.teardownAbort : CELL.abort;
    this.#reason = undefined;
    this.computing();
  }

  /** The phase is over: forgets the reason, so that our own code can run in the VM. */
  end(): StopReason | undefined {
    const { reason } = this;
    this.#abortCell = undefined;
    this.#reason = undefined;
    this.computing();
    return reason;
  }

  /** The script runs (again). */
  computing(): void {
    this.#computingSince = hrtimeMs();
    Atomics.store(this.#cells, CELL.computing, 1);
    Atomics.add(this.#cells, CELL.turns, 1);
  }

  /** The thread sleeps: in a blocking call, or until the next job. */
  waiting(): void {
    Atomics.store(this.#cells, CELL.computing, 0);
    Atomics.add(this.#cells, CELL.turns, 1);
  }
}
