/** One monitor while the program runs: what is stored of it, and what is not. */
import type { BegunRun, EndedRun } from '../model/run.js';
import type { MonitorSettings } from '../model/settings.js';
import { FIRST_STATE } from '../model/states.js';
import { STRIP_LENGTH, type MonitorView, type StripRun, type Uptime } from '../model/view.js';
import type { StoredMonitor } from '../store/store.js';
import { firstDue, inMaintenance } from './due.js';

export interface Running extends BegunRun {
  readonly abort: AbortController;
  /** Why it was ended by somebody: it was stopped, or marked as failed with this note. */
  verdict?: { readonly kind: 'stopped' } | { readonly kind: 'failed'; readonly note: string };
}

/** A monitor that never ran. */
export function newMonitor(name: string): StoredMonitor {
  return { name, state: FIRST_STATE, learned_locks: [] };
}

export class Watched {
  settings: MonitorSettings;
  stored: StoredMonitor;
  strip: readonly StripRun[];
  uptime: Uptime = {};
  running: Running | undefined;
  /** When it is due next by schedule. */
  due: number | undefined;
  /** Up to when the time in its state is stored. */
  accounted: number;

  constructor(
    settings: MonitorSettings,
    now: number,
    known: { readonly stored?: StoredMonitor; readonly strip?: readonly StripRun[] } = {},
  ) {
    this.settings = settings;
    this.stored = known.stored ?? newMonitor(settings.name);
    this.strip = known.strip ?? [];
    this.accounted = now;
    this.restart(now);
  }

  get name(): string {
    return this.settings.name;
  }

  /** A pause or resume by a person overrides the configuration. */
  get isPaused(): boolean {
    return this.stored.paused ?? this.settings.paused;
  }

  /** Its own locks, and the accounts its runs were seen to use. */
  get locks(): readonly string[] {
    return [...new Set([...this.settings.locks, ...this.stored.learned_locks])].sort();
  }

  /** Begins its schedule anew: at the start, after a change of it, or when it is resumed. */
  restart(now: number): void {
    this.due = this.isPaused
      ? undefined
      : firstDue(this.settings, now, this.stored.last?.started_at);
  }

  ended(run: EndedRun): void {
    const { id, started_at, outcome, duration_ms } = run;
    this.strip = [...this.strip, { id, started_at, outcome, duration_ms }].slice(-STRIP_LENGTH);
  }

  view(now: number, waitingFor: string | undefined): MonitorView {
    const { stored, running, due } = this;
    return {
      name: this.name,
      state: stored.state,
      settings: this.settings,
      paused: this.isPaused,
      in_maintenance: inMaintenance(this.settings.maintenance, now),
      ...(running === undefined
        ? {}
        : { running: { id: running.id, started_at: running.started_at } }),
      ...(waitingFor === undefined ? {} : { waiting_for: waitingFor }),
      ...(due === undefined ? {} : { next_at: due }),
      ...(stored.last === undefined ? {} : { last: stored.last }),
      ...(stored.last_passed === undefined ? {} : { last_passed: stored.last_passed }),
      strip: this.strip,
      uptime: this.uptime,
    };
  }
}
