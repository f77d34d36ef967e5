/**
 * An agent's state as a pure fold over its events. The same code runs on the host (head: what verbs
 * act on) and inside QuickJS (head for getters, cursor for conditions). Call state is monotone per
 * call, so that a late message never moves it back (RFC 3261, 13 and 15).
 */
import type { ErrorData } from '../errors.js';
import type { AgentEvent, Ended, HeaderField, Peer } from './agent-event.js';
import { NO_FACTS, foldFacts, isAboutCall, type CallFacts } from './call-facts.js';
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
  /** Of the initial INVITE, received calls only. */
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
  /** From then to its 200. */
  register_ms?: number;
}

export interface AgentState {
  alive: boolean;
  /** Why the process is gone, and whether that was our doing. */
  exit?: { reason: string; expected: boolean; denial?: ErrorData };
  /** Address of record, from when the process is up. */
  aor?: string;
  registration: RegistrationState;
  /** Oldest first; closed calls are kept (the last ones). */
  calls: readonly CallState[];
  /** Of the last call that closed since the last dial or accept. */
  ended?: Ended;
  messages: AgentMessages;
  /** What send_audio() has it send, in words. */
  sending: string;
  /** Counts events; gives `touched` and `order`. */
  clock: number;
}

/** What an agent sends that was not told to send anything. */
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

/** @param at when it happened, ms since the scenario began. */
export function fold(state: AgentState, event: AgentEvent, at: number): AgentState {
  const next = foldCalls(state, event);
  return isAboutCall(event)
    ? change(next, event.call, (call) => {
        const facts = foldFacts(call.facts, event, at);
        return facts === call.facts ? call : { ...call, facts };
      })
    : foldAgent(next, event, at);
}

function foldAgent(next: AgentState, event: AgentEvent, at: number): AgentState {
  const { registration } = next;
  const { count } = registration;
  switch (event.type) {
    case 'registering':
      return { ...next, registration: { state: 'registering', count: 0, sent_at: at } };
    case 'registered': {
      const { expires, contacts } = event;
      const first =
        registration.sent_at === undefined ? {} : { register_ms: at - registration.sent_at };
      return {
        ...next,
        registration: {
          ...(registration.register_ms === undefined
            ? first
            : { register_ms: registration.register_ms }),
          state: 'registered',
          code: event.code,
          reason: event.reason,
          ...(expires === undefined ? {} : { expires }),
          ...(contacts === undefined ? {} : { contacts }),
          refreshed_at: at,
          count: count + 1,
        },
      };
    }
    case 'registration_expired':
      return { ...next, registration: { state: 'none', count, reason: 'expired' } };
    case 'register_failed':
      return {
        ...next,
        registration: { state: 'failed', count, ...codeAndReason(event) },
      };
    case 'unregistering':
      return { ...next, registration: { state: 'unregistering', count } };
    case 'unregistered':
      return {
        ...next,
        registration: { state: 'none', count, ...codeAndReason(event) },
      };
    case 'audio_sent':
      return { ...next, sending: event.source };
    case 'audio_ended':
      return { ...next, sending: SILENT };
    case 'message_received':
    case 'message_sent':
    case 'mwi':
      return { ...next, messages: foldMessages(next.messages, event, at) };
    default:
      return next;
  }
}

function foldCalls(state: AgentState, event: AgentEvent): AgentState {
  const next = { ...state, clock: state.clock + 1 };
  switch (event.type) {
    case 'call_dialed': {
      const added = addCall(next, event.call, 'outgoing', 'Calling', event.peer, []);
      // Not the script's doing: it is the current call once the one it comes from is over.
      if (event.referred === true)
        return change(added, event.call, (call) => ({ ...call, touched: 0 }));
      return withoutEnded(added);
    }
    case 'call_incoming':
      return addCall(next, event.call, 'incoming', 'Ringing', event.peer, event.headers);
    case 'call_ringing':
      return advance(next, event.call, 'Ringing');
    case 'call_accepted':
      return withoutEnded(
        change(next, event.call, (call) => ({
          ...call,
          accepted: true,
          touched: next.clock,
        })),
      );
    case 'call_established':
      return advance(next, event.call, 'Established');
    case 'call_closed':
      return close(next, event.call, event.ended);
    case 'call_redirected':
      return change(next, event.call, (call) =>
        event.to === call.id
          ? call
          : { ...call, id: event.to, former: [...(call.former ?? []), call.id] },
      );
    case 'call_resumed':
      return change(next, event.call, (call) => ({ ...call, touched: next.clock }));
    case 'call_superseded':
      return change(next, event.call, (call) => ({
        ...call,
        superseded: true,
      }));
    case 'exited':
      return exit(next, event);
    case 'started':
      return { ...next, aor: event.aor };
    default:
      return next;
  }
}

export function openCalls(state: AgentState): readonly CallState[] {
  return state.calls.filter((call) => call.state !== 'Idle' && !call.superseded);
}

/**
 * The current call: the latest the script dialled or accepted, else the newest ringing one, else the
 * newest left; without an open call the one that closed last (its values stay readable).
 */
export function currentCall(state: AgentState): CallState | undefined {
  const open = openCalls(state);
  const touched = open.filter((call) => call.touched > 0).sort((a, b) => b.touched - a.touched)[0];
  const ringing = open.filter((call) => call.state === 'Ringing').at(-1);
  return touched ?? ringing ?? open.at(-1) ?? state.calls.at(-1);
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

function withoutEnded(state: AgentState): AgentState {
  const { ended: _, ...rest } = state;
  return rest;
}

function addCall(
  state: AgentState,
  id: string,
  direction: CallState['direction'],
  name: StateName,
  peer: Peer,
  headers: readonly HeaderField[],
): AgentState {
  if (state.calls.some((call) => call.id === id)) return state;
  const call: CallState = {
    id,
    direction,
    state: name,
    peer,
    headers,
    accepted: false,
    touched: direction === 'outgoing' ? state.clock : 0,
    order: state.clock,
    superseded: false,
    facts: NO_FACTS,
  };
  const closed = state.calls.filter((one) => one.state === 'Idle');
  const dropped = new Set(closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT + 1)));
  return {
    ...state,
    calls: [...state.calls.filter((one) => !dropped.has(one)), call],
  };
}

function change(state: AgentState, id: string, edit: (call: CallState) => CallState): AgentState {
  return {
    ...state,
    calls: state.calls.map((call) => (call.id === id ? edit(call) : call)),
  };
}

function advance(state: AgentState, id: string, name: StateName): AgentState {
  return change(state, id, (call) =>
    RANK[name] > RANK[call.state] ? { ...call, state: name } : call,
  );
}

function close(state: AgentState, id: string, ended: Ended): AgentState {
  const known = state.calls.find((call) => call.id === id);
  if (known === undefined || known.state === 'Idle') return state;
  return {
    ...change(state, id, (call) => ({ ...call, state: 'Idle', ended })),
    ended,
  };
}

function exit(state: AgentState, event: Extract<AgentEvent, { type: 'exited' }>): AgentState {
  const ended: Ended = event.expected
    ? { by: 'local', how: 'stopped', reason: event.reason }
    : { by: 'error', how: 'crashed', reason: event.reason };
  const closed = openCalls(state).reduce((at, call) => close(at, call.id, ended), state);
  return {
    ...closed,
    alive: false,
    exit: {
      reason: event.reason,
      expected: event.expected,
      ...(event.denial === undefined ? {} : { denial: event.denial }),
    },
    registration: { state: 'none', count: 0 },
  };
}
