/**
 * Attended transfer: a consultation call beside the first, then one REFER that joins the two others. Its Refer-To
 * is made here, from the consultation's dialog: the same on every version (docs/decisions/0011-attended-transfer.md).
 */
import type { CallState } from '../../model/agent-state.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import { hold, resume } from './hold.js';
import { peerOf } from '../../sip/peer.js';
import type { Limit } from '../../agents/limit.js';
import type { Consultation, RunningAgent } from '../running-agent.js';
import { placedTarget } from './target.js';
import { refer, transferableCall } from './transfer.js';
import { replacesReferTo } from '../../sip/transfer-uri.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { hangup } from './calls.js';
import { placeCall } from './dial.js';
import { assertOpen, callOf } from './which-call.js';

const START_FIRST = 'call attended_transfer() first';

export async function attendedTransfer(
  agent: RunningAgent,
  { target: to, call: id }: VerbArguments<'attended_transfer'>,
  limit: Limit,
): Promise<Done> {
  const verb = 'attended_transfer';
  const target = placedTarget(agent, verb, to);
  assertNone(agent, verb);
  const first = await transferableCall(agent, verb, { target, id }, limit);
  await hold(agent, { call: first.id }, limit);
  const placing = { uri: target.uri, peer: peerOf(target.uri, '') };
  const { seq, call } = await placeCall(agent, verb, placing, limit);
  agent.consultation = { first, call, target };
  return { seq };
}

export async function completeTransfer(
  agent: RunningAgent,
  _args: VerbArguments<'complete_transfer'>,
  limit: Limit,
): Promise<Done> {
  const verb = 'complete_transfer';
  const { first, call, target } = current(agent, verb);
  const { context, proxy } = agent.ground;
  const { version } = context.binary;
  const consultation = callOf(agent, verb, call);
  assertReady(agent, verb, first.id, consultation);
  // With a PBX between the agents the target's call would have another Call-ID.
  const direct = target.agent?.state.calls.some((one) => one.id === call) === true;
  if (direct && !target.agent.takesReplaces) {
    throw agent.problem(
      'E_CAPABILITY',
      verb,
      `agent "${target.agent.name}" is a baresip ${version}, which cannot replace a call (RFC 3891); baresip ${sinceOf('replaces')} can`,
      'transfer through a PBX, use a newer baresip, or give all three agents the option proxy: true',
    );
  }
  const referTo = referToOf(
    agent,
    consultation,
    !direct || proxy !== undefined || hasCapability(version, 'replaces_tags'),
  );
  const commands = agent.commands.transfer(first.id, referTo);
  return refer(agent, verb, { call: first, commands }, limit);
}

export async function abortTransfer(
  agent: RunningAgent,
  _args: VerbArguments<'abort_transfer'>,
  limit: Limit,
): Promise<Done> {
  const verb = 'abort_transfer';
  const { first, call } = current(agent, verb);
  // 1.0 resumes the first call as soon as the consultation call ends.
  agent.calls.media.expectResume(first.id, true);
  if (isOpen(agent, call)) await hangup(agent, { call }, limit);
  agent.consultation = undefined;
  if (!isOpen(agent, first.id)) {
    return { seq: agent.seqOf('call_closed', first.id) ?? agent.nextSeq - 1 };
  }
  return resume(agent, { call: first.id }, limit);
}

function assertReady(
  agent: RunningAgent,
  verb: string,
  first: string,
  consultation: CallState,
): void {
  assertOpen(agent, verb, first);
  const { state, ended, peer } = consultation;
  if (state === 'Established') return;
  const seen = ended === undefined ? state : `${ended.how} by ${ended.by}`;
  const hint =
    ended === undefined
      ? 'wait until the state of the agent is State.Established'
      : 'go back to the first call with abort_transfer()';
  const what = `the consultation call with ${peer.uri} is not answered: ${seen}`;
  throw agent.problem('E_CALL_STATE', verb, what, hint);
}

function referToOf(agent: RunningAgent, { id, peer }: CallState, tagged: boolean): string {
  const { localTag = '', remoteTag = '' } = agent.calls.dialogOf(id) ?? {};
  return replacesReferTo({
    call_id: id,
    ...(tagged ? { tags: { local: localTag, remote: remoteTag } } : {}),
    // After a 3xx, the address it named: the party who answered is there.
    target: agent.calls.redirections.addressOf(id) ?? peer.uri,
  });
}

function assertNone(agent: RunningAgent, verb: string): void {
  if (agent.consultation === undefined) return;
  const call = agent.calls.redirections.currentId(agent.consultation.call);
  if (!isOpen(agent, call)) return;
  const { uri } = callOf(agent, verb, call).peer;
  const what = `a consultation is under way already: with ${uri}`;
  throw agent.problem('E_CALL_STATE', verb, what, 'complete or abort that one first');
}

function current(agent: RunningAgent, verb: string): Consultation {
  agent.assertUsable(verb);
  const consultation = agent.consultation;
  if (consultation === undefined) {
    const what = 'there is no consultation call';
    throw agent.problem('E_CALL_STATE', verb, what, START_FIRST);
  }
  const call = agent.calls.redirections.currentId(consultation.call);
  if (isOpen(agent, call) || isOpen(agent, consultation.first.id)) {
    return { ...consultation, call };
  }
  agent.consultation = undefined;
  const what = 'the first call and the consultation call have ended';
  throw agent.problem('E_CALL_STATE', verb, what, START_FIRST);
}

function isOpen(agent: RunningAgent, id: string): boolean {
  const call = agent.state.calls.find((one) => one.id === id);
  return call !== undefined && call.state !== 'Idle';
}
