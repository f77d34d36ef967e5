/** Blind transfer, and the REFER of every transfer: sent, then awaited until it is answered (RFC 3515, 2.4). */
import { currentCall, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import { hasCapability } from '../capabilities.js';
import type { Command } from '../wire/ctrl.js';
import { left, perform } from '../perform.js';
import type { PlacedTarget, RunningAgent } from '../running-agent.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { placedTarget } from './target.js';
import { assertOpen, callOf, noCall } from './which-call.js';

export async function transfer(
  session: RunningAgent,
  { target: to, call: id }: VerbArguments<'transfer'>,
  limitMs: number,
): Promise<Done> {
  const started = performance.now();
  const target = placedTarget(session, 'transfer', to);
  const call = await transferableCall(session, 'transfer', { target, id }, limitMs);
  const commands = session.commands.transfer(call.id, bracketed(target.uri));
  return refer(session, 'transfer', { call, commands }, left(limitMs, started));
}

/** Sends the REFER and waits for its final answer. */
export function refer(
  session: RunningAgent,
  verb: string,
  { call, commands }: { call: CallState; commands: Command[] },
  limitMs: number,
): Promise<Done> {
  const since = session.nextSeq;
  const to = call.peer.uri;
  return perform(session, verb, commands, limitMs, {
    done: () => {
      const seq = session.seqOf('call_transfer', call.id, since);
      const told = callOf(session, verb, call.id).facts.transfer;
      if (seq !== undefined && told?.accepted === true) return { seq };
      if (seq !== undefined && told?.reason !== undefined) {
        const { final, reason } = told;
        throw session.problem(
          'E_TRANSFER',
          verb,
          `${to} refused the transfer: ${final === undefined ? '' : `${final} `}${reason}`,
          losesCall(session) ? 'this version of baresip has ended the call: dial again' : undefined,
        );
      }
      assertOpen(session, verb, call.id);
      return undefined;
    },
    refused: (data) =>
      session.problem('E_TRANSFER', verb, `baresip did not send the REFER to ${to}: ${data}`),
    timedOut: (waited) =>
      session.problem(
        'E_CALL_TIMEOUT',
        verb,
        `${to} did not answer the REFER (waited ${formatMs(waited)})`,
      ),
  });
}

function losesCall(session: RunningAgent): boolean {
  return !hasCapability(session.ground.context.binary.version, 'failed_transfer_keeps_call');
}

/** The answered call to be transferred: the given or the current call. Waits for a call that is being accepted. */
export async function transferableCall(
  session: RunningAgent,
  verb: string,
  { target, id }: { target: PlacedTarget; id: string | undefined },
  limitMs: number,
): Promise<CallState> {
  session.assertUsable(verb);
  const { name, account } = session.ground;
  const own = [account.aor, `${account.user}@${session.ground.address}:${session.ground.sipPort}`];
  if (target.agent?.name === name || own.some((one) => plain(one) === plain(target.uri))) {
    throw session.problem('E_TARGET', verb, 'the target is the agent itself', OTHER_TARGET);
  }
  const call = id === undefined ? currentCall(session.state) : callOf(session, verb, id);
  if (call === undefined || (id === undefined && call.state === 'Idle')) {
    throw noCall(session, verb);
  }
  assertOpen(session, verb, call.id);
  if (target.agent?.state.calls.some((one) => one.id === call.id) === true) {
    const other = `agent "${target.agent.name}" is the other side of the call`;
    throw session.problem('E_TARGET', verb, other, OTHER_TARGET);
  }
  if (!call.accepted && call.state !== 'Established') throw unanswered(session, verb, call);
  return session.waiters.until(
    () => {
      assertOpen(session, verb, call.id);
      return callOf(session, verb, call.id).state === 'Established' ? call : undefined;
    },
    limitMs,
    () => unanswered(session, verb, call),
  );
}

const OTHER_TARGET = 'name a third party';

function unanswered(session: RunningAgent, verb: string, call: CallState): Error {
  return session.problem(
    'E_CALL_STATE',
    verb,
    `the call with ${call.peer.uri} is not answered: ${call.state}`,
    'wait until its state is State.Established',
  );
}

/** Without brackets, parameters of the URI would belong to the header field (RFC 3261, 20). */
function bracketed(uri: string): string {
  return /[;?,]/.test(uri) ? `<${uri}>` : uri;
}

function plain(uri: string): string {
  return uri.replace(/^sips?:/i, '').split(/[;?]/)[0] ?? '';
}
