/**
 * The log's vocabulary: everything that can happen to an agent, the same words on every baresip
 * version. Pure data; also used inside QuickJS.
 */
import type { CallStream } from '../sip/negotiated.js';
import type { Peer } from '../sip/peer.js';
import type { HeaderField, SipMessage } from '../sip/sip-message.js';
import type { ErrorData } from '../errors.js';
import type { Packets, Quality } from './call-quality.js';
import type { HttpEvent } from './http-event.js';
import type { Held, MediaDirection } from '../sip/media-direction.js';
import type { ReasonValue } from '../sip/reason.js';

type EndedBy = 'local' | 'remote' | 'network' | 'error';
/** The video of a call so far. */
export interface VideoFlow {
  /** Pictures. */
  sent: number;
  /** Pictures of which a part came. */
  received: number;
  /** Packets that did not come. */
  lost: number;
}

/**
 * `bye` after answer, `cancel` before it by the caller, `rejected` a final response of 300 or more,
 * `timeout` no answer in time, `unreachable` no transport, `media` no working audio,
 * `replaced`/`transferred` by REFER, `crashed` the agent's process ended.
 */
type EndedHow =
  | 'bye'
  | 'cancel'
  | 'rejected'
  | 'timeout'
  | 'unreachable'
  | 'media'
  | 'transferred'
  | 'replaced'
  | 'crashed'
  | 'stopped';

/** How a call ended. */
export interface Ended {
  by: EndedBy;
  how: EndedHow;
  /** Final response code of the INVITE (RFC 3261, 21), where one ended the call (487 for a CANCEL). */
  code?: number;
  /** Reason phrase as on the wire, else the driver's words. */
  reason?: string;
  /** Every Reason header of the messages that ended it (RFC 3326): "Q.850;cause=17" style values, with commas between. */
  cause?: string;
  /** The values of `cause`, parsed. */
  causes?: readonly ReasonValue[];
}

/** Audio as the last offer and answer settled it (RFC 3264), seen from the agent. */
export interface CallMedia {
  /** Encoding name as in the SDP: "PCMU", "opus". */
  codec: string;
  /** Sampling rate in Hz. */
  rate: number;
  /** ms of audio in a packet, where the SDP says it. */
  ptime?: number;
  /** What the agent does: its own description's direction. */
  direction: MediaDirection;
  /** "address:port" RTP is received at, and sent to. */
  local_address: string;
  remote_address: string;
}

export interface Transfer {
  /** The REFER was answered with 202 or 200 (RFC 3515, 2.4.4). */
  accepted: boolean;
  /** Last provisional code of the new call, from NOTIFY message/sipfrag (RFC 3515, 2.4.5). */
  progress?: number;
  /** Final code: of the new call, or of the REFER when that was refused. */
  final?: number;
  reason?: string;
}

/** Timing of a conversation in ms since the answer. */
export interface Speech {
  first_sound_ms?: number;
  /** The last of `responses`. */
  response_ms?: number;
  responses: readonly number[];
  dead_air_ms: number;
  talk_over_ms: number;
  /** Whether the other side sounds. */
  speaking: boolean;
}

/** Timing before anything was heard. */
export const NO_SPEECH: Speech = {
  responses: [],
  dead_air_ms: 0,
  talk_over_ms: 0,
  speaking: false,
};

/** How a digit arrived: as a telephone-event (RFC 4733) or in an INFO request. */
export type DtmfWay = 'rtp' | 'info';

/** Events of an agent; its account and call state is a fold over them. `call` is always the SIP Call-ID. */
export type AgentEvent =
  /** `version`: of the program that is the phone; a raw SIP peer has none. */
  | { type: 'started'; version?: string; aor: string; address: string }
  | { type: 'registering' }
  /** Each 200, refreshes included. `expires`: seconds granted; `contacts`: the bindings it lists. */
  | {
      type: 'registered';
      code: number;
      reason: string;
      expires?: number;
      contacts?: readonly string[];
    }
  /** The granted time is over without another 200. */
  | { type: 'registration_expired' }
  | { type: 'register_failed'; code?: number; reason: string }
  | { type: 'unregistering' }
  | { type: 'unregistered'; code?: number; reason?: string }
  /** Local effect of dial(): the INVITE was sent. `referred`: not by the script, but because the peer's REFER asked. */
  | { type: 'call_dialed'; call: string; peer: Peer; referred?: true }
  | {
      type: 'call_incoming';
      call: string;
      peer: Peer;
      headers: readonly HeaderField[];
    }
  /** Caller: a provisional response above 100 was received; early media when it has an SDP body. */
  | { type: 'call_ringing'; call: string; code: number; reason: string; early_media?: boolean }
  /** Local effect of accept(): the 200 was sent. */
  | { type: 'call_accepted'; call: string }
  /** Answered and acknowledged. */
  | { type: 'call_established'; call: string }
  /**
   * `message`: the BYE, CANCEL or final response that ended the call, if one did; a script gets the `seq` of
   * its log entry instead, as `message_seq`.
   */
  | {
      type: 'call_closed';
      call: string;
      ended: Ended;
      message?: SipMessage;
      message_seq?: number;
    }
  /** A 3xx sent the call to `uri`: it continues there, as `to` if the new INVITE has its own Call-ID. */
  | { type: 'call_redirected'; call: string; to: string; uri: string }
  /**
   * An offer was answered. `media`: the audio, absent when there is none (any more); `held`: the side that
   * does not want to receive; `streams`: all offered streams.
   */
  | {
      type: 'call_media';
      call: string;
      media?: CallMedia;
      held: Held;
      streams: readonly CallStream[];
    }
  /** Local effect of resume(): the call is the current one. */
  | { type: 'call_resumed'; call: string }
  | { type: 'call_muted'; call: string; muted: boolean }
  /** SRTP is in use, with that crypto suite or DTLS-SRTP profile. */
  | { type: 'call_encrypted'; call: string; encryption: 'srtp' | 'dtls_srtp'; suite?: string }
  /**
   * RTP packets so far; emitted while the script watches. `audio_ms`: audio decoded from them; `remote_sent`:
   * packets sent according to the sender's RTCP.
   */
  | {
      type: 'call_rtp';
      call: string;
      sent: number;
      received: number;
      audio_ms?: number;
      remote_sent?: number;
      /** The stream of video of a peer that has one. */
      video?: VideoFlow;
    }
  /** An RTCP report arrived. `quality` is what the script reads; `packets` are those that RTCP has counted so far. */
  | { type: 'call_quality'; call: string; quality: Quality; packets: Packets }
  | { type: 'dtmf_received'; call: string; digit: string; via: DtmfWay }
  /** Local effect of dtmf(): the last digit was sent. */
  | { type: 'dtmf_sent'; call: string; digits: string; via: DtmfWay }
  /** Local effect of send_audio(): every call of the agent sends it. */
  | { type: 'audio_sent'; source: string; converted?: string }
  /** While the script listens for a tone: it has begun or ended. `level` in dBFS. */
  | { type: 'audio_tone'; call: string; hz: number; heard: boolean; level: number }
  /** While the script listens: level in dBFS of the last 200 ms received. */
  | { type: 'audio_level'; call: string; level: number }
  /**
   * While the script watches: timing of the conversation; `change`: the other side began or ended to sound.
   */
  | { type: 'audio_speech'; call: string; speech: Speech; change?: 'began' | 'ended' }
  /** A file was played to its end, or its last call ended first; silence is sent from now on. */
  | { type: 'audio_ended'; source: string; completed: boolean }
  /** The state of the transfer of that call has changed. */
  | { type: 'call_transfer'; call: string; transfer: Transfer }
  | { type: 'message_received'; from: Peer; text: string; content_type: string }
  /** Local effect of message(): answered. */
  | { type: 'message_sent'; to: string; code: number; reason: string }
  /** Messages waiting, from NOTIFY (RFC 3842). */
  | { type: 'mwi'; waiting: boolean; new: number; old: number }
  /** A message of the agent's SIP trace. Scripts that never look at SIP messages do not get these events. */
  | { type: 'sip'; message: SipMessage }
  /** Added in the sandbox at dial(): a call with the caller that is over, although this agent has not yet seen it end. */
  | { type: 'call_superseded'; call: string }
  | {
      type: 'exited';
      code: number | null;
      signal: string | null;
      expected: boolean;
      /** The verb that ended it; absent at the end of the scenario. */
      by?: 'stop' | 'kill';
      reason: string;
      /** Set when Offhook ended the agent because a peer made it send a forbidden request. */
      denial?: ErrorData;
    }
  /** A problem that changes no state: garbage on the control port, a missing module. */
  | { type: 'warning'; text: string }
  | HttpEvent
  /** A baresip event this driver has no word for; kept, never dropped. */
  | { type: 'other'; name: string; fields: Readonly<Record<string, string>> };

/** One entry of the run's log: `seq` orders entries of a scenario, `at` is ms since the scenario began. */
export interface LogEntry {
  seq: number;
  at: number;
  agent: string;
  event: AgentEvent;
}

/** Events of an agent that are emitted only on request: SIP messages, RTP packets, received audio. */
export type Watched = 'sip' | 'rtp' | 'level' | 'speech' | `tone ${number}`;
