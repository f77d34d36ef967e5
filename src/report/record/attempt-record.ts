/** The events of one attempt, held until it is known whether they are kept. Bounded. */
import type { RunEvent } from '../../model/run-event.js';

/** About so many bytes of texts. */
const MOST_BYTES = 32 * 1024 * 1024;
/** What an event takes beside its long texts. */
const EVENT_BYTES = 500;

export class AttemptRecord {
  #events: RunEvent[] = [];
  #bytes = 0;
  #dropped = 0;

  add(event: RunEvent): void {
    this.#events.push(event);
    this.#bytes += bytesOf(event);
    if (this.#bytes > MOST_BYTES) this.#dropOldest();
  }

  /** The attempt begins anew: what was until now is void. */
  restart(): void {
    this.#events = [];
    this.#bytes = this.#dropped = 0;
  }

  /** All of them; a warning says so where the oldest are missing. */
  events(): readonly RunEvent[] {
    const [first, ...rest] = this.#events;
    if (first?.type !== 'scenario_started' || this.#dropped === 0) return this.#events;
    const text = `the first ${this.#dropped} events of this attempt were too many to keep`;
    const { at, scenario } = first;
    return [first, { type: 'warning', at, scenario: scenario.id, text }, ...rest];
  }

  /** The end of an attempt explains a failure, not its beginning; how the agents began is little and stays. */
  #dropOldest(): void {
    const half = Math.floor(this.#events.length / 2);
    const old = this.#events.slice(0, half).filter((event) => isKept(event));
    this.#dropped += half - old.length;
    this.#events = [...old, ...this.#events.slice(half)];
    this.#bytes = this.#events.reduce((sum, event) => sum + bytesOf(event), 0);
  }
}

function isKept(event: RunEvent): boolean {
  if (event.type === 'agent') return event.entry.event.type === 'started';
  return event.type === 'scenario_started' || event.type === 'agent_config';
}

function bytesOf(event: RunEvent): number {
  switch (event.type) {
    case 'sip':
      return EVENT_BYTES + 2 * event.raw.length;
    case 'agent_log':
      return EVENT_BYTES + event.line.length;
    case 'log':
      return EVENT_BYTES + event.text.length;
    default:
      return EVENT_BYTES;
  }
}
