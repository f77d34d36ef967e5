/** What getters and reports show of an agent's state, as plain values. */
import type { Peer } from '../sip/peer.js';
import type { CallMedia, Ended, Transfer, VideoFlow } from './agent-event.js';
import type { CallFacts } from './call-facts.js';
import type { Held } from '../sip/media-direction.js';
import {
  agentStateName,
  currentCall,
  isRegistered,
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
  held: Held;
}

export interface MediaInfo extends CallMedia {
  encryption: CallFacts['encryption'];
  suite?: string;
}

export interface RtpInfo {
  sent: number;
  received: number;
  last_received_ms?: number;
  flowing: boolean;
  audio: boolean;
  lost?: number;
  video?: VideoFlow;
}

/** RTP flows if a packet came within this time: packets come every 20 ms, and are counted every 100 ms. */
const FLOWS_MS = 500;

export function mediaInfo({ media, encryption, suite }: CallFacts): MediaInfo | undefined {
  if (media === undefined) return undefined;
  return { ...media, encryption, ...(suite === undefined ? {} : { suite }) };
}

export function rtpInfo({ rtp }: CallFacts): RtpInfo | undefined {
  if (rtp === undefined) return undefined;
  const { sent, received, received_at, audio_at, remote_sent, video, at } = rtp;
  const since = (moment: number | undefined) => at - (moment ?? -Infinity);
  return {
    sent,
    received,
    ...(received_at === undefined ? {} : { last_received_ms: since(received_at) }),
    flowing: since(received_at) < FLOWS_MS,
    audio: since(audio_at) < FLOWS_MS,
    ...(remote_sent === undefined ? {} : { lost: Math.max(0, remote_sent - received) }),
    ...(video === undefined ? {} : { video: Object.freeze({ ...video }) }),
  };
}

export interface AgentInfo {
  name: string;
  aor: string;
  registered: boolean;
  registration: RegistrationInfo;
  state: StateName;
  calls: readonly CallInfo[];
  peer?: Peer;
  ended?: Ended;
  metadata: Readonly<Record<string, unknown>>;
}

/** The registration without the fields only `timing` reads. */
export type RegistrationInfo = Omit<RegistrationState, 'sent_at' | 'register_ms'>;

export function registrationInfo({ registration }: AgentState): RegistrationInfo {
  const { sent_at: _sent, register_ms: _ms, ...info } = registration;
  return info;
}

export interface TransferInfo extends Transfer {
  /** Nothing more will come: there is a final code, or the call is over. */
  done: boolean;
}

/**
 * Transfer of the current or last call, else of a call up when that one began: the first of a consultation.
 */
export function transferInfo(state: AgentState): TransferInfo | undefined {
  const current = currentCall(state);
  if (current === undefined) return undefined;
  const { began } = current.facts.times;
  const call =
    current.facts.transfer === undefined
      ? state.calls.findLast(
          ({ facts }) => facts.transfer !== undefined && (facts.times.closed ?? Infinity) > began,
        )
      : current;
  const transfer = call?.facts.transfer;
  if (call === undefined || transfer === undefined) return undefined;
  return { ...transfer, done: transfer.final !== undefined || call.state === 'Idle' };
}

export function callInfo(call: CallState): CallInfo {
  return {
    id: call.id,
    direction: call.direction,
    state: call.state,
    peer: call.peer,
    held: call.facts.held,
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
    registered: isRegistered(state),
    registration: registrationInfo(state),
    state: agentStateName(state),
    calls: openCalls(state).map(callInfo),
    ...(peer === undefined ? {} : { peer }),
    ...(state.ended === undefined ? {} : { ended: state.ended }),
    metadata,
  };
}
