/**
 * What is known about one call beside its state: media, digits, transfer, quality, times. A pure fold over
 * the events of that call; starts empty with it and stays readable when it is over.
 */
import type { CallStream } from '../sip/negotiated.js';
import type { AgentEvent, CallMedia, DtmfWay, Speech, Transfer, VideoFlow } from './agent-event.js';
import type { Quality } from './call-quality.js';
import type { Held } from '../sip/media-direction.js';

export interface ReceivedDigit {
  digit: string;
  /** ms since the scenario began. */
  at: number;
  via: DtmfWay;
}

interface RtpFlow {
  /** Packets since the call began. */
  sent: number;
  received: number;
  /** Packets the other side has sent, by its last RTCP report. */
  remote_sent?: number;
  /** When `received` last grew, ms since the scenario began; absent while nothing came. */
  received_at?: number;
  /** Audio decoded so far, in ms, and when that last changed. */
  audio_ms?: number;
  audio_at?: number;
  /** The stream of video of a call that has one. */
  video?: VideoFlow;
  /** When the packets were last counted. */
  at: number;
}

/** Moments of a call, ms since the scenario began. */
interface CallTimes {
  began: number;
  /** When the first provisional response above 100 came; for a received call, when the INVITE came. */
  progress?: number;
  ringing?: number;
  established?: number;
  closed?: number;
}

export interface CallFacts {
  held: Held;
  muted: boolean;
  media?: CallMedia;
  streams: readonly CallStream[];
  encryption: 'none' | 'srtp' | 'dtls_srtp';
  suite?: string;
  /** Codes of the provisional responses above 100, in order. */
  provisional: readonly number[];
  early_media: boolean;
  digits: readonly ReceivedDigit[];
  transfer?: Transfer;
  rtp?: RtpFlow;
  /** The watched frequencies that sound now. */
  tones: readonly number[];
  /** dBFS of the audio received last, while the script watches. */
  level?: number;
  speech?: Speech;
  quality?: Quality;
  times: CallTimes;
}

export const NO_FACTS: CallFacts = {
  held: 'none',
  muted: false,
  streams: [],
  encryption: 'none',
  provisional: [],
  early_media: false,
  digits: [],
  tones: [],
  times: { began: 0 },
};

/** A caller that is sent digits for hours must not fill the memory. */
const MOST_DIGITS = 10_000;
const MOST_PROVISIONAL = 100;

export type CallEvent = Extract<AgentEvent, { call: string }>;

export function isAboutCall(event: AgentEvent): event is CallEvent {
  return 'call' in event;
}

export function foldFacts(facts: CallFacts, event: CallEvent, at: number): CallFacts {
  switch (event.type) {
    case 'call_dialed':
      return { ...facts, times: { began: at } };
    case 'call_incoming':
      return { ...facts, times: { began: at, progress: at, ringing: at } };
    case 'call_ringing':
      return withProgress(facts, event, at);
    case 'call_established':
      return { ...facts, times: { ...facts.times, established: facts.times.established ?? at } };
    case 'call_closed':
      return { ...facts, tones: [], times: { ...facts.times, closed: facts.times.closed ?? at } };
    case 'call_media': {
      const { media: _before, ...others } = facts;
      const { media, held, streams } = event;
      return { ...others, held, streams, ...(media === undefined ? {} : { media }) };
    }
    case 'call_muted':
      return { ...facts, muted: event.muted };
    case 'call_encrypted': {
      const { encryption, suite } = event;
      return { ...facts, encryption, ...(suite === undefined ? {} : { suite }) };
    }
    case 'call_rtp':
      return { ...facts, rtp: withFlow(facts.rtp, event, at) };
    case 'call_quality':
      return { ...facts, quality: event.quality };
    case 'dtmf_received': {
      const { digit, via } = event;
      return { ...facts, digits: [...facts.digits, { digit, at, via }].slice(-MOST_DIGITS) };
    }
    case 'call_transfer':
      return { ...facts, transfer: event.transfer };
    case 'audio_tone': {
      // the end of the audio may be heard a moment after the call's end
      if (facts.times.closed !== undefined) return facts;
      const others = facts.tones.filter((one) => one !== event.hz);
      return { ...facts, tones: event.heard ? [...others, event.hz] : others };
    }
    case 'audio_speech':
      return { ...facts, speech: event.speech };
    case 'audio_level':
      return { ...facts, level: event.level };
    case 'call_accepted':
    case 'call_redirected':
    case 'call_resumed':
    case 'call_superseded':
    case 'dtmf_sent':
      return facts;
  }
}

function withProgress(
  facts: CallFacts,
  event: Extract<AgentEvent, { type: 'call_ringing' }>,
  at: number,
): CallFacts {
  const { times } = facts;
  return {
    ...facts,
    provisional: [...facts.provisional, event.code].slice(-MOST_PROVISIONAL),
    early_media: facts.early_media || event.early_media === true,
    times: { ...times, progress: times.progress ?? at, ringing: times.ringing ?? at },
  };
}

function withFlow(
  before: RtpFlow | undefined,
  told: Extract<AgentEvent, { type: 'call_rtp' }>,
  at: number,
): RtpFlow {
  const { sent, received, audio_ms, remote_sent, video } = told;
  const receivedAt = received > (before?.received ?? 0) ? at : before?.received_at;
  const audioAt = audio_ms === before?.audio_ms ? before?.audio_at : at;
  return {
    sent,
    received,
    ...(audio_ms === undefined ? {} : { audio_ms }),
    ...(remote_sent === undefined ? {} : { remote_sent }),
    ...(video === undefined ? {} : { video }),
    at,
    ...(receivedAt === undefined ? {} : { received_at: receivedAt }),
    ...(audioAt === undefined ? {} : { audio_at: audioAt }),
  };
}
