/**
 * Attended transfer: a consultation call beside the first, then one REFER that joins the two others. Its Refer-To
 * is made here, from the consultation's dialog: the same on every version (docs/decisions/0011-attended-transfer.md).
 */
import type { CallState } from '../../model/agent-state.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import { hold, resume } from './hold.js';
import { peerOf } from '../../sip/peer.js';
import { left } from '../perform.js';
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
  session: RunningAgent,
  { target: to, call: id }: VerbArguments<'attended_transfer'>,
  limitMs: number,
): Promise<Done> {
  const verb = 'attended_transfer';
  const started = performance.now();
  const target = placedTarget(session, verb, to);
  assertNone(session, verb);
  const first = await transferableCall(session, verb, { target, id }, limitMs);
  await hold(session, { call: first.id }, left(limitMs, started));
  const placing = { uri: target.uri, peer: peerOf(target.uri, '') };
  const { seq, call } = await placeCall(session, verb, placing, left(limitMs, started));
  session.consultation = { first, call, target };
  return { seq };
}

export async function completeTransfer(
  session: RunningAgent,
  _args: VerbArguments<'complete_transfer'>,
  limitMs: number,
): Promise<Done> {
  const verb = 'complete_transfer';
  const { first, call, target } = current(session, verb);
  const { version } = session.ground.context.binary;
  const consultation = callOf(session, verb, call);
  assertReady(session, verb, first.id, consultation);
  // With a PBX between the agents the target's call would have another Call-ID.
  const direct = target.agent?.state.calls.some((one) => one.id === call) === true;
  if (direct && !hasCapability(version, 'replaces')) {
    throw session.problem(
      'E_CAPABILITY',
      verb,
      `agent "${target.agent.name}" is a baresip ${version}, which cannot replace a call (RFC 3891); baresip ${sinceOf('replaces')} can`,
      'transfer through a PBX, or use a newer baresip',
    );
  }
  const referTo = referToOf(
    session,
    consultation,
    !direct || hasCapability(version, 'replaces_tags'),
  );
  const commands = session.commands.transfer(first.id, referTo);
  return refer(session, verb, { call: first, commands }, limitMs);
}

export async function abortTransfer(
  session: RunningAgent,
  _args: VerbArguments<'abort_transfer'>,
  limitMs: number,
): Promise<Done> {
  const verb = 'abort_transfer';
  const started = performance.now();
  const { first, call } = current(session, verb);
  // 1.0 resumes the first call as soon as the consultation call ends.
  session.calls.media.expectResume(first.id, true);
  if (isOpen(session, call)) await hangup(session, { call }, left(limitMs, started));
  session.consultation = undefined;
  if (!isOpen(session, first.id)) {
    return { seq: session.seqOf('call_closed', first.id) ?? session.nextSeq - 1 };
  }
  return resume(session, { call: first.id }, left(limitMs, started));
}

function assertReady(
  session: RunningAgent,
  verb: string,
  first: string,
  consultation: CallState,
): void {
  assertOpen(session, verb, first);
  const { state, ended, peer } = consultation;
  if (state === 'Established') return;
  const seen = ended === undefined ? state : `${ended.how} by ${ended.by}`;
  const hint =
    ended === undefined
      ? 'wait until the state of the agent is State.Established'
      : 'go back to the first call with abort_transfer()';
  const what = `the consultation call with ${peer.uri} is not answered: ${seen}`;
  throw session.problem('E_CALL_STATE', verb, what, hint);
}

function referToOf(session: RunningAgent, { id, peer }: CallState, tagged: boolean): string {
  const { localTag = '', remoteTag = '' } = session.calls.dialogOf(id) ?? {};
  return replacesReferTo({
    call_id: id,
    ...(tagged ? { tags: { local: localTag, remote: remoteTag } } : {}),
    // After a 3xx, the address it named: the party who answered is there.
    target: session.calls.redirections.addressOf(id) ?? peer.uri,
  });
}

function assertNone(session: RunningAgent, verb: string): void {
  if (session.consultation === undefined) return;
  const call = session.calls.redirections.currentId(session.consultation.call);
  if (!isOpen(session, call)) return;
  const { uri } = callOf(session, verb, call).peer;
  const what = `a consultation is under way already: with ${uri}`;
  throw session.problem('E_CALL_STATE', verb, what, 'complete or abort that one first');
}

function current(session: RunningAgent, verb: string): Consultation {
  session.assertUsable(verb);
  const consultation = session.consultation;
  if (consultation === undefined) {
    const what = 'there is no consultation call';
    throw session.problem('E_CALL_STATE', verb, what, START_FIRST);
  }
  const call = session.calls.redirections.currentId(consultation.call);
  if (isOpen(session, call) || isOpen(session, consultation.first.id)) {
    return { ...consultation, call };
  }
  session.consultation = undefined;
  const what = 'the first call and the consultation call have ended';
  throw session.problem('E_CALL_STATE', verb, what, START_FIRST);
}

function isOpen(session: RunningAgent, id: string): boolean {
  const call = session.state.calls.find((one) => one.id === id);
  return call !== undefined && call.state !== 'Idle';
}
