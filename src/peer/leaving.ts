/** The end of a peer: its calls are ended as a user agent ends them, without waiting for long. */
import { Limit } from '../agents/limit.js';
import type { Calls } from './calls.js';
import type { PeerCore } from './core.js';

/** How long an answer to the last BYE is awaited. */
const LEAVING_MS = 500;

export async function endCalls(peer: PeerCore, calls: Calls): Promise<void> {
  const work = calls.open.map(async (call) => {
    if (call.answered && call.dialog !== undefined) await calls.bye(call, {});
    else if (call.outgoing) await calls.cancel(call, {});
    else await calls.answers.refuse(call, 486);
  });
  await Promise.allSettled(work);
  // The other side may be leaving as well: its BYE is still answered.
  const closed = (): true | undefined => (calls.open.length === 0 ? true : undefined);
  await peer.waiters.within(closed, new Limit(LEAVING_MS));
  // A call whose other side has not answered by now is given up.
  calls.end();
}
