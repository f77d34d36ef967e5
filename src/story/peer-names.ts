/** The agent behind a SIP address, as far as agents have said theirs. */
import type { Peer } from '../sip/peer.js';
import { oneLine } from './printable.js';

export class PeerNames {
  /** "user@host:port" and "user@host" of started agents. */
  readonly #byAddress = new Map<string, string>();

  started(name: string, aor: string): void {
    this.#byAddress.set(addressKey(aor), name);
  }

  /** The agent's name, else the number, else the URI; with the display name where there is one. */
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
