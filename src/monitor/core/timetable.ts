/** Looks at the clock: begins what is due, and notices what is overdue and a clock that jumps. */
import type { Clock } from './clock.js';
import { dueAfterJump, inMaintenance, intervalOf, jumpOf, nextDue } from './due.js';
import type { Health } from './health.js';
import type { Places } from './places.js';
import type { Roster } from './roster.js';
import type { Runs } from './runs.js';
import type { Watched } from './watched.js';

export interface TimetableParts {
  readonly clock: Clock;
  readonly health: Health;
  readonly places: Places;
  readonly roster: Roster;
  readonly runs: Runs;
  /** Called once a minute, and never while it is still at work. */
  readonly keepHouse: () => Promise<void>;
}

/** A clock that jumps and a schedule that is overdue are noticed that soon. */
const TICK_MS = 1000;
/** Least time between two looks, so that a due run that waits for its place causes no tight loop. */
const LEAST_MS = 10;
const HOUSE_MS = 60_000;

export class Timetable {
  readonly #parts: TimetableParts;
  #last: { readonly wall: number; readonly steady: number };
  #cancel: (() => void) | undefined;
  #house: Promise<void> | undefined;
  #houseAt: number;

  constructor(parts: TimetableParts) {
    this.#parts = parts;
    this.#last = this.#time();
    this.#houseAt = this.#last.steady;
  }

  /** Looks now, and from now on whenever something is due. */
  look(): void {
    this.#cancel?.();
    const time = this.#time();
    const jump = jumpOf(this.#last, time);
    this.#last = time;
    const now = time.wall;
    if (jump !== 0) this.#jumped(now, jump);
    let wait = TICK_MS;
    for (const watched of this.#parts.roster.values()) {
      this.#beginIfDue(watched, now);
      this.#judgeDelay(watched, now);
      if (watched.due !== undefined) wait = Math.min(wait, Math.max(LEAST_MS, watched.due - now));
    }
    if (time.steady - this.#houseAt >= HOUSE_MS) this.#keepHouse(time.steady);
    this.#cancel = this.#parts.clock.after(wait, () => {
      this.look();
    });
  }

  async close(): Promise<void> {
    this.#cancel?.();
    await this.#house;
  }

  #beginIfDue(watched: Watched, now: number): void {
    const { due, settings } = watched;
    if (due === undefined || due > now) return;
    const { roster, runs } = this.#parts;
    if (inMaintenance(settings.maintenance, now)) {
      watched.due = nextDue(settings, now, { due_at: due, is_bad: false });
      roster.show(watched);
      return;
    }
    // One that still runs or waits is not asked for twice: its schedule goes on when this run has begun.
    runs.ask(watched, 'schedule');
  }

  /** A schedule that is twice its interval behind is an alarm about this program, not about the line. */
  #judgeDelay({ name, due, settings, running }: Watched, now: number): void {
    const { health, places } = this.#parts;
    const interval =
      due === undefined || due > now ? undefined : intervalOf(settings.schedule, due);
    const late = now - (due ?? now);
    if (interval === undefined || running !== undefined || late <= 2 * interval) {
      health.clear('overdue', name);
      return;
    }
    const why = places.waitsFor(name) ?? 'nothing';
    const text = `monitor "${name}" is late by more than twice its interval: it waits for ${why}`;
    health.set('overdue', name, text, now);
  }

  #jumped(now: number, jump: number): void {
    for (const watched of this.#parts.roster.values()) {
      watched.due = dueAfterJump(watched.settings.schedule, watched.due, { now, jump });
      watched.accounted = now;
      this.#parts.roster.show(watched);
    }
  }

  #keepHouse(steady: number): void {
    this.#houseAt = steady;
    this.#house ??= this.#parts.keepHouse().finally(() => {
      this.#house = undefined;
    });
  }

  #time(): { readonly wall: number; readonly steady: number } {
    const { clock } = this.#parts;
    return { wall: Math.round(clock.now()), steady: clock.steady() };
  }
}
