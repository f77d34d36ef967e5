/** Hold, resume, mute, unmute: verbs about the media of an answered call. */
import { throwIfBug, type OffhookError } from '../../errors.js';
import { currentCall, openCalls, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import { holds, isHoldOffer, type OwnOffer } from '../../agents/record/offer-answer.js';
import { hasCapability } from '../capabilities.js';
import { perform } from '../perform.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { withHeaders } from './through-proxy.js';
import { assertOpen, callOf, noCall } from './which-call.js';

/** baresip answers these codes by itself: a challenge with credentials, 491 with another try (RFC 3261, 14.1). */
const RETRIED: readonly number[] = [401, 407, 491];
/** How long it may take to set the media back after a refusal. */
const SET_BACK_MS = 1000;
/** How long to wait for the ACK of a call that was just accepted. */
const ACK_MS = 1000;

export async function hold(
  agent: RunningAgent,
  { options, call: id }: VerbArguments<'hold'>,
  limit: Limit,
): Promise<Done> {
  await settled(agent, 'hold', limit);
  const call = answeredCall(agent, 'hold', id);
  // The agent holds the call already: baresip would send nothing.
  if (holds(call.facts.held)) return latest(agent, call.id);
  return withHeaders(agent, 'hold', { method: 'INVITE', call: call.id }, options, () =>
    change(agent, 'hold', call, limit),
  );
}

export async function resume(
  agent: RunningAgent,
  { options, call: id }: VerbArguments<'resume'>,
  limit: Limit,
): Promise<Done> {
  await settled(agent, 'resume', limit);
  const call = id === undefined ? heldCall(agent) : answeredCall(agent, 'resume', id);
  if (holds(call.facts.held)) {
    await holdOthers(agent, 'resume', call.id, limit);
    await withHeaders(agent, 'resume', { method: 'INVITE', call: call.id }, options, () =>
      change(agent, 'resume', call, limit),
    );
  }
  return { seq: agent.emit({ type: 'call_resumed', call: call.id }) };
}

/**
 * Keeps one conversation at a time. baresip does this by itself, too, but at different times on different
 * versions, and newer versions may hold a call we did not mean.
 */
export async function holdOthers(
  agent: RunningAgent,
  verb: string,
  id: string,
  limit: Limit,
): Promise<void> {
  await settled(agent, verb, limit);
  await acknowledged(agent, id, limit.halfAtMost(ACK_MS));
  for (const other of openCalls(agent.state)) {
    const active = other.state === 'Established' && !holds(other.facts.held);
    if (other.id === id || !active) continue;
    await change(agent, 'hold', other, limit).catch((error: unknown) => {
      // If the remote party hung up that call meanwhile, nothing is left to hold.
      if (openCalls(agent.state).some((call) => call.id === other.id)) throw error;
      agent.assertUsable(verb);
    });
  }
}

/**
 * Waits for the ACK of calls that were just accepted, because they can be held only then. Otherwise 1.1 would
 * hold such a call while it answers the next call, and record both under one name.
 */
async function acknowledged(agent: RunningAgent, id: string, limit: Limit): Promise<void> {
  const pending = ({ id: one, state, accepted }: CallState): boolean =>
    one !== id && accepted && state !== 'Established';
  // If no ACK comes, baresip holds the call as well as it can.
  await agent.waiters.within(
    () => (openCalls(agent.state).some(pending) ? undefined : true),
    limit,
  );
}

/** Waits for answers to baresip's own offers: until then the direction in force is unknown. */
function settled(agent: RunningAgent, verb: string, limit: Limit): Promise<true> {
  agent.assertUsable(verb);
  const pending = (): CallState | undefined =>
    openCalls(agent.state).find((call) =>
      agent.calls.media.ownOffers(call.id).some((offer) => offer.code === undefined),
    );
  return agent.waiters.until(
    () => (pending() === undefined ? true : undefined),
    limit,
    (waited) => {
      const whom = pending()?.peer.uri ?? 'the other side';
      const what = `${whom} did not answer a re-INVITE (waited ${formatMs(waited)})`;
      return agent.problem('E_CALL_TIMEOUT', verb, what);
    },
  );
}

export function mute(
  agent: RunningAgent,
  { call }: VerbArguments<'mute'>,
  limit: Limit,
): Promise<Done> {
  return setMuted(agent, { verb: 'mute', wanted: true, call }, limit);
}

export function unmute(
  agent: RunningAgent,
  { call }: VerbArguments<'unmute'>,
  limit: Limit,
): Promise<Done> {
  return setMuted(agent, { verb: 'unmute', wanted: false, call }, limit);
}

async function setMuted(
  agent: RunningAgent,
  { verb, wanted, call: id }: { verb: string; wanted: boolean; call: string | undefined },
  limit: Limit,
): Promise<Done> {
  const call = answeredCall(agent, verb, id);
  // The command is a toggle below 3.19, so it is sent only to change the state, and once more if it did the opposite.
  if (call.facts.muted === wanted) return latest(agent, call.id);
  for (let tries = 0; tries < 2; tries += 1) {
    if ((await toggled(agent, { verb, wanted }, call, limit)) !== wanted) continue;
    return { seq: agent.emit({ type: 'call_muted', call: call.id, muted: wanted }) };
  }
  throw agent.problem('E_CALL_REFUSED', verb, `baresip left the call ${wanted ? 'un' : ''}muted`);
}

/** Whether the call is muted after the command. */
function toggled(
  agent: RunningAgent,
  { verb, wanted }: { verb: string; wanted: boolean },
  call: CallState,
  limit: Limit,
): Promise<boolean> {
  let muted: boolean | undefined;
  return perform(agent, verb, agent.commands.mute(call.id, wanted), limit, {
    replied: (data) => {
      muted = /call (un-)?muted/.exec(data)?.[1] === undefined;
      agent.waiters.wake();
    },
    done: () => muted,
    refused: (data) => agent.problem('E_CALL_REFUSED', verb, `baresip refused: ${data}`),
    timedOut: (waited) =>
      agent.problem('E_CALL_TIMEOUT', verb, `baresip did not answer (waited ${formatMs(waited)})`),
  });
}

/** Sends the re-INVITE and waits for its answer; when it is refused, sets baresip back to what is in force. */
async function change(
  agent: RunningAgent,
  verb: 'hold' | 'resume',
  call: CallState,
  limit: Limit,
): Promise<Done> {
  const { media } = agent.calls;
  const since = agent.nextSeq;
  const before = media.ownOffers(call.id).length;
  media.expectResume(call.id, verb === 'resume');
  const outcome = (): Done | OffhookError | undefined => {
    assertOpen(agent, verb, call.id);
    const offers = media.ownOffers(call.id).slice(before);
    const own = offers.filter((one) => isHoldOffer(one) === (verb === 'hold'));
    const refusal = finalRefusal(own);
    if (refusal !== undefined) return refused(agent, verb, call, refusal);
    const { code, acked } = own.at(-1) ?? {};
    // Wait for the ACK: by then the media have begun anew, and their files are known before the next command.
    if (code === undefined || code >= 300 || acked !== true) return undefined;
    // An answer without audio settles no media, so there may be no call_media entry to return.
    return { seq: agent.seqOf('call_media', call.id, since) ?? agent.nextSeq - 1 };
  };
  const result = await perform<Done | OffhookError>(
    agent,
    verb,
    agent.commands[verb](call.id),
    limit,
    {
      done: outcome,
      timedOut: (waited) =>
        notAnswered(agent, verb, call, media.ownOffers(call.id).slice(before), waited),
    },
  );
  if (!(result instanceof Error)) return result;
  await setBack(agent, verb, call, limit);
  throw result;
}

/** The last response, if it is a refusal after which baresip will not try again. */
function finalRefusal(offers: readonly OwnOffer[]): OwnOffer | undefined {
  const last = offers.at(-1);
  if (last?.code === undefined || last.code < 300) return undefined;
  const again = offers.filter((one) => one.code === last.code).length > 1;
  return RETRIED.includes(last.code) && !again ? undefined : last;
}

/**
 * baresip takes a refused change for done: it sends no media after a refused hold, and never asks again. The
 * opposite command corrects this, at the price of one more re-INVITE.
 */
async function setBack(
  agent: RunningAgent,
  verb: 'hold' | 'resume',
  call: CallState,
  limit: Limit,
): Promise<void> {
  const { media } = agent.calls;
  media.expectResume(call.id, false);
  const before = media.ownOffers(call.id).length;
  const opposite = verb === 'hold' ? 'resume' : 'hold';
  const settled = (): true | undefined => {
    const last = media.ownOffers(call.id).slice(before).at(-1);
    return last?.code === undefined ? undefined : true;
  };
  await perform(agent, opposite, agent.commands[opposite](call.id), limit.atMost(SET_BACK_MS), {
    done: settled,
    timedOut: () => agent.problem('E_CALL_TIMEOUT', opposite, 'not answered'),
  }).catch((error: unknown) => {
    throwIfBug(error);
    // The script gets the refusal of the first command, unless the agent has ended.
    agent.assertUsable(verb);
  });
}

function refused(
  agent: RunningAgent,
  verb: string,
  call: CallState,
  { code = 0, reason = '' }: OwnOffer,
): OffhookError {
  return agent.problem(
    'E_CALL_REFUSED',
    verb,
    `${call.peer.uri} refused the re-INVITE: ${code} ${reason}`.trimEnd(),
    'see the response with --sip-trace; the call goes on as before',
  );
}

function notAnswered(
  agent: RunningAgent,
  verb: string,
  call: CallState,
  offers: readonly OwnOffer[],
  waited: number,
): OffhookError {
  const last = offers.at(-1);
  const what =
    last === undefined
      ? 'no re-INVITE was sent'
      : last.code === undefined
        ? `${call.peer.uri} did not answer the re-INVITE`
        : `${call.peer.uri} answered the re-INVITE with ${last.code} ${last.reason ?? ''}`.trimEnd();
  return agent.problem('E_CALL_TIMEOUT', verb, `${what} (waited ${formatMs(waited)})`);
}

/** The call that `resume` means without an argument: the current call if held, else the only held call. */
function heldCall(agent: RunningAgent): CallState {
  const current = answeredCall(agent, 'resume', undefined);
  if (holds(current.facts.held)) return current;
  const held = openCalls(agent.state).filter((call) => holds(call.facts.held));
  if (held.length > 1) {
    const whose = held.map((call) => call.peer.uri).join(' and ');
    throw agent.problem(
      'E_CALL_STATE',
      'resume',
      `${held.length} calls are on hold: with ${whose}`,
      'say which one: resume(agent.calls[0])',
    );
  }
  return held[0] ?? current;
}

/** @throws OffhookError E_CALL_STATE when the call does not exist, is not answered or is over. */
function answeredCall(agent: RunningAgent, verb: string, id: string | undefined): CallState {
  agent.assertUsable(verb);
  const call = id === undefined ? currentCall(agent.state) : callOf(agent, verb, id);
  if (call === undefined || (id === undefined && call.state === 'Idle')) {
    throw noCall(agent, verb);
  }
  assertOpen(agent, verb, call.id);
  if (call.state === 'Established') return call;
  throw agent.problem(
    'E_CALL_STATE',
    verb,
    `the call with ${call.peer.uri} is not answered: ${call.state}`,
    'wait for State.Established first',
  );
}

/** The last known event of the call, for a verb that has nothing to do. */
function latest(agent: RunningAgent, call: string): Done {
  const types = ['call_media', 'call_muted', 'call_established'] as const;
  const seqs = types.map((type) => agent.seqOf(type, call) ?? 0);
  return { seq: Math.max(...seqs) };
}

/** How long baresip may take to answer a command that no verb waits for. */
const HOLD_AGAIN_MS = 2000;

/** Holds a call again that 1.0 resumed because another call ended; no other version does that. */
export function holdAgain(agent: RunningAgent, call: string): boolean {
  const { binary } = agent.ground.context;
  if (hasCapability(binary.version, 'keeps_hold')) return false;
  if (!agent.usable) return false;
  void agent.send('hold', agent.commands.hold(call), new Limit(HOLD_AGAIN_MS));
  return true;
}
