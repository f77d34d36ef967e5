/**
 * Rejected promises that nothing has handled so far, because a script forgot to await them. QuickJS reports
 * them (the HostPromiseRejectionTracker of ECMAScript), so `try { await p } catch`, `p.catch(...)`,
 * `Promise.all` and the like count as handled, at any later time.
 */

export interface Rejection {
  /** Bits of promise and reason; both are kept alive by `keep`. */
  promise: bigint;
  reason: bigint;
  release: () => void;
}

const MOST_OPEN = 1000;

export class Rejections {
  readonly #keep: (bits: bigint) => () => void;
  readonly #isImporting: () => boolean;
  #open: Rejection[] = [];

  /**
   * `keep` holds a value until the returned function is called. `isImporting`: the running job evaluates
   * a module of import(): QuickJS then reports an inner promise of its own first, which nobody can handle.
   */
  constructor(keep: (bits: bigint) => () => void, isImporting: () => boolean) {
    this.#keep = keep;
    this.#isImporting = isImporting;
  }

  report(promise: bigint, reason: bigint, handled: boolean): void {
    if (handled) {
      this.#remove((one) => one.promise === promise);
      return;
    }
    const last = this.#open.at(-1);
    if (last?.reason === reason && this.#isImporting()) this.#remove((one) => one === last);
    // A loop of rejections must not fill the memory with handles; some are enough for a verdict.
    if (this.#open.length >= MOST_OPEN) return;
    const releases = [this.#keep(promise), this.#keep(reason)];
    const release = (): void => {
      for (const one of releases) one();
    };
    this.#open.push({ promise, reason, release });
  }

  /** Takes all open rejections; the caller releases each. */
  take(): Rejection[] {
    const open = this.#open;
    this.#open = [];
    return open;
  }

  #remove(matches: (one: Rejection) => boolean): void {
    const index = this.#open.findIndex(matches);
    if (index < 0) return;
    this.#open[index]?.release();
    this.#open.splice(index, 1);
  }
}
