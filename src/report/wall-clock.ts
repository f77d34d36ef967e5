/** Tells when events happened by the wall clock: `run_started` holds its own time, and all other times count from it. */
import type { RunEvent } from '../model/run-event.js';

export class WallClock {
  /** Wall-clock ms at which the run began. */
  #began = 0;

  /** Takes the first event of a run. */
  on(event: RunEvent): void {
    if (event.type === 'run_started') this.#began = Date.parse(event.time) - event.at;
  }

  /** ISO 8601 in UTC, with milliseconds. @param at ms since the run began */
  time(at: number): string {
    return new Date(this.ms(at)).toISOString();
  }

  /** ms since 1970. @param at ms since the run began */
  ms(at: number): number {
    return this.#began + at;
  }
}
