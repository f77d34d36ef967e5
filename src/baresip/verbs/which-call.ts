/** The call a verb is about, and the errors where there is none. */
import type { OffhookError } from '../../errors.js';
import type { CallState } from '../../model/agent-state.js';
import type { RunningAgent } from '../running-agent.js';

export function callOf(agent: RunningAgent, verb: string, id: string): CallState {
  const now = agent.calls.redirections.currentId(id);
  const call = agent.state.calls.find((one) => one.id === now);
  if (call === undefined)
    throw agent.problem('E_CALL_STATE', verb, `the agent has no call "${id}"`);
  return call;
}

/** @param when the goal that the call ended before, for the message: "before all digits were sent" */
export function assertOpen(agent: RunningAgent, verb: string, id: string, when?: string): void {
  const call = callOf(agent, verb, id);
  if (call.state !== 'Idle') return;
  const { by = '', how = '' } = call.ended ?? {};
  const ended = when === undefined ? 'has ended' : `ended ${when}`;
  const what = `the call with ${call.peer.uri} ${ended}: ${how} by ${by}`;
  throw agent.problem('E_CALL_STATE', verb, what);
}

export function noCall(agent: RunningAgent, verb: string): OffhookError {
  return agent.problem('E_CALL_STATE', verb, 'the agent has no call', 'dial or accept one first');
}
