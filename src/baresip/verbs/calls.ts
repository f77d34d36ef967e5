/** The verbs about calls: each sends its commands and waits for their local effect in the log. */
import { currentCall, waitingCalls, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { left, perform } from '../perform.js';
import type { RunningAgent } from '../running-agent.js';
import { holdOthers } from './hold.js';
import { assertRefusal, refuse } from './inbound.js';
import { assertOpen, callOf, noCall } from './which-call.js';

/** 1.x forgets an answer given while ICE still gathers its candidates: it is given again after this time. */
const ACCEPT_AGAIN_MS = 500;
/** 4.x never sends the CANCEL for a hangup before any response: how long a first response is awaited. */
const FIRST_RESPONSE_MS = 1000;

export async function accept(
  session: RunningAgent,
  { call: id }: VerbArguments<'accept'>,
  limitMs: number,
): Promise<Done> {
  const started = performance.now();
  const call = await waitingCall(session, 'accept', id, limitMs);
  await holdOthers(session, 'accept', call.id, left(limitMs, started));
  const commands = session.commands.accept(call.id);
  const answerAgain = (): void => {
    if (session.usable) void session.send('accept', commands, ACCEPT_AGAIN_MS);
  };
  const again =
    session.ground.nat === 'ice' ? setInterval(answerAgain, ACCEPT_AGAIN_MS) : undefined;
  return perform(session, 'accept', commands, left(limitMs, started), {
    done: () => {
      const seq = session.seqOf('call_accepted', call.id);
      if (seq === undefined) assertOpen(session, 'accept', call.id);
      return seq === undefined ? undefined : { seq };
    },
    // Refused because the caller gave up just now: the end of the call is on its way and explains more.
    timedOut: (waited) =>
      session.problem(
        'E_CALL_TIMEOUT',
        'accept',
        `no 200 was sent to ${call.peer.uri} (waited ${formatMs(waited)})`,
      ),
  }).finally(() => {
    clearInterval(again);
  });
}

export async function reject(
  session: RunningAgent,
  refusal: VerbArguments<'reject'>,
  limitMs: number,
): Promise<Done> {
  assertRefusal(session, 'reject', refusal);
  const started = performance.now();
  const call = await waitingCall(session, 'reject', undefined, limitMs);
  session.calls.expectHangup(call.id);
  const done = await perform(
    session,
    'reject',
    refuse(session, call.id, refusal),
    left(limitMs, started),
    {
      done: () => closed(session, call.id),
      timedOut: (waited) =>
        session.problem(
          'E_CALL_TIMEOUT',
          'reject',
          `no response was sent to ${call.peer.uri} (waited ${formatMs(waited)})`,
        ),
    },
  );
  const ended = session.state.calls.find((one) => one.id === call.id)?.ended;
  if (ended?.by === 'remote')
    throw session.problem('E_CALL_STATE', 'reject', 'the caller gave up first');
  return done;
}

export async function hangup(
  session: RunningAgent,
  { call: id }: VerbArguments<'hangup'>,
  limitMs: number,
): Promise<Done> {
  session.assertUsable('hangup');
  const started = performance.now();
  let call = id === undefined ? currentCall(session.state) : callOf(session, 'hangup', id);
  if (call === undefined) throw noCall(session, 'hangup');
  const before = closed(session, call.id);
  if (before !== undefined || call.state === 'Idle') {
    // The peer was faster. Only a call that the script itself ended is no longer there to be hung up.
    if (before !== undefined && call.ended?.by !== 'local') return before;
    throw noCall(session, 'hangup');
  }
  if (call.direction === 'outgoing' && !session.calls.responded(call.id)) {
    await firstResponse(session, call.id, Math.min(FIRST_RESPONSE_MS, limitMs));
    call = callOf(session, 'hangup', call.id);
    const meanwhile = closed(session, call.id);
    if (meanwhile !== undefined) return meanwhile;
  }
  const leaving = call;
  session.calls.expectHangup(leaving.id);
  return perform(session, 'hangup', session.commands.hangup(leaving.id), left(limitMs, started), {
    done: () => closed(session, leaving.id),
    timedOut: (waited) =>
      session.problem(
        'E_CALL_TIMEOUT',
        'hangup',
        `the call with ${leaving.peer.uri} did not close (waited ${formatMs(waited)})`,
      ),
  });
}

/** Whether the call got any response, or has closed, before the limit. */
async function firstResponse(session: RunningAgent, id: string, limitMs: number): Promise<boolean> {
  const { calls, waiters } = session;
  const isAnswered = () =>
    calls.responded(id) || closed(session, calls.redirections.currentId(id)) !== undefined;
  return (await waiters.within(() => isAnswered() || undefined, limitMs)) === true;
}

async function waitingCall(
  session: RunningAgent,
  verb: string,
  id: string | undefined,
  limitMs: number,
): Promise<CallState> {
  session.assertUsable(verb);
  if (id !== undefined) {
    const call = callOf(session, verb, id);
    assertOpen(session, verb, id);
    if (call.direction === 'incoming' && !call.accepted) return call;
    throw session.problem(
      'E_CALL_STATE',
      verb,
      `the call with ${call.peer.uri} is not waiting: ${call.state}`,
    );
  }
  return session.waiters.until(
    () => waitingCalls(session.state).find(({ id: one }) => !session.calls.leaving(one)),
    limitMs,
    () =>
      session.problem(
        'E_CALL_TIMEOUT',
        verb,
        `no call is waiting (waited ${formatMs(limitMs)})`,
        'let somebody dial this agent first',
      ),
  );
}

function closed(session: RunningAgent, id: string): Done | undefined {
  const seq = session.seqOf('call_closed', id);
  return seq === undefined ? undefined : { seq };
}
