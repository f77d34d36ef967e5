/** Names of agents across a run: one colour each, one column width, and the agent behind a SIP address. */
import type { RunEvent } from '../../model/run-event.js';
import { PeerNames } from '../../story/peer-names.js';
import { displayWidth } from '../text.js';

const NARROWEST = 5;
const WIDEST = 16;

export class AgentNames extends PeerNames {
  readonly #order = new Map<string, number>();
  #width = NARROWEST;

  add(name: string): void {
    if (this.#order.has(name)) return;
    this.#order.set(name, this.#order.size);
    this.#width = Math.min(WIDEST, Math.max(this.#width, displayWidth(name)));
  }

  take({ entry }: Extract<RunEvent, { type: 'agent' }>): void {
    if (entry.event.type === 'started') this.started(entry.agent, entry.event.aor);
  }

  override started(name: string, aor: string): void {
    this.add(name);
    super.started(name, aor);
  }

  /** Stable: the order in which names appeared. */
  index(name: string): number {
    return this.#order.get(name) ?? 0;
  }

  get width(): number {
    return this.#width;
  }
}
