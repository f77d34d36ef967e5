/**
 * The newest event of each type and call, by its number in the log: verbs look there whether something has
 * happened since they were issued.
 */
import type { AgentEvent } from '../../model/agent-event.js';

/** Kinds kept, an event type of one call each; the one without news for longest is forgotten first. */
const KINDS_KEPT = 2000;

export class EventHistory {
  readonly #newest = new Map<string, number>();
  /** Number of the newest event of all; -1 before the first. */
  last = -1;

  add(event: AgentEvent, seq: number): void {
    const key = keyOf(event.type, 'call' in event ? event.call : '');
    // A map keeps its keys in the order in which they were set.
    this.#newest.delete(key);
    this.#newest.set(key, seq);
    this.last = seq;
    if (this.#newest.size <= KINDS_KEPT) return;
    for (const [oldest] of this.#newest) {
      this.#newest.delete(oldest);
      return;
    }
  }

  /** Number of the newest event of that type and call, if it is `since` or later. */
  newest(type: AgentEvent['type'], call: string, since: number): number | undefined {
    const seq = this.#newest.get(keyOf(type, call));
    return seq === undefined || seq < since ? undefined : seq;
  }
}

function keyOf(type: AgentEvent['type'], call: string | undefined): string {
  return `${type} ${call ?? ''}`;
}
