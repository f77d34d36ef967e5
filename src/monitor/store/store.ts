/**
 * Where monitors remember: their states, runs, hours and days. Every method resolves once it is on disk, and rejects with
 * E_STORE when that failed: what is shown was stored before. One process writes.
 */
import type { Day } from '../model/days.js';
import type { BegunRun, EndedRun } from '../model/run.js';
import type { MonitorState, Transition } from '../model/states.js';
import type { Bucket, StripRun } from '../model/view.js';

/** What is stored of a monitor beside its runs. */
export interface StoredMonitor {
  readonly name: string;
  readonly state: MonitorState;
  /** Somebody paused (true) or resumed (false) it; undefined: as the configuration says. */
  readonly paused?: boolean;
  readonly last?: EndedRun;
  readonly last_passed?: EndedRun;
  /** Names of locks its runs took: it must not run beside another monitor that uses one of them. */
  readonly learned_locks: readonly string[];
}

/** A notification that waits to be delivered, or could not be. */
export interface StoredNotice {
  readonly id: string;
  /** Name in `notify` of the configuration. */
  readonly target: string;
  readonly created_at: number;
  /** JSON. */
  readonly body: string;
  readonly tries: number;
  /** When to try next; undefined: given up. */
  readonly next_at?: number;
  readonly problem?: string;
}

export interface Retention {
  /** Rows of runs that passed, of all others, hours, days: older ones go. In ms. */
  readonly passed_ms: number;
  readonly failed_ms: number;
  readonly hours_ms: number;
  readonly days_ms: number;
  /** Most bytes of the store: the oldest runs go first. */
  readonly bytes: number;
  /** Most bytes of the files of runs; the oldest go first. The store itself does not know them. */
  readonly file_bytes: number;
}

export interface Store {
  /** All that is stored, also of monitors that left the configuration and have not aged away yet. */
  monitors(): Promise<readonly StoredMonitor[]>;
  /** A run begins. A restart finds those that never ended. */
  begin(run: BegunRun): Promise<void>;
  begun(): Promise<readonly BegunRun[]>;
  /**
   * Stores in one transaction: the end of the run, the monitor as given, the sums of its hour and day, the change of state and its
   * notices. So a process that is killed before has told nobody, and the next one finds what is to be told.
   */
  end(
    run: EndedRun,
    monitor: StoredMonitor,
    transition?: Transition,
    notices?: readonly StoredNotice[],
  ): Promise<void>;
  /** The monitor is as given, without a run; a change and its notices are noted. */
  save(
    monitor: StoredMonitor,
    transition?: Transition,
    notices?: readonly StoredNotice[],
  ): Promise<void>;
  /** Adds the time from `from` to `to`, in which a monitor was in its state, to its hours and days. */
  spent(name: string, state: MonitorState['state'], from: number, to: number): Promise<void>;
  /** Ended runs before that time, the newest first. */
  history(name: string, before: number, limit: number): Promise<readonly EndedRun[]>;
  /** The last runs of each monitor, the newest last. */
  strips(length: number): Promise<ReadonlyMap<string, readonly StripRun[]>>;
  run(id: string): Promise<EndedRun | undefined>;
  /** The files of the run are gone. */
  forgetFiles(id: string): Promise<void>;
  buckets(name: string, size: 'hour' | 'day', from: number, to: number): Promise<readonly Bucket[]>;
  /** Days from that time on in which runs counted, by the names of monitors. */
  days(from: number): Promise<ReadonlyMap<string, readonly Day[]>>;
  /** Sums of the states of each monitor's hours in [from, to). */
  stateTimes(from: number, to: number): Promise<ReadonlyMap<string, Bucket['states']>>;
  transitions(name: string, before: number, limit: number): Promise<readonly Transition[]>;
  notices(): Promise<readonly StoredNotice[]>;
  saveNotice(notice: StoredNotice): Promise<void>;
  dropNotice(id: string): Promise<void>;
  /**
   * Takes away what is too old or too much. The last run and the last good one stay of monitors that are `configured`; of others
   * nothing is spared, and with their last run, hour and day they are forgotten themselves.
   * @param configured names
   * @returns ids of runs whose files have to go
   */
  prune(
    now: number,
    retention: Retention,
    configured: ReadonlySet<string>,
  ): Promise<readonly string[]>;
  /** Size on disk, in bytes. */
  size(): Promise<number>;
  close(): Promise<void>;
}
