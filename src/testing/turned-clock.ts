/** A clock for tests, which stands still until it is turned. */
import type { Clock } from '../signalling/transactions/timers.js';

interface Alarm {
  readonly at: number;
  readonly action: () => void;
}

export class TurnedClock implements Clock {
  /** Ms since it was made. */
  now = 0;
  readonly #alarms = new Set<Alarm>();

  after(ms: number, action: () => void): () => void {
    const alarm = { at: this.now + ms, action };
    this.#alarms.add(alarm);
    return () => {
      this.#alarms.delete(alarm);
    };
  }

  /** How many actions are still to come: a timer that was forgotten keeps Node alive. */
  get waiting(): number {
    return this.#alarms.size;
  }

  turn(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.now = next.at;
      next.action();
    }
    this.now = end;
  }
}
