/** Names of agents across a run: one colour each, one column width, and the agent behind a SIP address. */
import type { RunEvent } from '../../model/run-event.js';
import { addressNames } from '../../story/address-names.js';
import { PeerNames } from '../../story/peer-names.js';
import { displayWidth } from '../text.js';

const NARROWEST = 5;
const WIDEST = 16;

export class AgentNames extends PeerNames {
  readonly #order = new Map<string, number>();
  readonly #addresses = new Map<string, string>();
  #width = NARROWEST;

  add(name: string): void {
    if (this.#order.has(name)) return;
    this.#order.set(name, this.#order.size);
    this.#width = Math.min(WIDEST, Math.max(this.#width, displayWidth(name)));
  }

  /** Learns from how the run and its agents start. */
  take(event: Extract<RunEvent, { type: 'agent' | 'run_started' }>): void {
    if (event.type === 'run_started') {
      if (event.lab !== undefined) this.address(event.lab, 'server');
      for (const [at, name] of Object.entries(event.aliases ?? {})) this.address(at, name);
      return;
    }
    const { entry } = event;
    if (entry.event.type !== 'started') return;
    this.started(entry.agent, entry.event.aor);
    this.address(entry.event.address, entry.agent);
  }

  /** @param at "address:port"; that of an alias may be an address alone */
  address(at: string, name: string): void {
    this.#addresses.set(at, name);
  }

  /** Who is at "address:port". */
  at(address: string): string | undefined {
    return addressNames({ aliases: this.addresses })(address);
  }

  get addresses(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#addresses);
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
