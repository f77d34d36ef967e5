/** The verbs about calls: each sends its commands and waits for their local effect in the log. */
import { currentCall, waitingCalls, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { perform } from '../perform.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import type { Command } from '../wire/ctrl.js';
import { holdOthers } from './hold.js';
import { refusalOf, refuse } from './inbound.js';
import { withHeaders } from './through-proxy.js';
import { assertOpen, callOf, noCall } from './which-call.js';

/** 1.x forgets an answer given while ICE still gathers its candidates: it is given again after this time. */
const ACCEPT_AGAIN_MS = 500;
/** 4.x never sends the CANCEL for a hangup before any response: how long a first response is awaited. */
const FIRST_RESPONSE_MS = 1000;

export async function accept(
  agent: RunningAgent,
  { call: id }: VerbArguments<'accept'>,
  limit: Limit,
): Promise<Done> {
  const call = await waitingCall(agent, 'accept', id, limit);
  await holdOthers(agent, 'accept', call.id, limit);
  const { early } = agent.ground.proxy ?? {};
  if (early?.isEarly(call.id) === true) {
    early.answer(call.id);
    return accepted(agent, call, [], limit);
  }
  const commands = agent.commands.accept(call.id);
  const answerAgain = (): void => {
    if (agent.usable) void agent.send('accept', commands, new Limit(ACCEPT_AGAIN_MS));
  };
  const again = agent.ground.nat === 'ice' ? setInterval(answerAgain, ACCEPT_AGAIN_MS) : undefined;
  return accepted(agent, call, commands, limit).finally(() => {
    clearInterval(again);
  });
}

/** Resolves once the 200 was sent. */
function accepted(
  agent: RunningAgent,
  call: CallState,
  commands: Command[],
  limit: Limit,
): Promise<Done> {
  return perform(agent, 'accept', commands, limit, {
    done: () => {
      const seq = agent.seqOf('call_accepted', call.id);
      if (seq === undefined) assertOpen(agent, 'accept', call.id);
      return seq === undefined ? undefined : { seq };
    },
    // No `refused` here: baresip refuses if the caller has just given up, and the end of the call, still to come, says more.
    timedOut: (waited) =>
      agent.problem(
        'E_CALL_TIMEOUT',
        'accept',
        `no 200 was sent to ${call.peer.uri} (waited ${formatMs(waited)})`,
      ),
  });
}

export async function reject(
  agent: RunningAgent,
  asked: VerbArguments<'reject'>,
  limit: Limit,
): Promise<Done> {
  const refusal = refusalOf(agent, 'reject', asked);
  const call = await waitingCall(agent, 'reject', undefined, limit);
  agent.calls.expectHangup(call.id);
  const done = await perform(agent, 'reject', refuse(agent, call.id, refusal), limit, {
    done: () => closed(agent, call.id),
    timedOut: (waited) =>
      agent.problem(
        'E_CALL_TIMEOUT',
        'reject',
        `no response was sent to ${call.peer.uri} (waited ${formatMs(waited)})`,
      ),
  });
  const ended = agent.state.calls.find((one) => one.id === call.id)?.ended;
  if (ended?.by === 'remote')
    throw agent.problem('E_CALL_STATE', 'reject', 'the caller gave up first');
  return done;
}

export async function hangup(
  agent: RunningAgent,
  { options, call: id }: VerbArguments<'hangup'>,
  limit: Limit,
): Promise<Done> {
  agent.assertUsable('hangup');
  let call = id === undefined ? currentCall(agent.state) : callOf(agent, 'hangup', id);
  if (call === undefined) throw noCall(agent, 'hangup');
  const before = closed(agent, call.id);
  if (before !== undefined || call.state === 'Idle') {
    // If the peer hung up first, that counts as done. It is an error only if the script itself has already ended the call.
    if (before !== undefined && call.ended?.by !== 'local') return before;
    throw noCall(agent, 'hangup');
  }
  if (call.direction === 'outgoing' && !agent.calls.responded(call.id)) {
    await firstResponse(agent, call.id, limit.halfAtMost(FIRST_RESPONSE_MS));
    call = callOf(agent, 'hangup', call.id);
    const meanwhile = closed(agent, call.id);
    if (meanwhile !== undefined) return meanwhile;
  }
  const leaving = call;
  agent.calls.expectHangup(leaving.id);
  const leave = (commands: Command[]): Promise<Done> =>
    perform(agent, 'hangup', commands, limit, {
      done: () => closed(agent, leaving.id),
      timedOut: (waited) =>
        agent.problem(
          'E_CALL_TIMEOUT',
          'hangup',
          `the call with ${leaving.peer.uri} did not close (waited ${formatMs(waited)})`,
        ),
    });
  if (leaving.direction === 'incoming' && !leaving.accepted) {
    return leave(refuse(agent, leaving.id, refusalOf(agent, 'hangup', { options })));
  }
  const method = leaving.state === 'Established' || leaving.accepted ? 'BYE' : 'CANCEL';
  return withHeaders(agent, 'hangup', { method, call: leaving.id }, options, () =>
    leave(agent.commands.hangup(leaving.id)),
  );
}

/** Whether the call got any response, or has closed, before the limit. */
async function firstResponse(agent: RunningAgent, id: string, limit: Limit): Promise<boolean> {
  const { calls, waiters } = agent;
  const isAnswered = () =>
    calls.responded(id) || closed(agent, calls.redirections.currentId(id)) !== undefined;
  return (await waiters.within(() => isAnswered() || undefined, limit)) === true;
}

async function waitingCall(
  agent: RunningAgent,
  verb: string,
  id: string | undefined,
  limit: Limit,
): Promise<CallState> {
  agent.assertUsable(verb);
  if (id !== undefined) {
    const call = callOf(agent, verb, id);
    assertOpen(agent, verb, id);
    if (call.direction === 'incoming' && !call.accepted) return call;
    throw agent.problem(
      'E_CALL_STATE',
      verb,
      `the call with ${call.peer.uri} is not waiting: ${call.state}`,
    );
  }
  return agent.waiters.until(
    () => waitingCalls(agent.state).find(({ id: one }) => !agent.calls.leaving(one)),
    limit,
    (waited) =>
      agent.problem(
        'E_CALL_TIMEOUT',
        verb,
        `no call is waiting (waited ${formatMs(waited)})`,
        'let somebody dial this agent first',
      ),
  );
}

function closed(agent: RunningAgent, id: string): Done | undefined {
  const seq = agent.seqOf('call_closed', id);
  return seq === undefined ? undefined : { seq };
}
