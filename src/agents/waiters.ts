/** Promises that settle as soon as a condition over an agent's state holds: checked on each change, not polled. */
import { Limit } from './limit.js';
import { afterReading } from '../after-reading.js';

export class Waiters {
  readonly #waiting = new Set<{ check(): void; fail(error: Error): void }>();
  #error: Error | undefined;

  /**
   * Resolves with the first value of `check` that is not undefined; rejects with any error it throws.
   * `timedOut` gets the limit as it was given, in ms.
   */
  until<T>(
    check: () => T | undefined,
    limit: Limit,
    timedOut: (waitedMs: number) => Error,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        timer.cancel();
        this.#waiting.delete(waiter);
        act();
      };
      const waiter = {
        check: () => {
          try {
            const value = check();
            if (value !== undefined) {
              settle(() => {
                resolve(value);
              });
            }
          } catch (error) {
            waiter.fail(error as Error);
          }
        },
        fail: (error: Error) => {
          settle(() => {
            reject(error);
          });
        },
      };
      const timer = afterReading(limit.left(), () => {
        waiter.fail(timedOut(limit.ms));
      });
      this.#waiting.add(waiter);
      if (this.#error === undefined) waiter.check();
      else waiter.fail(this.#error);
    });
  }

  /** Like `until`, but resolves with undefined at the limit: for an effect that may stay away. */
  async within<T>(check: () => T | undefined, limit: Limit): Promise<T | undefined> {
    const over = new Error('over');
    try {
      return await this.until(check, limit, () => over);
    } catch (error) {
      if (error === over) return undefined;
      throw error;
    }
  }

  /** Rejects with the error of fail(); resolves when that is not called within `ms`. */
  async failWithin(ms: number): Promise<void> {
    await this.within(() => undefined, new Limit(ms));
  }

  /** Checks all conditions after a change. */
  wake(): void {
    if (this.#waiting.size === 0) return;
    for (const waiter of [...this.#waiting]) waiter.check();
  }

  /** Nothing can change any more: all present and later promises reject. */
  fail(error: Error): void {
    this.#error ??= error;
    for (const waiter of [...this.#waiting]) waiter.fail(error);
  }
}
