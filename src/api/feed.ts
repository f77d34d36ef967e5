/**
 * Events between a run, which does not wait, and a loop, which may be slow: calls go on while the loop takes its time, so
 * what it has not taken yet waits here.
 */
import { OffhookError } from '../errors.js';

/** The most events kept while no loop has begun: a program that wants only the result must not run out of memory. */
const MOST_WITHOUT_LOOP = 10_000;
/** Taken values are removed in batches of this size, because removing them one by one is slow in a long list. */
const TAKEN_AT_A_TIME = 1000;

interface Taker<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: Error) => void;
}

export class Feed<T> {
  #waiting: T[] = [];
  /** The number of values at the front of `#waiting` that were already taken. */
  #taken = 0;
  #takers: Taker<T>[] = [];
  #isLooped = false;
  #isFull = false;
  #end: { error?: Error } | undefined;

  /** A loop begins: from now on everything is kept for it. @throws OffhookError E_USAGE for a second one */
  begin(): void {
    if (this.#isLooped) {
      throw new OffhookError(
        'E_USAGE',
        {
          subject: 'run()',
          what: 'a second loop asked for its events, which are delivered only once',
        },
        { hint: 'keep what you need in the first loop, or run again' },
      );
    }
    this.#isLooped = true;
    if (this.#isFull) {
      this.end(
        new OffhookError(
          'E_USAGE',
          {
            subject: 'run()',
            what: `the loop began after ${MOST_WITHOUT_LOOP} events, which were not kept`,
          },
          { hint: 'begin the loop right after run()' },
        ),
      );
    }
  }

  put(value: T): void {
    if (this.#end !== undefined || this.#isFull) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) taker.resolve({ value, done: false });
    else this.#waiting.push(value);
    if (this.#isLooped || this.#waiting.length <= MOST_WITHOUT_LOOP) return;
    this.#isFull = true;
    this.#waiting = [];
  }

  /** Ends the feed. An error is thrown only after all waiting values were taken. A second call does nothing. */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = error === undefined ? {} : { error };
    for (const taker of this.#takers.splice(0)) this.next().then(taker.resolve, taker.reject);
  }

  /** Drops all waiting values and ends the feed. */
  drop(): void {
    this.#waiting = [];
    this.#taken = 0;
    this.end();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.#taken < this.#waiting.length) return { value: this.#take(), done: false };
    if (this.#end === undefined) {
      return new Promise((resolve, reject) => {
        this.#takers.push({ resolve, reject });
      });
    }
    const { error } = this.#end;
    this.#end = {};
    if (error !== undefined) throw error;
    return { value: undefined, done: true };
  }

  #take(): T {
    const value = this.#waiting[this.#taken] as T;
    this.#taken += 1;
    if (this.#taken === this.#waiting.length || this.#taken >= TAKEN_AT_A_TIME) {
      this.#waiting.splice(0, this.#taken);
      this.#taken = 0;
    }
    return value;
  }
}
