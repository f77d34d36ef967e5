/**
 * `--keep`: scenarios that have failed stay as they are until somebody has looked into them. Knows who runs and who is
 * kept, and what the signal to end (Ctrl-C) then means.
 */

export class Keeper {
  readonly #asked: AbortSignal;
  readonly #stop = new AbortController();
  readonly #interrupted = new AbortController();
  #running = 0;
  #kept = 0;

  /** @param asked aborted by Ctrl-C */
  constructor(asked: AbortSignal) {
    this.#asked = asked;
    const end = (): void => {
      // Kept scenarios have their results already, so ending them interrupts nothing.
      if (this.#running > this.#kept || !this.hasKept) this.#interrupted.abort();
    };
    if (asked.aborted) end();
    else asked.addEventListener('abort', end, { once: true });
  }

  /** Aborted by Ctrl-C while something runs that is not kept, or when nothing was kept. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  /** Aborted as soon as something is kept: nothing else is to begin. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether Ctrl-C has come: nothing is kept any more. */
  get isOver(): boolean {
    return this.#asked.aborted;
  }

  get hasKept(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Carries out `act`, which counts as running until it ends. */
  async running<T>(act: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await act();
    } finally {
      this.#running -= 1;
    }
  }

  /** Resolves at Ctrl-C. */
  async keep(): Promise<void> {
    this.#kept += 1;
    this.#stop.abort();
    await new Promise<void>((resolve) => {
      this.#asked.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
    this.#kept -= 1;
  }
}
