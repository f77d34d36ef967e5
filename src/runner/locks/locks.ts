/**
 * Locks for what scenarios that run at the same time must not share: accounts, ports, and the names in the option `locks`.
 * A scenario takes the locks it is known to need before it begins, all or none. It takes others when it turns out to need
 * them. If two scenarios then wait for each other, the younger one begins anew, provided that it has done nothing yet that
 * others could see. Older scenarios go first: younger ones leave the locks alone that an older one needs to begin.
 * Runs of other processes count as well (host-lock.ts).
 */
import { OffhookError } from '../../errors.js';
import { takeHostLock, type Busy, type HostLock } from './host-lock.js';

/** A scenario, for as long as it holds locks. */
export interface Owner {
  /** The name that reports show. */
  readonly name: string;
  /** Smaller = older, no two alike. Beginning anew makes nobody younger. */
  readonly age: number;
  /** Whether it has done nothing yet that others could see. */
  mayRestart(): boolean;
  /** Called when it has to wait. */
  waits(lock: string, holder: string): void;
}

/** Ends an attempt that is to begin anew, then with this lock taken beforehand. */
export class RestartNeeded extends Error {
  readonly lock: string;
  constructor(lock: string, first: string) {
    super(`${first} has ${lock}, or needs it first`);
    this.lock = lock;
  }
}

interface Waiting {
  owner: Owner;
  lock: string;
  taken(): void;
  given(error: Error): void;
}

export class Locks {
  readonly #holders = new Map<string, Owner>();
  /** Locks that owners have also taken among all runs on the machine. */
  readonly #onHost = new Map<Owner, Map<string, HostLock>>();
  readonly #waiting: Waiting[] = [];
  /** Scenarios that could not begin yet, with the locks they need. The key is the age: every try to begin has an Owner of its own. */
  readonly #wishes = new Map<number, { owner: Owner; names: readonly string[] }>();
  /** For each owner that waits for another run: the lock that the run has. */
  readonly #awaited = new Map<Owner, Busy>();
  /** Owners that have given up: they get no lock any more. */
  readonly #left = new WeakSet<Owner>();

  /**
   * Takes all of these locks in this run, or none; `takeOnHost` or `take` must follow before one is made use of. A failed
   * claim is remembered as a wish: younger scenarios leave its locks alone.
   */
  claim(owner: Owner, names: readonly string[]): boolean {
    if (names.some((name) => this.#holders.has(name))) {
      this.#wishes.set(owner.age, { owner, names });
      return false;
    }
    this.#wishes.delete(owner.age);
    for (const name of names) this.#holders.set(name, owner);
    return true;
  }

  /** Called when no other scenario begins any more: locks that were kept free for a wish go to scenarios that run. */
  forgetWishes(): void {
    const names = new Set([...this.#wishes.values()].flatMap((wish) => wish.names));
    this.#wishes.clear();
    for (const name of names) if (!this.#holders.has(name)) this.#passOn(name);
  }

  /**
   * Takes claimed locks of the machine. While it waits for one it holds none, so that no two runs wait for each other.
   * @throws OffhookError E_INTERRUPTED when given up
   */
  async takeOnHost(owner: Owner, names: readonly string[]): Promise<void> {
    const sorted = [...names].sort();
    for (;;) {
      const busy = await this.#takeAllOnHost(owner, sorted);
      if (busy === undefined) return;
      await this.#freed(owner, busy.name, busy);
    }
  }

  /**
   * Takes one more lock, in this run and of the machine; what it has claimed, only of the machine.
   * @throws RestartNeeded, OffhookError E_LOCK, E_INTERRUPTED when given up
   */
  async take(owner: Owner, name: string): Promise<void> {
    if (this.taken(owner).includes(name)) return;
    const holder = this.#holders.get(name);
    if (holder === undefined) {
      const older = this.#olderWish(owner, name);
      // The owner begins anew and so leaves its place to the older scenario, which could not begin otherwise.
      if (older !== undefined) throw new RestartNeeded(name, older.name);
      this.#holders.set(name, owner);
    } else if (holder !== owner) await this.#wait(owner, name, holder);
    for (;;) {
      const taken = await takeHostLock(name, owner.name);
      if (!isBusy(taken)) {
        this.#keep(owner, name, taken);
        return;
      }
      if (this.taken(owner).length > 0 && owner.mayRestart()) {
        taken.leave();
        throw new RestartNeeded(name, taken.holder);
      }
      await this.#freed(owner, name, taken);
    }
  }

  /** The locks that the machine has granted. */
  taken(owner: Owner): readonly string[] {
    return [...(this.#onHost.get(owner)?.keys() ?? [])];
  }

  /** The locks of this run that no other scenario can have now. */
  held(owner: Owner): readonly string[] {
    return [...this.#holders].flatMap(([name, holder]) => (holder === owner ? [name] : []));
  }

  /** Stops the owner's waiting: it gets E_INTERRUPTED, and no lock any more. */
  giveUp(owner: Owner): void {
    this.#left.add(owner);
    this.#awaited.get(owner)?.leave();
    for (const one of [...this.#waiting]) {
      if (one.owner === owner) this.#end(one, isOver(one.lock));
    }
  }

  /** Releases everything. */
  release(owner: Owner): void {
    for (const lock of this.#onHost.get(owner)?.values() ?? []) lock.release();
    this.#onHost.delete(owner);
    const names = this.held(owner);
    for (const name of names) this.#holders.delete(name);
    for (const name of names) this.#passOn(name);
  }

  /** An older scenario that needs the lock to begin. It does not hold up a scenario that cannot begin anew. */
  #olderWish(owner: Owner, name: string): Owner | undefined {
    if (!owner.mayRestart()) return undefined;
    return [...this.#wishes.values()].find(
      (wish) => wish.owner.age < owner.age && wish.names.includes(name),
    )?.owner;
  }

  #keep(owner: Owner, name: string, lock: HostLock): void {
    if (this.#left.has(owner)) {
      lock.release();
      throw isOver(name);
    }
    const kept = this.#onHost.get(owner) ?? new Map<string, HostLock>();
    this.#onHost.set(owner, kept.set(name, lock));
  }

  async #takeAllOnHost(
    owner: Owner,
    sorted: readonly string[],
  ): Promise<(Busy & { name: string }) | undefined> {
    const taken: [string, HostLock][] = [];
    for (const name of sorted) {
      const one = await takeHostLock(name, owner.name);
      if (isBusy(one)) {
        for (const [, lock] of taken) lock.release();
        return { ...one, name };
      }
      taken.push([name, one]);
    }
    if (this.#left.has(owner)) {
      for (const [, lock] of taken) lock.release();
      throw isOver(sorted[0] ?? '');
    }
    this.#onHost.set(owner, new Map(taken));
    return undefined;
  }

  async #freed(owner: Owner, name: string, busy: Busy): Promise<void> {
    owner.waits(name, busy.holder);
    this.#awaited.set(owner, busy);
    if (this.#left.has(owner)) busy.leave();
    await busy.freed;
    this.#awaited.delete(owner);
    if (this.#left.has(owner)) throw isOver(name);
  }

  /** Waits in this run; resolves when the owner has the lock. */
  #wait(owner: Owner, lock: string, holder: Owner): Promise<void> {
    const keeps = this.held(owner).length > 0;
    // An owner that waits while it holds locks makes others wait in turn, so the younger one begins anew instead.
    if (keeps && owner.mayRestart() && holder.age < owner.age) {
      return Promise.reject(new RestartNeeded(lock, holder.name));
    }
    owner.waits(lock, holder.name);
    const taken = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ owner, lock, taken: resolve, given: reject });
    });
    if (keeps) this.#breakCircle(owner);
    return taken;
  }

  /** Breaks a deadlock: the youngest owner in the circle that can begin anew does so; if none can, the youngest fails. */
  #breakCircle(from: Owner): void {
    const circle = this.#circle(from);
    const byAge = [...circle].sort((a, b) => b.owner.age - a.owner.age);
    const ends = byAge.find(({ owner }) => owner.mayRestart()) ?? byAge[0];
    if (ends === undefined) return;
    const holder = this.#holders.get(ends.lock)?.name ?? '';
    if (ends.owner.mayRestart()) this.#end(ends, new RestartNeeded(ends.lock, holder));
    else this.#end(ends, deadlock(ends, holder));
  }

  /** The waits that lead from this owner back to it; none without a circle. */
  #circle(from: Owner): readonly Waiting[] {
    const found: Waiting[] = [];
    for (let owner: Owner | undefined = from; owner !== undefined;) {
      const wait: Waiting | undefined = this.#waiting.find((one) => one.owner === owner);
      if (wait === undefined || found.includes(wait)) return [];
      found.push(wait);
      owner = this.#holders.get(wait.lock);
      if (owner === from) return found;
    }
    return [];
  }

  #end(wait: Waiting, error: Error): void {
    this.#waiting.splice(this.#waiting.indexOf(wait), 1);
    wait.given(error);
  }

  /**
   * Gives a free lock to one of the owners that wait for it: first to one that holds other locks, then to the oldest. Owners
   * that must leave it to an older scenario, which needs it to begin, begin anew.
   */
  #passOn(name: string): void {
    const waiting = this.#waiting.filter(({ lock }) => lock === name);
    for (const one of waiting) {
      const older = this.#olderWish(one.owner, name);
      if (older !== undefined) this.#end(one, new RestartNeeded(name, older.name));
    }
    const rank = ({ owner }: Waiting): number => (this.held(owner).length > 0 ? 0 : 1);
    const [next] = waiting
      .filter((one) => this.#waiting.includes(one))
      .sort((a, b) => rank(a) - rank(b) || a.owner.age - b.owner.age);
    if (next === undefined) return;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#holders.set(name, next.owner);
    next.taken();
  }
}

function isBusy(taken: HostLock | Busy): taken is Busy {
  return 'freed' in taken;
}

function isOver(name: string): OffhookError {
  return new OffhookError('E_INTERRUPTED', {
    subject: `lock "${name}"`,
    what: 'not taken',
    seen: 'the scenario has ended',
  });
}

function deadlock({ owner, lock }: Waiting, holder: string): OffhookError {
  return new OffhookError(
    'E_LOCK',
    {
      subject: `lock "${lock}"`,
      what: 'not taken',
      seen: `${holder} holds it and is itself waiting for this scenario`,
    },
    {
      hint: `name this lock in the option locks of ${owner.name}: it is then taken before the scenario begins`,
    },
  );
}
