/** `a.peer`: the other side of a call, and whether it is an agent of the scenario. */
import { isSamePlace, placeOf, type Peer } from '../../../sip/peer.js';
import { agentNameOf } from '../encode.js';
import { ask, callerStack } from '../host.js';
import { define } from '../primordials.js';
import * as world from '../world.js';

export interface CallPeer extends Peer {
  is(...args: unknown[]): boolean;
}

/** `is` is not enumerable: it is not shown, and the peer is compared by its data. */
export function callPeer(peer: Peer): CallPeer {
  const value = { ...peer };
  define(value, 'is', {
    value: (...args: unknown[]): boolean => {
      ask('check', { on: 'CallPeer', fn: 'is', args, stack: callerStack() });
      return isAgent(peer, agentNameOf(args[0]) ?? '');
    },
  });
  return Object.freeze(value) as CallPeer;
}

/**
 * Whether the peer is that agent. A server may write its own host into a user's URI, so for an agent with a domain the user part is
 * enough, unless the whole URI is that of another agent.
 */
function isAgent(peer: Peer, name: string): boolean {
  if (isAt(peer, name)) return true;
  const { aor = '', serverless = false } = world.stateOf(name);
  const user = placeOf(aor)?.user ?? '';
  if (serverless || user === '' || user !== peer.number) return false;
  return !world.agentNames().some((other) => other !== name && isAt(peer, other));
}

/** Whether the URI is the address of record of the agent, or leads to where the agent itself listens. */
function isAt({ uri }: Peer, name: string): boolean {
  const { aor = '', address } = world.stateOf(name);
  const [place, own] = [placeOf(uri), placeOf(aor)];
  if (isSamePlace(place, own)) return true;
  const listens = placeOf(`sip:${address ?? ''}`);
  if (listens?.port === undefined || own === undefined) return false;
  const { host, port } = listens;
  // TLS is on the next port.
  return [port, port + 1].some((at) => isSamePlace(place, { user: own.user, host, port: at }));
}
