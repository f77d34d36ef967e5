/** The last events and SIP messages of a scenario: what a failure shows of the agents concerned. */
import type { Failure, TimelineItem } from '../model/run-event.js';

const KEPT = 400;
const SHOWN = 30;

export class Timeline {
  #items: TimelineItem[] = [];
  /** How it was when the teardown began: stopping agents explains no failure of the body. */
  #beforeTeardown: readonly TimelineItem[] | undefined;

  add(item: TimelineItem): void {
    this.#items.push(item);
    if (this.#items.length > 2 * KEPT) this.#items = this.#items.slice(-KEPT);
  }

  teardownBegins(): void {
    this.#beforeTeardown ??= [...this.#items];
  }

  /** The failure with the last items of its agents; of all agents when it names none. */
  attach(failure: Failure): Failure {
    const late = failure.phase === 'teardown' || failure.phase === 'stop';
    const told = (late ? undefined : this.#beforeTeardown) ?? this.#items;
    const agents = failure.agents;
    const items = told.filter((item) => agents?.includes(agentOf(item)) ?? true).slice(-SHOWN);
    return items.length === 0 ? failure : { ...failure, timeline: items };
  }
}

function agentOf(item: TimelineItem): string {
  return item.kind === 'event' ? item.entry.agent : item.agent;
}
