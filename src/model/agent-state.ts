/**
 * An agent's state as a pure fold over its events. The same code runs on the host (head: what verbs
 * act on) and inside QuickJS (head for getters, cursor for conditions). Call state is monotone per
 * call, so that a late message never moves it back (RFC 3261, 13 and 15).
 */
import type { Peer } from '../sip/peer.js';
import type { HeaderField } from '../sip/sip-message.js';
import { type ErrorData } from '../errors.js';
import type { AgentEvent, Ended } from './agent-event.js';
import { NO_FACTS, foldFacts, isAboutCall, type CallEvent, type CallFacts } from './call-facts.js';
import { NO_MESSAGES, foldMessages, type AgentMessages } from './agent-messages.js';

export const STATES = ['Idle', 'Calling', 'Ringing', 'Established'] as const;
export type StateName = (typeof STATES)[number];

export interface CallState {
  id: string;
  /** Call-IDs it had before a redirection. */
  former?: readonly string[];
  direction: 'outgoing' | 'incoming';
  /** Idle = closed. */
  state: StateName;
  peer: Peer;
  /** Headers of the initial INVITE, received calls only. */
  headers: readonly HeaderField[];
  /** accept() was called and the 200 sent. */
  accepted: boolean;
  ended?: Ended;
  /** When the script last dialled or accepted it; 0 = never. Larger is later. */
  touched: number;
  /** Order of appearance. */
  order: number;
  superseded: boolean;
  facts: CallFacts;
}

type RegistrationName = 'none' | 'registering' | 'registered' | 'unregistering' | 'failed';

export interface RegistrationState {
  state: RegistrationName;
  /** Last final response to REGISTER, when one came. */
  code?: number;
  reason?: string;
  /** Seconds the registrar granted, and the Contact values it lists. */
  expires?: number;
  contacts?: readonly string[];
  /** When the last 200 came, ms since the scenario began. */
  refreshed_at?: number;
  /** How many REGISTERs were answered with 200 since the last register(). */
  count: number;
  /** When the last REGISTER of register() was sent: for `timing`. */
  sent_at?: number;
  /** ms from that REGISTER to its 200. */
  register_ms?: number;
}

export interface AgentState {
  alive: boolean;
  /** Why the process is gone, and whether Offhook ended it. */
  exit?: { reason: string; expected: boolean; denial?: ErrorData };
  /** Address of record, from when the process is up. */
  aor?: string;
  /** "address:port" it listens at for SIP; TLS is on the next port. */
  address?: string;
  /** Whether the agent has no domain: its address of record is where it listens. */
  serverless?: boolean;
  registration: RegistrationState;
  /** Oldest first; closed calls are kept (the last ones). */
  calls: readonly CallState[];
  /** How the last call ended that closed since the last dial or accept. */
  ended?: Ended;
  /** `seq` of the log entry of the message that ended that call; in scripts only. */
  final?: number;
  messages: AgentMessages;
  /** The sound send_audio() has set, in words. */
  sending: string;
  /** Counts events; gives `touched` and `order`. */
  clock: number;
}

/** The sound an agent sends by default. */
const SILENT = 'silent()';

export const NEW_AGENT: AgentState = {
  alive: true,
  registration: { state: 'none', count: 0 },
  calls: [],
  messages: NO_MESSAGES,
  sending: SILENT,
  clock: 0,
};

/** Closed calls kept besides the open ones: enough for getters, bounded for long scenarios. */
const CLOSED_KEPT = 4;
const RANK: Readonly<Record<StateName, number>> = {
  Calling: 0,
  Ringing: 1,
  Established: 2,
  Idle: 3,
};

/** A fresh copy that may still be written to. */
type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * @param at when it happened, ms since the scenario began. Copies each object once and then writes into its
 * copy: inside QuickJS, copies are most of what an event costs.
 */
export function fold(state: AgentState, event: AgentEvent, at: number): AgentState {
  const next: Draft<AgentState> = { ...state, clock: state.clock + 1 };
  if (isAboutCall(event)) foldCall(next, event, at);
  else foldAgent(next, event, at);
  return next;
}

function foldAgent(next: Draft<AgentState>, event: AgentEvent, at: number): void {
  switch (event.type) {
    case 'registering':
    case 'registered':
    case 'registration_expired':
    case 'register_failed':
    case 'unregistering':
    case 'unregistered':
      next.registration = foldRegistration(next.registration, event, at);
      break;
    case 'audio_sent':
      next.sending = event.source;
      break;
    case 'audio_ended':
      next.sending = SILENT;
      break;
    case 'message_received':
    case 'message_sent':
    case 'mwi':
      next.messages = foldMessages(next.messages, event, at);
      break;
    case 'exited':
      exit(next, event);
      break;
    case 'started':
      next.aor = event.aor;
      next.address = event.address;
      // It may have been switched off before.
      next.alive = true;
      delete next.exit;
      next.sending = SILENT;
      next.serverless = event.aor.endsWith(`@${event.address}`);
      break;
    default:
  }
}

type RegistrationEvent = Extract<
  AgentEvent,
  {
    type:
      | 'registering'
      | 'registered'
      | 'registration_expired'
      | 'register_failed'
      | 'unregistering'
      | 'unregistered';
  }
>;

/** Whether the registrar has a binding of the agent: until it has answered the un-REGISTER, calls still come. */
export function isRegistered({ registration }: AgentState): boolean {
  return registration.state === 'registered' || registration.state === 'unregistering';
}

function foldRegistration(
  before: RegistrationState,
  event: RegistrationEvent,
  at: number,
): RegistrationState {
  const { count, sent_at, register_ms } = before;
  switch (event.type) {
    case 'registering':
      return { state: 'registering', count: 0, sent_at: at };
    case 'registered': {
      const { expires, contacts } = event;
      const took = register_ms ?? (sent_at === undefined ? undefined : at - sent_at);
      return {
        ...(took === undefined ? {} : { register_ms: took }),
        state: 'registered',
        code: event.code,
        reason: event.reason,
        ...(expires === undefined ? {} : { expires }),
        ...(contacts === undefined ? {} : { contacts }),
        refreshed_at: at,
        count: count + 1,
      };
    }
    case 'registration_expired':
      return { state: 'none', count, reason: 'expired' };
    case 'register_failed':
      return { state: 'failed', count, ...codeAndReason(event) };
    case 'unregistering':
      return { state: 'unregistering', count };
    case 'unregistered':
      return { state: 'none', count, ...codeAndReason(event) };
  }
}

function foldCall(next: Draft<AgentState>, event: CallEvent, at: number): void {
  if (event.type === 'call_dialed') add(next, event.call, 'outgoing', event.peer, []);
  if (event.type === 'call_incoming') add(next, event.call, 'incoming', event.peer, event.headers);
  const call = draftOf(next, event.call);
  if (call === undefined) return;
  foldCallState(next, call, event);
  call.facts = foldFacts(call.facts, event, at);
}

function foldCallState(next: Draft<AgentState>, call: Draft<CallState>, event: CallEvent): void {
  switch (event.type) {
    case 'call_dialed':
      // The script did not dial this call: it becomes current once the call it comes from is over.
      if (event.referred === true) call.touched = 0;
      else delete next.ended;
      break;
    case 'call_ringing':
      advance(call, 'Ringing');
      break;
    case 'call_accepted':
      call.accepted = true;
      call.touched = next.clock;
      delete next.ended;
      break;
    case 'call_established':
      advance(call, 'Established');
      break;
    case 'call_closed':
      close(next, call, event.ended, event.message_seq);
      break;
    case 'call_redirected':
      if (event.to === call.id) break;
      call.former = [...(call.former ?? []), call.id];
      call.id = event.to;
      break;
    case 'call_resumed':
      call.touched = next.clock;
      break;
    case 'call_superseded':
      call.superseded = true;
      break;
    default:
  }
}

function isOpen(call: CallState): boolean {
  return call.state !== 'Idle' && !call.superseded;
}

export function openCalls(state: AgentState): readonly CallState[] {
  return state.calls.filter(isOpen);
}

/**
 * The current call: the latest the script dialled or accepted, else the newest ringing one, else the
 * newest left; without an open call the one that closed last (its values stay readable).
 */
export function currentCall(state: AgentState): CallState | undefined {
  let touched: CallState | undefined;
  let ringing: CallState | undefined;
  let newest: CallState | undefined;
  for (const call of state.calls) {
    if (!isOpen(call)) continue;
    if (call.touched > (touched?.touched ?? 0)) touched = call;
    if (call.state === 'Ringing') ringing = call;
    newest = call;
  }
  return touched ?? ringing ?? newest ?? state.calls.at(-1);
}

/** `Idle` when every call is closed, else the state of the current call. */
export function agentStateName(state: AgentState): StateName {
  const call = currentCall(state);
  return call === undefined || call.superseded ? 'Idle' : call.state;
}

/** Received calls that wait for an answer, oldest first. */
export function waitingCalls(state: AgentState): readonly CallState[] {
  return openCalls(state).filter(
    (call) => call.direction === 'incoming' && call.state === 'Ringing' && !call.accepted,
  );
}

function codeAndReason(event: { code?: number; reason?: string }): {
  code?: number;
  reason?: string;
} {
  return {
    ...(event.code === undefined ? {} : { code: event.code }),
    ...(event.reason === undefined ? {} : { reason: event.reason }),
  };
}

function add(
  next: Draft<AgentState>,
  id: string,
  direction: CallState['direction'],
  peer: Peer,
  headers: readonly HeaderField[],
): void {
  if (next.calls.some((call) => call.id === id)) return;
  const call: CallState = {
    id,
    direction,
    state: direction === 'outgoing' ? 'Calling' : 'Ringing',
    peer,
    headers,
    accepted: false,
    touched: direction === 'outgoing' ? next.clock : 0,
    order: next.clock,
    superseded: false,
    facts: NO_FACTS,
  };
  const closed = next.calls.filter((one) => one.state === 'Idle');
  const dropped = new Set(closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT + 1)));
  next.calls = [...next.calls.filter((one) => !dropped.has(one)), call];
}

/** The call, copied into the new state; undefined when there is none of that Call-ID. */
function draftOf(next: Draft<AgentState>, id: string): Draft<CallState> | undefined {
  const index = next.calls.findIndex((call) => call.id === id);
  const found = next.calls[index];
  if (found === undefined) return undefined;
  const call = { ...found };
  const calls = [...next.calls];
  calls[index] = call;
  next.calls = calls;
  return call;
}

function advance(call: Draft<CallState>, name: StateName): void {
  if (RANK[name] > RANK[call.state]) call.state = name;
}

function close(
  next: Draft<AgentState>,
  call: Draft<CallState>,
  ended: Ended,
  final?: number,
): void {
  if (call.state === 'Idle') return;
  call.state = 'Idle';
  call.ended = ended;
  next.ended = ended;
  if (final === undefined) delete next.final;
  else next.final = final;
}

function exit(next: Draft<AgentState>, event: Extract<AgentEvent, { type: 'exited' }>): void {
  const ended: Ended = event.expected
    ? { by: 'local', how: 'stopped', reason: event.reason }
    : { by: 'error', how: 'crashed', reason: event.reason };
  for (const { id } of openCalls(next)) {
    const call = draftOf(next, id);
    if (call !== undefined) close(next, call, ended);
  }
  next.alive = false;
  next.exit = {
    reason: event.reason,
    expected: event.expected,
    ...(event.denial === undefined ? {} : { denial: event.denial }),
  };
  next.registration = { state: 'none', count: 0 };
}
