/** Blind transfer, and the REFER of every transfer: sent, then awaited until it is answered (RFC 3515, 2.4). */
import { currentCall, type CallState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import { hasCapability } from '../capabilities.js';
import type { Command } from '../wire/ctrl.js';
import { perform } from '../perform.js';
import type { Limit } from '../../agents/limit.js';
import type { PlacedTarget, RunningAgent } from '../running-agent.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { placedTarget } from './target.js';
import { withHeaders } from './through-proxy.js';
import { assertOpen, callOf, noCall } from './which-call.js';

export async function transfer(
  agent: RunningAgent,
  { target: to, options, call: id }: VerbArguments<'transfer'>,
  limit: Limit,
): Promise<Done> {
  const target = placedTarget(agent, 'transfer', to);
  const call = await transferableCall(agent, 'transfer', { target, id }, limit);
  const commands = agent.commands.transfer(call.id, bracketed(target.uri));
  return withHeaders(agent, 'transfer', { method: 'REFER', call: call.id }, options, () =>
    refer(agent, 'transfer', { call, commands }, limit),
  );
}

/** Sends the REFER and waits for its final answer. */
export function refer(
  agent: RunningAgent,
  verb: string,
  { call, commands }: { call: CallState; commands: Command[] },
  limit: Limit,
): Promise<Done> {
  const since = agent.nextSeq;
  const to = call.peer.uri;
  return perform(agent, verb, commands, limit, {
    done: () => {
      const seq = agent.seqOf('call_transfer', call.id, since);
      const told = callOf(agent, verb, call.id).facts.transfer;
      if (seq !== undefined && told?.accepted === true) return { seq };
      if (seq !== undefined && told?.reason !== undefined) {
        const { final, reason } = told;
        throw agent.problem(
          'E_TRANSFER',
          verb,
          `${to} refused the transfer: ${final === undefined ? '' : `${final} `}${reason}`,
          losesCall(agent) ? 'this version of baresip has ended the call: dial again' : undefined,
        );
      }
      assertOpen(agent, verb, call.id);
      return undefined;
    },
    refused: (data) =>
      agent.problem('E_TRANSFER', verb, `baresip did not send the REFER to ${to}: ${data}`),
    timedOut: (waited) =>
      agent.problem(
        'E_CALL_TIMEOUT',
        verb,
        `${to} did not answer the REFER (waited ${formatMs(waited)})`,
      ),
  });
}

function losesCall(agent: RunningAgent): boolean {
  return !hasCapability(agent.ground.context.binary.version, 'failed_transfer_keeps_call');
}

/** The answered call to be transferred: the given or the current call. Waits for a call that is being accepted. */
export async function transferableCall(
  agent: RunningAgent,
  verb: string,
  { target, id }: { target: PlacedTarget; id: string | undefined },
  limit: Limit,
): Promise<CallState> {
  agent.assertUsable(verb);
  const { name, account } = agent.ground;
  const own = [account.aor, `${account.user}@${agent.ground.address}:${agent.ground.sipPort}`];
  if (target.agent?.name === name || own.some((one) => plain(one) === plain(target.uri))) {
    throw agent.problem('E_TARGET', verb, 'the target is the agent itself', OTHER_TARGET);
  }
  const call = id === undefined ? currentCall(agent.state) : callOf(agent, verb, id);
  if (call === undefined || (id === undefined && call.state === 'Idle')) {
    throw noCall(agent, verb);
  }
  assertOpen(agent, verb, call.id);
  if (target.agent?.state.calls.some((one) => one.id === call.id) === true) {
    const other = `agent "${target.agent.name}" is the other side of the call`;
    throw agent.problem('E_TARGET', verb, other, OTHER_TARGET);
  }
  if (!call.accepted && call.state !== 'Established') throw unanswered(agent, verb, call);
  return agent.waiters.until(
    () => {
      assertOpen(agent, verb, call.id);
      return callOf(agent, verb, call.id).state === 'Established' ? call : undefined;
    },
    limit,
    () => unanswered(agent, verb, call),
  );
}

const OTHER_TARGET = 'name a third party';

function unanswered(agent: RunningAgent, verb: string, call: CallState): Error {
  return agent.problem(
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
