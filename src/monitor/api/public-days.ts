/** Days of monitors for the public page. Anybody may ask for it, and as often as he likes: the store is asked now and then only. */
import { dayName, daysOf, firstDay, type DaySum } from '../model/days.js';
import type { Monitors } from '../model/view.js';

export interface KnownDays {
  /** Name of the first day, such as "2026-09-02". */
  readonly first_day: string;
  /** The days of a monitor, the oldest first. */
  of(name: string): readonly DaySum[];
}

/** Age up to which an answer of the store is used again. */
const FRESH_MS = 30_000;

export class PublicDays {
  readonly #monitors: Pick<Monitors, 'days'>;
  #asked: { readonly at: number; readonly known: Promise<KnownDays | undefined> } | undefined;

  constructor(monitors: Pick<Monitors, 'days'>) {
    this.#monitors = monitors;
  }

  /** @returns undefined: the store cannot tell just now */
  async known(now: number): Promise<KnownDays | undefined> {
    if (this.#asked === undefined || Math.abs(now - this.#asked.at) > FRESH_MS) {
      this.#asked = { at: now, known: this.#read(now).catch(() => undefined) };
    }
    return this.#asked.known;
  }

  async #read(now: number): Promise<KnownDays> {
    const first = firstDay(now);
    const counted = await this.#monitors.days(first);
    const days = new Map([...counted].map(([name, one]) => [name, daysOf(one, now)]));
    const none = daysOf([], now);
    return { first_day: dayName(first), of: (name) => days.get(name) ?? none };
  }
}
