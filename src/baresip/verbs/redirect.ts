/**
 * A call answered with a 3xx continues at the address in its Contact header (RFC 3261, 8.1.3.4). Old versions
 * do that by themselves, in the same dialog; from 3.3 on baresip does not, so we send a new INVITE with a
 * Call-ID of its own.
 */
import { throwIfBug } from '../../errors.js';
import type { Call } from '../record/call-record.js';
import { hasCapability } from '../capabilities.js';
import { nameAddr } from '../../sip/peer.js';
import { perform } from '../perform.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import { headerOf, type SipMessage } from '../../sip/sip-message.js';

/** The most redirections of a call: old versions follow this many before they assume a loop (re: sip/request.c). */
const MOST_HOPS = 16;
const INVITE_MS = 5000;

/** The URI in the Contact of a 3xx; undefined where it cannot be dialled. */
export function redirectTarget(response: SipMessage): string | undefined {
  const [uri] = nameAddr(headerOf(response.headers, 'contact') ?? '');
  return /^sips?:[^\s"<>,\x00-\x1f\x7f]{1,400}$/i.test(uri) ? uri : undefined;
}

/** Returns true if the call goes on: `calls` then gets its next INVITE, or the failure to send it. */
export function followRedirect(agent: RunningAgent, call: Call, response: SipMessage): boolean {
  const { binary } = agent.ground.context;
  const uri = redirectTarget(response);
  if (uri === undefined || call.hops >= MOST_HOPS) return false;
  if (!hasCapability(binary.version, 'redirect_choice') || !mayFollow(agent, uri)) return false;
  const { calls } = agent;
  calls.redirections.expect(call, uri);
  perform(agent, 'dial', agent.commands.dial(uri), new Limit(INVITE_MS), {
    done: () => (calls.redirections.currentId(call.id) === call.id ? undefined : true),
    refused: (data) => agent.problem('E_CALL_REFUSED', 'dial', data),
    timedOut: () => agent.problem('E_CALL_REFUSED', 'dial', `no INVITE was sent to ${uri}`),
  }).catch((error: unknown) => {
    throwIfBug(error);
    // The end of the agent closes the call with its own reason.
    if (agent.usable) calls.redirectFailed(call.id);
  });
  return true;
}

/** A forbidden target is not called: the call ends with its 3xx. */
function mayFollow(agent: RunningAgent, uri: string): boolean {
  const { ground } = agent;
  try {
    ground.context.guard?.target(uri, { routed: ground.routed }, 'redirect');
    return true;
  } catch (denial) {
    agent.emit({ type: 'warning', text: (denial as Error).message });
    return false;
  }
}
