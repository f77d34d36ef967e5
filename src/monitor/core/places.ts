/**
 * Decides which monitors run at the same time: at most `most`, and no two that share a lock. A monitor gets all of its locks at once
 * or none, so two never wait for each other. They begin in the order in which they asked, but a monitor that cannot begin yet does
 * not hold up the others; only the locks it waits for go to none behind it.
 */
export interface Waiting {
  readonly name: string;
  readonly locks: readonly string[];
  readonly begin: () => void;
}

export class Places {
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<string, readonly string[]>();
  #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  set most(most: number) {
    this.#most = most;
    this.#next();
  }

  /** Calls `begin` as soon as there is a place, possibly now. */
  ask(waiting: Waiting): void {
    this.#waiting.push(waiting);
    this.#next();
  }

  /** Takes a monitor out of the queue. false: it was not waiting. */
  withdraw(name: string): boolean {
    const index = this.#waiting.findIndex((one) => one.name === name);
    if (index >= 0) this.#waiting.splice(index, 1);
    // The locks it was waiting for are free for those behind it.
    this.#next();
    return index >= 0;
  }

  /** It has ended. */
  release(name: string): void {
    this.#running.delete(name);
    this.#next();
  }

  isWaiting(name: string): boolean {
    return this.#waiting.some((one) => one.name === name);
  }

  /** What a monitor waits for, in words. */
  waitsFor(name: string): string | undefined {
    const index = this.#waiting.findIndex((one) => one.name === name);
    const waiting = this.#waiting[index];
    if (waiting === undefined) return undefined;
    if (this.#running.size >= this.#most) return `a place: ${this.#running.size} running already`;
    const before = this.#waiting
      .slice(0, index)
      .map((one): [string, readonly string[]] => [one.name, one.locks]);
    for (const [holder, locks] of [...this.#running, ...before]) {
      const lock = waiting.locks.find((one) => locks.includes(one));
      if (lock !== undefined) return `${lock}, which ${holder} has`;
    }
    return 'its turn';
  }

  #next(): void {
    for (const waiting of [...this.#waiting]) {
      if (this.#running.size >= this.#most) return;
      const index = this.#waiting.indexOf(waiting);
      // `begin` of another monitor may have changed the list.
      if (index < 0) continue;
      const before = this.#waiting.slice(0, index).flatMap(({ locks }) => locks);
      const taken = new Set([...[...this.#running.values()].flat(), ...before]);
      // A monitor that left the configuration and came back may still have its last run.
      if (this.#running.has(waiting.name)) continue;
      if (waiting.locks.some((lock) => taken.has(lock))) continue;
      this.#waiting.splice(index, 1);
      this.#running.set(waiting.name, waiting.locks);
      waiting.begin();
    }
  }
}
