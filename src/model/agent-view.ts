/** What getters and reports show of an agent's state, as plain values. */
import type { Ended, Peer } from './agent-event.js';
import {
  agentStateName,
  currentCall,
  openCalls,
  type AgentState,
  type CallState,
  type RegistrationState,
  type StateName,
} from './agent-state.js';

export interface CallInfo {
  /** The Call-ID (RFC 3261, 8.1.1.4). */
  id: string;
  direction: 'outgoing' | 'incoming';
  state: StateName;
  peer: Peer;
}

export interface AgentInfo {
  name: string;
  aor: string;
  registered: boolean;
  registration: RegistrationState;
  state: StateName;
  calls: readonly CallInfo[];
  peer?: Peer;
  ended?: Ended;
  metadata: Readonly<Record<string, unknown>>;
}

export function callInfo(call: CallState): CallInfo {
  return {
    id: call.id,
    direction: call.direction,
    state: call.state,
    peer: call.peer,
  };
}

export function agentInfo(
  name: string,
  state: AgentState,
  metadata: Readonly<Record<string, unknown>>,
): AgentInfo {
  const peer = currentCall(state)?.peer;
  return {
    name,
    aor: state.aor ?? '',
    registered: state.registration.state === 'registered',
    registration: state.registration,
    state: agentStateName(state),
    calls: openCalls(state).map(callInfo),
    ...(peer === undefined ? {} : { peer }),
    ...(state.ended === undefined ? {} : { ended: state.ended }),
    metadata,
  };
}
