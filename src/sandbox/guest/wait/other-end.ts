/**
 * Finds the calls of two agents that are ends of the same call: one end may be over while its BYE has not
 * reached the other.
 */
import { currentCall, openCalls, type CallState } from '../../../model/agent-state.js';
import * as world from '../world.js';

/** Longer than the driver takes to join what it reads about one agent from two sources. */
const LATE_MS = 200;

/** A BYE that was not answered by then is not sent any more (RFC 3261, 17.1.2.2: 64 T1). */
const GIVEN_UP_MS = 32_000;

interface End {
  readonly agent: string;
  readonly call: CallState;
}

/**
 * The other ends of a call at agents of the scenario: calls with the same Call-ID. Where a server gives each side its own Call-ID,
 * they are the calls that fit in time and number; else in time alone, because servers rewrite numbers; else in number alone.
 * If calls of several agents fit, the right one cannot be told, and the result is empty.
 */
function otherEnds(end: End): readonly End[] {
  const others = world
    .agentNames()
    .filter((agent) => agent !== end.agent)
    .flatMap((agent) => world.headOf(agent).calls.map((call) => ({ agent, call })));
  const same = others.filter(({ call }) => call.id === end.call.id);
  if (same.length > 0) return same;
  const possible = others.filter(
    (one) => !isBefore(one.call, end.call) && !isBefore(end.call, one.call),
  );
  const inTime = possible.filter(
    (one) => mayBecome(one.call, end.call) || mayBecome(end.call, one.call),
  );
  const byNumber = possible.filter((one) => isNumberOf(one, end) || isNumberOf(end, one));
  const both = inTime.filter((one) => byNumber.includes(one));
  const found = [both, inTime, byNumber].find((calls) => calls.length > 0) ?? [];
  return found.every(({ agent }) => agent === found[0]?.agent) ? found : [];
}

/** Whether the peer of the second end's call has the user name of the first end's agent as its number. */
function isNumberOf({ agent }: End, { call }: End): boolean {
  const user = /^sips?:([^@]+)@/.exec(world.headOf(agent).aor ?? '')?.[1];
  return user !== undefined && call.peer.number === user;
}

function isBefore(a: CallState, b: CallState): boolean {
  return (a.facts.times.closed ?? Infinity) < b.facts.times.began;
}

/** Whether a server may have passed the call on: it does so after the dialling, and before it answers. */
function mayBecome(dialled: CallState, received: CallState): boolean {
  if (dialled.direction !== 'outgoing' || received.direction !== 'incoming') return false;
  const { began, established, closed } = dialled.facts.times;
  const passedOn = received.facts.times.began;
  return passedOn > began - LATE_MS && passedOn < (established ?? closed ?? Infinity) + LATE_MS;
}

/**
 * Calls of `callee` that can only be old ones when `caller` dials it now: the caller's side is closed, but
 * the BYE has not reached the callee yet.
 */
export function staleCalls(caller: string, callee: string): readonly string[] {
  if (openCalls(world.headOf(caller)).length > 0 || caller === callee) return [];
  return openCalls(world.cursorOf(callee))
    .filter((call) => otherEnds({ agent: callee, call }).some(({ agent }) => agent === caller))
    .map((call) => call.id);
}

/**
 * Whether a call is about to end: its other end is an agent that has hung up, the BYE has not arrived yet.
 */
export function otherEndHungUp(agent: string, call: CallState, now: number): boolean {
  const ends = otherEnds({ agent, call }).map((end) => end.call);
  const isSure = ends.some(({ id }) => id === call.id);
  const hungUp = ends.some(
    ({ ended, facts: { times } }) =>
      ended?.by === 'local' && now - (times.closed ?? now) < GIVEN_UP_MS,
  );
  return hungUp && (isSure || ends.every(({ ended }) => ended !== undefined));
}

/** Both ends of a call, by Call-ID: known for calls that were dialled to an agent. */
const dialled = new Map<string, { caller: string; callee: string }>();

export function noteDialled(caller: string, callee: string): void {
  const call = currentCall(world.headOf(caller));
  if (call !== undefined) dialled.set(call.id, { caller, callee });
}

/**
 * Call before an agent hangs up: moves the agents in a call with it to the present, so that an Idle from before the call cannot pass
 * for its end. Entries can arrive a moment late, even for a call that is established already, so those of the other end are
 * waited for.
 */
export function catchUpOtherEnds(name: string): void {
  world.poll();
  world.moveTo(name, Infinity);
  for (const call of openCalls(world.headOf(name))) {
    const end = { agent: name, call };
    const ends = dialled.get(call.id);
    const other = ends?.callee === name ? ends.caller : ends?.callee;
    if (other !== undefined && call.state === 'Established') awaitEnd(end, other);
    for (const { agent } of otherEnds(end)) world.moveTo(agent, Infinity);
  }
}

function awaitEnd(end: End, other: string): void {
  const isKnown = (): boolean => otherEnds(end).some(({ agent }) => agent === other);
  if (isKnown()) return;
  const until = world.awaitEntries(0) + LATE_MS;
  for (let at = 0; at < until && !isKnown();) at = world.awaitEntries(until);
}
