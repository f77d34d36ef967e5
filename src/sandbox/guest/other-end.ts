/**
 * Which calls of two agents are the ends of one, and what follows from that: one end may be over while the news of it
 * has not come to the other.
 */
import {
  currentCall,
  openCalls,
  type AgentState,
  type CallState,
} from '../../model/agent-state.js';
import * as world from './world.js';

/** Longer than the driver joins what it reads of one agent from two places. */
const LATE_MS = 200;

/**
 * Calls of `callee` that can only be old ones when `caller` dials it now: the caller's side is closed, but
 * the BYE has not reached the callee yet.
 */
export function staleCalls(caller: string, callee: string): readonly string[] {
  const own = world.headOf(caller);
  if (openCalls(own).length > 0 || caller === callee) return [];
  const ids = new Set(own.calls.map((call) => call.id));
  const user = userOf(own);
  return openCalls(world.cursorOf(callee))
    .filter(
      (call: CallState) => ids.has(call.id) || (user !== undefined && call.peer.number === user),
    )
    .map((call) => call.id);
}

/**
 * Whether a call is on its way out: its other end is an agent that has hung up, the BYE has not arrived yet. Where
 * a server gives each side a Call-ID of its own, the number tells.
 */
export function otherEndHungUp(agent: string, call: CallState): boolean {
  const { began } = call.facts.times;
  for (const other of world.agentNames()) {
    if (other === agent) continue;
    const head = world.headOf(other);
    const hungUp = head.calls.filter(
      ({ ended, facts }) => ended?.by === 'local' && (facts.times.closed ?? 0) >= began,
    );
    if (hungUp.some(({ id }) => id === call.id)) return true;
    if (knows(head, call.id) || openCalls(head).length > 0) continue;
    if (hungUp.length > 0 && call.peer.number === userOf(head)) return true;
  }
  return false;
}

/** Which agent a call went to, by Call-ID: known for calls that were dialled to an agent. */
const dialledTo = new Map<string, string>();

export function noteDialled(caller: string, callee: string): void {
  const call = currentCall(world.headOf(caller));
  if (call !== undefined) dialledTo.set(call.id, callee);
}

/**
 * Before an agent hangs up: whoever is in a call with it is moved to the present, so that an Idle from before
 * the call cannot pass for its end. News of an agent may be a moment late, even of a call that is
 * established already; those are waited for.
 */
export function catchUpOtherEnds(name: string): void {
  world.poll();
  world.moveTo(name, Infinity);
  for (const call of openCalls(world.headOf(name))) {
    const callee = dialledTo.get(call.id);
    if (callee !== undefined && call.state === 'Established') awaitCall(callee, call.id);
    for (const other of world.agentNames()) {
      if (other !== name && knows(world.headOf(other), call.id)) world.moveTo(other, Infinity);
    }
  }
}

function awaitCall(name: string, call: string): void {
  if (knows(world.headOf(name), call)) return;
  const until = world.awaitEntries(0) + LATE_MS;
  for (let at = 0; at < until && !knows(world.headOf(name), call);) at = world.awaitEntries(until);
}

function knows(state: AgentState, call: string): boolean {
  return state.calls.some((one) => one.id === call);
}

function userOf(state: AgentState): string | undefined {
  return /^sips?:([^@]+)@/.exec(state.aor ?? '')?.[1];
}
