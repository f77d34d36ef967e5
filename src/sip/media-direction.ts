/**
 * Directions of a media stream and what they say about hold (RFC 3264, 5.1, 6.1 and 8.4). A direction is
 * always that of the SDP it stands in: the author of a "sendonly" sends and does not want to receive.
 */

export const MEDIA_DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
export type MediaDirection = (typeof MEDIA_DIRECTIONS)[number];

/** Who holds whom: `local` = this agent holds the remote party, `remote` = the other way round. */
export type Held = 'none' | 'local' | 'remote' | 'both';

/** The same stream seen from the other end. */
export function reversed(direction: MediaDirection): MediaDirection {
  if (direction === 'sendonly') return 'recvonly';
  return direction === 'recvonly' ? 'sendonly' : direction;
}

/** `direction` without the wish to receive: what a connection address of 0.0.0.0 makes of it (8.4). */
export function withoutReceiving(direction: MediaDirection): MediaDirection {
  if (direction === 'sendrecv') return 'sendonly';
  return direction === 'recvonly' ? 'inactive' : direction;
}

/** The agent's own SDP does not want to receive. */
export function isLocalHold(own: MediaDirection): boolean {
  return !receives(own);
}

/** The remote party's SDP does not want to receive. */
export function isRemoteHold(remote: MediaDirection): boolean {
  return !receives(remote);
}

/** One finished offer/answer exchange, and who made the offer. */
export interface DirectionExchange {
  own: MediaDirection;
  remote: MediaDirection;
  offerer: 'own' | 'remote';
}

/** Hold state by these two directions alone; for a call that was held before, `heldAfter` knows more. */
export function heldOf(own: MediaDirection, remote: MediaDirection): Held {
  return heldBy(isLocalHold(own), isRemoteHold(remote));
}

/**
 * `held` after an exchange. The answer to an offer that does not send has to refuse to receive (6.1), so it
 * does not show whether the answerer holds the call: the answerer's hold stays as it was `before`.
 */
export function heldAfter({ own, remote, offerer }: DirectionExchange, before: Held): Held {
  const wasLocal = before === 'local' || before === 'both';
  const wasRemote = before === 'remote' || before === 'both';
  const local = offerer === 'remote' && !sends(remote) ? wasLocal : isLocalHold(own);
  const isRemote = offerer === 'own' && !sends(own) ? wasRemote : isRemoteHold(remote);
  return heldBy(local, isRemote);
}

function heldBy(local: boolean, remote: boolean): Held {
  if (local) return remote ? 'both' : 'local';
  return remote ? 'remote' : 'none';
}

function receives(direction: MediaDirection): boolean {
  return direction === 'sendrecv' || direction === 'recvonly';
}

function sends(direction: MediaDirection): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}
