/** The log of one scenario: gives every entry its number and time, and hands it on in order. */
import type { AgentEvent, LogEntry } from '../../model/agent-event.js';

export class EventLog {
  readonly #began: number;
  readonly #sink: (entry: LogEntry) => void;
  readonly #last = new Map<string, number>();
  #seq = 0;

  /** @param began the scenario's origin on the clock of performance.now(). */
  constructor(began: number, sink: (entry: LogEntry) => void) {
    this.#began = began;
    this.#sink = sink;
  }

  /** Makes an entry and hands it on. */
  append(agent: string, event: AgentEvent, at?: number): LogEntry {
    const entry = this.enter(agent, event, at);
    this.#sink(entry);
    return entry;
  }

  /**
   * Makes an entry the caller hands on itself. `happened` (performance.now()) lies in the past where the
   * event was read late; no entry of an agent is earlier than its previous one.
   */
  enter(agent: string, event: AgentEvent, happened = Infinity): LogEntry {
    this.#seq += 1;
    const latest = Math.min(happened, performance.now()) - this.#began;
    const at = Math.max(latest, this.#last.get(agent) ?? 0);
    this.#last.set(agent, at);
    return { seq: this.#seq, at, agent, event };
  }
}
