/** The call a verb is about, and the errors where there is none. */
import type { OffhookError } from '../../errors.js';
import type { CallState } from '../../model/agent-state.js';
import type { RunningAgent } from '../running-agent.js';

export function callOf(session: RunningAgent, verb: string, id: string): CallState {
  const now = session.calls.redirections.currentId(id);
  const call = session.state.calls.find((one) => one.id === now);
  if (call === undefined)
    throw session.problem('E_CALL_STATE', verb, `the agent has no call "${id}"`);
  return call;
}

/** @param when the goal that the call ended before, for the message: "before all digits were sent" */
export function assertOpen(session: RunningAgent, verb: string, id: string, when?: string): void {
  const call = callOf(session, verb, id);
  if (call.state !== 'Idle') return;
  const { by = '', how = '' } = call.ended ?? {};
  const ended = when === undefined ? 'has ended' : `ended ${when}`;
  const what = `the call with ${call.peer.uri} ${ended}: ${how} by ${by}`;
  throw session.problem('E_CALL_STATE', verb, what);
}

export function noCall(session: RunningAgent, verb: string): OffhookError {
  return session.problem('E_CALL_STATE', verb, 'the agent has no call', 'dial or accept one first');
}
