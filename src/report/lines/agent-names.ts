/** Names of agents across a run: one colour each, one column width, and the agent behind a SIP address. */
import type { RunEvent } from '../../model/run-event.js';
import type { Peer } from '../../sip/peer.js';
import { oneLine } from '../../story/printable.js';
import { displayWidth } from '../text.js';

const NARROWEST = 5;
const WIDEST = 16;

export class AgentNames {
  readonly #order = new Map<string, number>();
  /** "user@host:port" and "user@host" of started agents. */
  readonly #byAddress = new Map<string, string>();
  #width = NARROWEST;

  add(name: string): void {
    if (this.#order.has(name)) return;
    this.#order.set(name, this.#order.size);
    this.#width = Math.min(WIDEST, Math.max(this.#width, displayWidth(name)));
  }

  take({ entry }: Extract<RunEvent, { type: 'agent' }>): void {
    if (entry.event.type === 'started') this.started(entry.agent, entry.event.aor);
  }

  started(name: string, aor: string): void {
    this.add(name);
    this.#byAddress.set(addressKey(aor), name);
  }

  /** Stable: the order in which names appeared. */
  index(name: string): number {
    return this.#order.get(name) ?? 0;
  }

  get width(): number {
    return this.#width;
  }

  peer(peer: Peer): string {
    const known = this.#byAddress.get(addressKey(peer.uri));
    if (known !== undefined) return known;
    const where = peer.number === '' || isNumber(peer.number) ? peer.number : peer.uri;
    const shown = oneLine(where === '' ? peer.uri : where);
    return peer.name === undefined || peer.name === '' ? shown : `"${oneLine(peer.name)}" ${shown}`;
  }
}

function isNumber(user: string): boolean {
  return /^[+*#\d]+$/.test(user);
}

/** The part of a URI that tells two agents apart: scheme, parameters and the default port do not. */
function addressKey(uri: string): string {
  return uri
    .replace(/^<?(?:sips?:)?/i, '')
    .replace(/[;>?].*$/, '')
    .replace(/:5060$/, '')
    .toLowerCase();
}
