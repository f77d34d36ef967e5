/**
 * An attempt as a story on one time axis: who took part, and what happened between them, in order. The page and
 * `offhook trace` draw it; `tell.ts` makes it of the events of the record. Pure: it runs in browsers, too.
 */
import type { Failure, Phase, RunEvent, ScenarioId, Verdict } from '../model/run-event.js';
import type { ErrorData, SourceLocation } from '../errors.js';
import type { Quality } from '../model/call-quality.js';
import type { SipMessage } from '../sip/sip-message.js';

export type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** All times are ms since the attempt began, unless it is said otherwise. */
export interface Story {
  scenario: ScenarioId;
  /** Absent: the record ends before the attempt does. */
  verdict?: Verdict;
  skipReason?: string;
  /** When it began, in ms since the run began. */
  startedAt: number;
  ms: number;
  failures: readonly Failure[];
  lanes: readonly Lane[];
  /** Call-IDs in order of appearance, without those of REGISTER and OPTIONS; each has its colour. */
  calls: readonly Call[];
  /** The rows stand in the order of time; what happened at the same time stands as it was recorded. */
  rows: readonly Row[];
  media: readonly MediaSummary[];
  logs: readonly LogLine[];
}

/** A column of the ladder: agents come first, then other SIP parties, then HTTP; the script is none. */
export interface Lane {
  kind: 'agent' | 'peer' | 'http';
  /** Name of the agent, alias of the address, "http", or "mock:PORT". */
  name: string;
  /** "address:port", where there is one beside the name. */
  address?: string;
}

export interface Call {
  id: string;
  /** The beginning of the Call-ID, as long as it takes to tell it from the others. */
  mark: string;
}

export type Row =
  | MessageRow
  | DigitsRow
  | HttpRow
  | MediaRow
  | EventRow
  | VerbRow
  | AssertionRow
  | WaitRow
  | TextRow
  | FailureRow;

interface AnyRow {
  at: number;
}

/** A SIP message, from lane to lane (indexes). */
export interface MessageRow extends AnyRow {
  kind: 'message';
  from: number;
  to: number;
  message: SipMessage;
  /** Its text on the wire; made of `message` where the record does not keep it. */
  raw: string;
  /** Index among the calls; absent for a message outside of any. */
  call?: number;
  /** "INVITE", "180 Ringing". */
  label: string;
  /** What the body says, such as "SDP sendonly". */
  note?: string;
  /** Times at which the same message was sent again (RFC 3261, 17): they have no rows of their own. */
  repeats: readonly number[];
  /** Exchanges like this one and its answer that followed it and are left out, such as REGISTER and 401. */
  folded?: number;
  /** It went to an agent whose trace does not show it. */
  unseen: boolean;
}

/** DTMF from lane to lane. `from` and `to` are the same where the other side is no lane. */
export interface DigitsRow extends AnyRow {
  kind: 'digits';
  from: number;
  to: number;
  /** When the last one was sent, or came. */
  until: number;
  /** The digits as they were sent; where nobody told what was sent, as they came. */
  digits: string;
  /** What came at the agent `to`, where it differs from what was sent. */
  received?: string;
  via: 'rtp' | 'info';
  call?: number;
}

/** A request of http(), or one to a mock server, with its answer. */
export interface HttpRow extends AnyRow {
  kind: 'http';
  /** Absent: still without an answer. */
  until?: number;
  lane: number;
  /** `out`: the script asked; `in`: a mock server was asked. */
  way: 'out' | 'in';
  /** "POST /hook -> 200". */
  label: string;
  ok: boolean;
  request: string;
  response?: string;
}

/** What RTP and RTCP told: quiet rows, switched on by who wants them. */
export interface MediaRow extends AnyRow {
  kind: 'media';
  lane: number;
  text: string;
  call?: number;
}

/** What happened to an agent, in words. */
export interface EventRow extends AnyRow {
  kind: 'event';
  lane: number;
  /** The word of the event's type, such as "call_established". */
  type: string;
  text: string;
  call?: number;
  /** Restates what a message or verb beside it says. */
  minor: boolean;
}

export interface VerbRow extends AnyRow {
  kind: 'verb';
  /** Absent: it did not end. */
  until?: number;
  /** Absent for a verb of the script itself, such as http(). */
  lane?: number;
  /** `alice.dial("sip:bob")`. */
  text: string;
  result?: string;
  error?: ErrorData;
  location?: SourceLocation;
}

export interface AssertionRow extends AnyRow {
  kind: 'assertion';
  ok: boolean;
  text: string;
  expected?: string;
  actual: string;
  location?: SourceLocation;
}

/** await_until, wait and the like. */
export interface WaitRow extends AnyRow {
  kind: 'wait';
  until?: number;
  /** When it would have given up. */
  limit: number;
  by: string;
  what: string;
  ok?: boolean;
}

/** Steps, phases, log() and warnings. */
export interface TextRow extends AnyRow {
  kind: 'step' | 'phase' | 'log' | 'warning';
  /** When a step ended; other rows have no end. */
  until?: number;
  /** Nesting of steps, from 0. */
  depth: number;
  ok: boolean;
  text: string;
  phase?: Phase;
  location?: SourceLocation;
}

/** Where the attempt failed: one row for each failure, at its time. */
export interface FailureRow extends AnyRow {
  kind: 'failure';
  /** Index among the failures. */
  failure: number;
  text: string;
}

/** Media of one agent over the attempt. */
export interface MediaSummary {
  agent: string;
  calls: number;
  quality?: Quality;
  packets: EventOf<'metric'>['packets'];
}

export interface LogLine extends AnyRow {
  agent: string;
  line: string;
}
