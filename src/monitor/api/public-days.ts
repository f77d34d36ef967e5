/** Days of monitors for the public page. Anybody may ask for it, and as often as he likes: the store is asked now and then only. */
import { dayName, daysOf, firstDay, type DaySum } from '../model/days.js';
import type { Monitors } from '../model/view.js';

export interface KnownDays {
  /** Name of the first day, such as "2026-09-02". */
  readonly first_day: string;
  /** By the names of monitors, the oldest first. */
  readonly days: ReadonlyMap<string, readonly DaySum[]>;
}

/** What is shown may be so old. */
const FRESH_MS = 30_000;

export class PublicDays {
  readonly #monitors: Pick<Monitors, 'buckets'>;
  #asked:
    | {
        readonly names: string;
        readonly at: number;
        readonly days: Promise<KnownDays | undefined>;
      }
    | undefined;

  constructor(monitors: Pick<Monitors, 'buckets'>) {
    this.#monitors = monitors;
  }

  /** @returns undefined: the store cannot tell just now */
  async of(names: readonly string[], now: number): Promise<KnownDays | undefined> {
    const wanted = JSON.stringify(names);
    if (this.#asked?.names !== wanted || Math.abs(now - this.#asked.at) > FRESH_MS) {
      const days = this.#read(names, now).catch(() => undefined);
      this.#asked = { names: wanted, at: now, days };
    }
    return this.#asked.days;
  }

  async #read(names: readonly string[], now: number): Promise<KnownDays> {
    const first = firstDay(now);
    const days = new Map<string, readonly DaySum[]>();
    for (const name of names) {
      const buckets = (await this.#monitors.buckets(name, 'day', first, now + 1)) ?? [];
      days.set(name, daysOf(buckets, now));
    }
    return { first_day: dayName(first), days };
  }
}
