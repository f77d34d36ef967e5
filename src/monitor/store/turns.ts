import { storeError } from './store-error.js';

/** Lets works on one connection take turns: one begins when the one before has ended, however that ended. */
export class Turns {
  readonly #place: string;
  #last: Promise<unknown> = Promise.resolve();
  #over = false;

  /** `place`: of the store, for messages. */
  constructor(place: string) {
    this.#place = place;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#over) throw storeError(this.#place, 'it is closed', 'open it again');
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Takes the last turn; later ones are refused. A second call waits for the same turn. */
  async end(work: () => Promise<void>): Promise<void> {
    if (!this.#over) {
      this.#last = this.take(work);
      this.#over = true;
    }
    await this.#last;
  }
}
