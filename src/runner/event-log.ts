/** The log of one scenario: gives every entry its number and time, and hands it on in order. */
import type { AgentEvent, LogEntry } from '../model/agent-event.js';

export class EventLog {
  readonly #began: number;
  readonly #sink: (entry: LogEntry) => void;
  #seq = 0;

  /** @param began the scenario's origin on the clock of performance.now(). */
  constructor(began: number, sink: (entry: LogEntry) => void) {
    this.#began = began;
    this.#sink = sink;
  }

  /** Returns the seq of the new entry. */
  append(agent: string, event: AgentEvent): number {
    const entry = this.enter(agent, event);
    this.#sink(entry);
    return entry.seq;
  }

  /** An entry the caller hands on itself. */
  enter(agent: string, event: AgentEvent): LogEntry {
    this.#seq += 1;
    return { seq: this.#seq, at: performance.now() - this.#began, agent, event };
  }
}
