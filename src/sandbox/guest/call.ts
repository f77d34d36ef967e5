/** One call of an agent: shows its present state as long as anybody holds it, and names the call to verbs. */
import type { CallState } from '../../model/agent-state.js';
import { callInfo, type CallInfo } from '../../model/agent-view.js';
import { markCall } from './encode.js';
import * as world from './world.js';

/** @param known the call as it is now: agents forget old calls, whoever holds one does not. */
export function callOf(agent: string, known: CallState): CallInfo {
  const { id } = known;
  let last = known;
  const info = (): CallInfo => {
    const { calls } = world.stateOf(agent);
    last = calls.find((call) => call.id === id || call.former?.includes(id)) ?? last;
    return callInfo(last);
  };
  // Own properties: shown, compared and written as JSON like any plain value.
  const call: CallInfo = {
    id,
    get direction() {
      return info().direction;
    },
    get state() {
      return info().state;
    },
    get peer() {
      return Object.freeze({ ...info().peer });
    },
    get held() {
      return info().held;
    },
  };
  markCall(call, { agent, id });
  return Object.freeze(call);
}
