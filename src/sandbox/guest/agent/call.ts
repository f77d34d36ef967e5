/** One call of an agent: shows its present state as long as anybody holds it, and names the call to verbs. */
import { said } from '../../../errors.js';
import { currentCall, type AgentState, type CallState } from '../../../model/agent-state.js';
import { callInfo, mediaInfo, rtpInfo, type CallInfo } from '../../../model/agent-view.js';
import type { MediaInfo, RtpInfo } from '../../../model/agent-view.js';
import { timingOfCall, type Timing } from '../../../model/call-timing.js';
import type { CallGetter } from '../../../schema/verbs.js';
import { callNameOf, markCall } from '../encode.js';
import { failure } from '../failure.js';
import { callPeer, type CallPeer } from './call-peer.js';
import { recordingOf, type Recording } from './recording.js';
import * as world from '../world.js';

/** A call as the script sees it: its data, and values that are computed only on access. */
export interface Call extends CallInfo, Readonly<Record<CallGetter, unknown>> {
  readonly peer: CallPeer;
  readonly timing: Omit<Timing, 'register_ms'>;
  readonly media: MediaInfo | undefined;
  readonly rtp: RtpInfo | undefined;
  readonly recording: Recording | undefined;
}

/** @param known the present state of the call, kept for a script that holds the call after its agent has forgotten it */
export function callOf(agent: string, known: CallState): Call {
  const { id } = known;
  let last = known;
  const now = (): CallState => (last = callWith(world.stateOf(agent), id) ?? last);
  const info = (): CallInfo => callInfo(now());
  // Own properties: shown, compared and written as JSON like any plain value.
  const data: CallInfo = {
    id,
    get direction() {
      return info().direction;
    },
    get state() {
      return info().state;
    },
    get peer() {
      return callPeer(info().peer);
    },
    get held() {
      return info().held;
    },
  };
  // Not enumerable: showing a call must not begin to count its packets.
  const values = {
    timing: () => timingOfCall(now()),
    media: () => mediaInfo(now().facts),
    rtp: () => {
      world.watch(agent, 'rtp');
      return rtpInfo(now().facts);
    },
    recording: () => recordingOf(agent, id),
  } satisfies Record<Exclude<CallGetter, keyof CallInfo>, () => object | undefined>;
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(data, name, {
      get: () => {
        const plain: object | undefined = value();
        return plain === undefined ? undefined : Object.freeze(plain);
      },
    });
  }
  markCall(data, { agent, id });
  return Object.freeze(data) as Call;
}

/**
 * The call among the arguments of a function, which may stand at any place, else the current one; undefined where
 * the agent has none, or has forgotten it. @throws E_ARGUMENT for a call of another agent.
 */
export function callAmong(
  args: readonly unknown[],
  agent: string,
  fn: string,
  state: AgentState,
): CallState | undefined {
  const name = args.map((arg) => callNameOf(arg)).find((one) => one !== undefined);
  if (name === undefined) return currentCall(state);
  if (name.agent === agent) return callWith(state, name.id);
  throw failure({
    code: 'E_ARGUMENT',
    ...said({
      subject: `agent "${agent}"`,
      verb: `${fn}()`,
      what: `the call belongs to agent "${name.agent}"`,
    }),
    hint: 'pass a call of the agent itself, from its calls',
  });
}

function callWith(state: AgentState, id: string): CallState | undefined {
  return state.calls.find((call) => call.id === id || call.former?.includes(id));
}
