/**
 * What is remembered of monitors: each run's end with the state that follows from it, the time in states, and files. What
 * is shown was stored before. A store that fails is tried again until it works; meanwhile the health is red, and what runs
 * found waits here.
 */
import type { BegunRun, EndedRun } from '../model/run.js';
import type { MonitorSettings } from '../model/settings.js';
import { stateAfter, type Transition } from '../model/states.js';
import { STRIP_LENGTH, type Bucket, type StripRun, type Uptime } from '../model/view.js';
import type { Retention, Store, StoredMonitor, StoredNotice } from '../store/store.js';
import type { Clock } from './clock.js';
import type { RunFolders } from './folders.js';
import { reasonOf, type Health } from './health.js';
import type { Roster } from './roster.js';
import type { Watched } from './watched.js';

export interface LedgerParts {
  readonly store: Store;
  readonly folders: RunFolders;
  readonly clock: Clock;
  readonly health: Health;
  readonly roster: Roster;
  /** Returns the notices of a transition, which are stored before the transition is shown. */
  readonly noticesOf?: (
    transition: Transition,
    monitor: MonitorSettings,
  ) => readonly StoredNotice[];
  /** Notices were stored. */
  readonly noticed?: (notices: readonly StoredNotice[]) => void;
}

/** A store that fails is tried again after that. */
const AGAIN_MS = 1000;
const DAY_MS = 24 * 60 * 60_000;
const SPANS = {
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  quarter: 90 * DAY_MS,
} as const satisfies Record<keyof Uptime, number>;
/** So many runs of a monitor may wait for a store that fails, some hundred bytes each. Then its next run waits as well. */
const MOST_WAITING = 1000;
/** Most locks learned of one monitor: with more, they are hardly its own, such as an account made up for each run. */
const MOST_LOCKS = 50;

export interface Known {
  readonly stored: StoredMonitor;
  readonly strip: readonly StripRun[];
}

/** A run that was handed over. */
export interface Taken {
  /** Resolves when the run is stored and shown, or when the program ends and could not store it. */
  readonly stored: Promise<void>;
  /** Resolves when the monitor need not wait any longer: the run is stored, or the store fails. */
  readonly free: Promise<void>;
}

interface Turns {
  /** Resolves when all that was asked for so far is stored. */
  last: Promise<void>;
  waiting: number;
}

export class Ledger {
  readonly #parts: LedgerParts;
  readonly #turns = new Map<Watched, Turns>();
  #isClosing = false;
  /** The store failed while the program ends: it is not asked again, for each question may take seconds. */
  #gaveUp = false;

  constructor(parts: LedgerParts) {
    this.#parts = parts;
  }

  /** Gives up what cannot be stored after one try, from now on. */
  close(): void {
    this.#isClosing = true;
  }

  /** What the store has of monitors, by their names. */
  async known(): Promise<ReadonlyMap<string, Known>> {
    const { store } = this.#parts;
    const [stored, strips] = await Promise.all([store.monitors(), store.strips(STRIP_LENGTH)]);
    return new Map(
      stored.map((one) => [one.name, { stored: one, strip: strips.get(one.name) ?? [] }]),
    );
  }

  /** Tries once: a run does not wait for a store that fails, and a begin stored late would make an ended run count as lost. */
  async begin(run: BegunRun): Promise<void> {
    await this.#tried(() => this.#parts.store.begin(run));
  }

  /** Changes what is stored of a monitor. */
  save(watched: Watched, change: Partial<StoredMonitor>): Promise<void> {
    return this.#inTurn(watched, async () => {
      const stored = { ...watched.stored, ...change };
      await this.#untilStored(() => this.#parts.store.save(stored));
      watched.stored = stored;
    });
  }

  /** A run has ended: stores what follows from it, then shows it. */
  take(watched: Watched, run: EndedRun, locks: readonly string[] = []): Taken {
    const ahead = this.#turns.get(watched)?.waiting ?? 0;
    let failed: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const stored = this.#inTurn(watched, () => this.#take(watched, { run, locks, failed }));
    if (ahead >= MOST_WAITING) return { stored, free: stored };
    return { stored, free: ahead > 0 ? Promise.resolve() : Promise.race([stored, failing]) };
  }

  /** All that was asked for is stored, or given up. */
  async settled(): Promise<void> {
    await Promise.all([...this.#turns.values()].map(({ last }) => last));
  }

  async #take(
    watched: Watched,
    {
      run,
      locks,
      failed,
    }: {
      readonly run: EndedRun;
      readonly locks: readonly string[];
      /** Called when it cannot be stored at once. */
      readonly failed: () => void;
    },
  ): Promise<void> {
    const { store, noticesOf, noticed, roster } = this.#parts;
    const { outcome, ended_at: at, note, id } = run;
    await this.#account(watched, at);
    const before = watched.stored;
    const result = { outcome, at, run: id, ...(note === undefined ? {} : { note }) };
    const { state, transition } = stateAfter(before.state, result, watched.settings);
    const isGood = outcome === 'passed' || outcome === 'flaky' || outcome === 'degraded';
    const renewsGood = isGood && (run.kept || before.last_passed?.kept !== true);
    const stored: StoredMonitor = {
      ...before,
      state,
      last: run,
      ...(renewsGood ? { last_passed: run } : {}),
      // A good run took all it needs; another one may have ended before it came to that.
      learned_locks: fewEnough(isGood ? locks : [...before.learned_locks, ...locks]),
    };
    const notices =
      transition === undefined ? [] : (noticesOf?.(transition, watched.settings) ?? []);
    await this.#untilStored(() => store.end(run, stored, transition, notices), failed);
    watched.stored = stored;
    watched.ended(run);
    roster.show(watched);
    if (notices.length > 0) noticed?.(notices);
    // The files of the last good run make room for those of this one.
    if (renewsGood && before.last_passed?.kept === true) await this.#forget(before.last_passed.id);
  }

  /** Adds up the time in states, looks at the disk, removes what is too old, and counts uptimes. */
  async keepHouse(retention: Retention): Promise<void> {
    const { folders, health, store, clock, roster } = this.#parts;
    const now = Math.round(clock.now());
    const disk = await folders.problem();
    if (disk === undefined) health.clear('disk', 'space');
    else health.set('disk', 'space', disk, now);
    try {
      for (const watched of roster.values()) await this.#account(watched, now);
      const configured = new Set(roster.values().map(({ name }) => name));
      for (const id of await store.prune(now, retention, configured)) await folders.remove(id);
      await this.#trimFiles(retention.file_bytes);
      await this.#countUptimes(now);
      health.clear('store', 'house');
    } catch (error) {
      health.set('store', 'house', `the history cannot be updated: ${reasonOf(error)}`, now);
    }
  }

  /** Deletes the oldest files while all exceed `most`; spares runs under way and the last and last good run of each monitor. */
  async #trimFiles(most: number): Promise<void> {
    const { folders, roster } = this.#parts;
    const kept = new Set(
      roster
        .values()
        .flatMap(({ running, stored: { last, last_passed } }) => [
          ...(running === undefined ? [] : [running.id]),
          ...(last === undefined ? [] : [last.id]),
          ...(last_passed === undefined ? [] : [last_passed.id]),
        ]),
    );
    const ids = [...(await folders.ids())].sort();
    let total = 0;
    for (const id of ids) if (!kept.has(id)) total += await folders.size(id);
    for (const id of ids) {
      if (total <= most) return;
      if (kept.has(id)) continue;
      total -= await folders.size(id);
      await this.#forget(id);
    }
  }

  async #forget(id: string): Promise<void> {
    await this.#untilStored(() => this.#parts.store.forgetFiles(id));
    await this.#parts.folders.remove(id).catch(() => undefined);
  }

  /** The time since the last call was spent in the state as stored. Uptimes lack what cannot be stored. */
  async #account(watched: Watched, to: number): Promise<void> {
    const from = watched.accounted;
    if (to <= from) return;
    watched.accounted = to;
    const { name, state } = watched.stored;
    await this.#parts.store.spent(name, state.state, from, to).catch(() => undefined);
  }

  async #countUptimes(now: number): Promise<void> {
    const { store, roster } = this.#parts;
    const spans = Object.entries(SPANS) as readonly (readonly [keyof typeof SPANS, number])[];
    const times = await Promise.all(
      spans.map(async ([name, span]) => ({ name, of: await store.stateTimes(now - span, now) })),
    );
    for (const watched of roster.values()) {
      const shares = times.flatMap(({ name, of }) => {
        const share = uptimeOf(of.get(watched.name));
        return share === undefined ? [] : [[name, share] as const];
      });
      watched.uptime = Object.fromEntries(shares);
    }
  }

  /** Does the writes of a monitor one after another: what is stored of it follows from what was stored before. */
  #inTurn(watched: Watched, act: () => Promise<void>): Promise<void> {
    const turns = this.#turns.get(watched) ?? { last: Promise.resolve(), waiting: 0 };
    this.#turns.set(watched, turns);
    turns.waiting += 1;
    const turn = turns.last.then(act);
    turns.last = turn
      .catch(() => undefined)
      .then(() => {
        turns.waiting -= 1;
        if (turns.waiting === 0) this.#turns.delete(watched);
      });
    return turn;
  }

  async #untilStored(act: () => Promise<void>, failed?: () => void): Promise<void> {
    while (!(await this.#tried(act)) && !this.#isClosing) {
      failed?.();
      await new Promise<void>((resolve) => {
        this.#parts.clock.after(AGAIN_MS, resolve);
      });
    }
  }

  async #tried(act: () => Promise<void>): Promise<boolean> {
    const { health, clock } = this.#parts;
    if (this.#gaveUp) return false;
    try {
      await act();
      health.clear('store', 'write');
      return true;
    } catch (error) {
      const text = `results of runs cannot be stored: ${reasonOf(error)}`;
      health.set('store', 'write', text, Math.round(clock.now()));
      this.#gaveUp = this.#isClosing;
      return false;
    }
  }
}

function fewEnough(locks: readonly string[]): readonly string[] {
  return [...new Set(locks)].slice(0, MOST_LOCKS);
}

/** The share of the known time in which it was not failed. */
function uptimeOf(states: Bucket['states'] | undefined): number | undefined {
  if (states === undefined) return undefined;
  const { ok = 0, degraded = 0, failing = 0, failed = 0 } = states;
  const known = ok + degraded + failing + failed;
  return known === 0 ? undefined : 1 - failed / known;
}
