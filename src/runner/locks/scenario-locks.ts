/** The locks of one attempt: takes them, tells reports what it waits for, and releases them together. */
import type { RunEvent, ScenarioId } from '../../model/run-event.js';
import type { Locks, Owner } from './locks.js';

export interface LockReport {
  emit: (event: RunEvent) => void;
  /** ms since the run began. */
  now: () => number;
}

export class ScenarioLocks implements Owner {
  readonly name: string;
  readonly age: number;
  readonly #locks: Locks;
  readonly #id: string;
  readonly #first: readonly string[];
  readonly #likely: readonly string[];
  readonly #report: LockReport;
  #hasActed = false;
  #isAdvised = false;

  /**
   * @param wanted `first`: locks that it takes before it begins; `likely`: locks that it took in an earlier run. They are kept
   *   from other scenarios of this run, but not from other runs until needed: they may be accounts of another server.
   */
  constructor(
    locks: Locks,
    scenario: ScenarioId,
    {
      age,
      first,
      likely = [],
    }: { age: number; first: readonly string[]; likely?: readonly string[] },
    report: LockReport,
  ) {
    this.#locks = locks;
    this.#id = scenario.id;
    this.name = scenario.key;
    this.age = age;
    this.#first = [...new Set(first)].sort();
    this.#likely = likely.filter((name) => !first.includes(name));
    this.#report = report;
  }

  /** Takes the `first` and `likely` locks in this run if all are free. @returns whether they were */
  claim(): boolean {
    return this.#locks.claim(this, [...this.#first, ...this.#likely]);
  }

  /** Takes the claimed locks among all runs. @returns how long it waited, ms */
  async begin(): Promise<number> {
    if (this.#first.length === 0) return 0;
    return this.#timed(this.#first, () => this.#locks.takeOnHost(this, this.#first));
  }

  /** @throws RestartNeeded; OffhookError E_LOCK, or E_INTERRUPTED after giveUp() */
  async take(names: readonly string[]): Promise<void> {
    const taken = new Set(this.taken());
    const wanted = names.filter((name) => !taken.has(name)).sort();
    if (wanted.length === 0) return;
    await this.#timed(wanted, async () => {
      for (const name of wanted) await this.#locks.take(this, name);
    });
  }

  /** The scenario has done something that others can see: it cannot begin anew any more. */
  acted(): void {
    this.#hasActed = true;
  }

  mayRestart(): boolean {
    return !this.#hasActed;
  }

  waits(lock: string, holder: string): void {
    const { emit, now } = this.#report;
    emit({ type: 'lock_waiting', at: now(), scenario: this.#id, lock, holder });
    if (!this.#hasActed || this.#isAdvised || this.taken().length === 0) return;
    this.#isAdvised = true;
    const text = `the scenario waits for ${lock}, held by ${holder}, while it holds locks that others may need: name ${lock} in the option locks, so that it is taken before the scenario begins`;
    emit({ type: 'warning', at: now(), scenario: this.#id, text });
  }

  taken(): readonly string[] {
    return this.#locks.taken(this);
  }

  /** Ends what it waits for: the scenario is over. */
  giveUp(): void {
    this.#locks.giveUp(this);
  }

  release(): void {
    this.#locks.release(this);
  }

  async #timed(locks: readonly string[], taking: () => Promise<void>): Promise<number> {
    const { emit, now } = this.#report;
    const began = now();
    await taking();
    const ms = now() - began;
    emit({ type: 'locks_taken', at: now(), scenario: this.#id, locks, ms });
    return ms;
  }
}
