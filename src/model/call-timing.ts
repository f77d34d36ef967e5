/** How long the parts of a call took, as seen from one agent. A field that is not known yet is absent. */
import { currentCall, type AgentState, type CallState } from './agent-state.js';

/** All in ms. */
export interface Timing {
  /** REGISTER sent to its 200: the Registration Request Delay (RFC 6076, 4.1). */
  register_ms?: number;
  /** INVITE sent to the first 18x: the Session Request Delay of a successful setup (RFC 6076, 4.3). */
  post_dial_delay_ms?: number;
  /** First 18x, or the arrival of the INVITE, to the answer or the end. */
  ring_ms?: number;
  /** INVITE to answer. */
  setup_ms?: number;
  /** Answer to end: the Session Duration Time (RFC 6076, 4.5). */
  talk_ms?: number;
}

/** Timing of the current call, else of the last one. */
export function timingOf(state: AgentState): Timing {
  const call = currentCall(state);
  return compact({
    register_ms: state.registration.register_ms,
    ...(call === undefined ? {} : callTiming(call)),
  });
}

/** @returns the times of one call */
export function timingOfCall(call: CallState): Omit<Timing, 'register_ms'> {
  return compact(callTiming(call));
}

function callTiming({ direction, facts }: CallState): Record<string, number | undefined> {
  const { began, progress, ringing, established, closed } = facts.times;
  return {
    post_dial_delay_ms: direction === 'outgoing' ? between(began, progress) : undefined,
    ring_ms: between(ringing, established ?? closed),
    setup_ms: between(began, established),
    talk_ms: between(established, closed),
  };
}

/** Rounds to tenths of a millisecond, finer than the trace. */
function between(from: number | undefined, to: number | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return Math.max(0, Math.round((to - from) * 10) / 10);
}

function compact(fields: Readonly<Record<string, number | undefined>>): Timing {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
