/** What the API, the page and the command line show of monitors: plain data. */
import type { Day } from './days.js';
import type { EndedRun, Outcome } from './run.js';
import type { MonitorSettings } from './settings.js';
import type { MonitorState, State } from './states.js';

/** A run as the strip of a monitor shows it. */
export interface StripRun {
  readonly id: string;
  readonly started_at: number;
  readonly outcome: Outcome;
  readonly duration_ms: number;
}

/** How many runs of the strip. */
export const STRIP_LENGTH = 50;

/** Share of the known time in which it was not failed, 0 to 1; absent where nothing is known of that time. */
export interface Uptime {
  readonly day?: number;
  readonly week?: number;
  readonly month?: number;
  /** 90 days. */
  readonly quarter?: number;
}

export interface MonitorView {
  readonly name: string;
  readonly state: MonitorState;
  readonly settings: MonitorSettings;
  readonly paused: boolean;
  /** Whether a maintenance window is open. */
  readonly in_maintenance: boolean;
  /** Its process runs. */
  readonly running?: { readonly id: string; readonly started_at: number };
  /** It is due, and waits for a free place or a lock. */
  readonly waiting_for?: string;
  /** When it runs next by schedule, in ms since 1970. */
  readonly next_at?: number;
  readonly last?: EndedRun;
  /** The last good run whose files are kept, for comparison. */
  readonly last_passed?: EndedRun;
  /** The last runs, the newest last. */
  readonly strip: readonly StripRun[];
  readonly uptime: Uptime;
}

/** What is wrong with the monitor program itself. Nothing: healthy. */
export interface HealthProblem {
  /** `overdue`: a schedule; `store`, `disk`, `baresip`, `settings` (a reload that failed), `notify` (undelivered). */
  readonly about: 'overdue' | 'store' | 'disk' | 'baresip' | 'settings' | 'notify';
  readonly text: string;
  readonly since: number;
}

/** Numbers of notification messages that no receiver has accepted. */
export interface Undelivered {
  /** Given up. */
  readonly dead: number;
  /** Tried in vain, and tried again. */
  readonly late: number;
}

/** A change that feeds push. */
export type Change =
  | { readonly type: 'monitor'; readonly monitor: MonitorView }
  | { readonly type: 'removed'; readonly name: string }
  | { readonly type: 'health'; readonly problems: readonly HealthProblem[] }
  /** Sent after each delivery attempt while messages are undelivered, even if the numbers have not changed. */
  | { readonly type: 'undelivered'; readonly undelivered: Undelivered };

/** The sums of one hour or one day of a monitor. */
export interface Bucket {
  /** Its begin, in ms since 1970 (UTC). */
  readonly at: number;
  readonly runs: Readonly<Partial<Record<Outcome, number>>>;
  /** Milliseconds it was in each state. */
  readonly states: Readonly<Partial<Record<State, number>>>;
  readonly measures: Readonly<Record<string, Spread>>;
}

/** The values of one measure, or of `duration`, added up: enough for a mean and for the range. */
export interface Spread {
  readonly count: number;
  readonly sum: number;
  readonly least: number;
  readonly most: number;
}

/** Reads and controls monitors by their names. A method returns undefined if no monitor has the name. */
export interface Monitors {
  /** @returns all monitors in the order of the configuration */
  all(): readonly MonitorView[];
  find(name: string): MonitorView | undefined;
  /** Begins a run at once, or as soon as there is a place. false: it runs or waits already. */
  start(name: string): Promise<boolean | undefined>;
  /** Begins a run and waits for its end. 'running': it ran or waited already, or somebody took it out of the queue. */
  runOnce(name: string, signal: AbortSignal): Promise<EndedRun | 'running' | undefined>;
  /** Ends its run, which then does not count; takes it out of the queue. false: it does not run. */
  stop(name: string): Promise<boolean | undefined>;
  /** Ends its run, if it has one, and counts as a run that failed. */
  fail(name: string, note: string): Promise<boolean | undefined>;
  /** Stops or resumes its schedule. false: it was so already. */
  pause(name: string, paused: boolean): Promise<boolean | undefined>;
  /** Ended runs before that time, the newest first. */
  history(name: string, before: number, limit: number): Promise<readonly EndedRun[] | undefined>;
  run(id: string): Promise<EndedRun | undefined>;
  /** Hours or days in [from, to), the oldest first. */
  buckets(
    name: string,
    size: 'hour' | 'day',
    from: number,
    to: number,
  ): Promise<readonly Bucket[] | undefined>;
  /** Days from that time on in which runs counted, by the names of monitors. */
  days(from: number): Promise<ReadonlyMap<string, readonly Day[]>>;
  problems(): readonly HealthProblem[];
  undelivered(): Undelivered;
  /** Calls the listener with each change from now on. @returns what ends that */
  watch(listener: (change: Change) => void): () => void;
}
