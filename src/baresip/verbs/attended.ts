/**
 * Attended transfer: a consultation call beside the first, then one REFER that joins the two others. Its Refer-To
 * is made here, from the consultation's dialog: the same on every version (docs/decisions/0011-attended-transfer.md).
 */
import type { CallState } from '../../model/agent-state.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import { hold, resume } from './hold.js';
import { peerOf } from '../../sip/peer.js';
import { left } from '../perform.js';
import type { RunningAgent } from '../running-agent.js';
import { refer, transferableCall, type TransferTarget } from './transfer.js';
import { replacesReferTo } from '../../sip/transfer-uri.js';
import type { Done } from '../../agents/user-agent.js';
import { assertOpen, callOf, hangup } from './calls.js';
import { placeCall } from './dial.js';

interface Consultation {
  first: CallState;
  call: string;
  target: TransferTarget;
}

const START_FIRST = 'call attended_transfer() first';

export class AttendedTransfer {
  readonly #session: RunningAgent;
  #consultation: Consultation | undefined;

  constructor(session: RunningAgent) {
    this.#session = session;
  }

  async start(target: TransferTarget, id: string | undefined, limitMs: number): Promise<Done> {
    const verb = 'attended_transfer';
    const started = performance.now();
    this.#assertNone(verb);
    const first = await transferableCall(this.#session, verb, { target, id }, limitMs);
    await hold(this.#session, first.id, left(limitMs, started));
    const placing = { uri: target.uri, peer: peerOf(target.uri, '') };
    const done = await placeCall(this.#session, verb, placing, left(limitMs, started));
    this.#consultation = { first, call: done.call, target };
    return done;
  }

  async complete(limitMs: number): Promise<Done> {
    const verb = 'complete_transfer';
    const { first, call, target } = this.#current(verb);
    const session = this.#session;
    const { version } = session.ground.context.binary;
    const consultation = callOf(session, verb, call);
    this.#assertReady(verb, first.id, consultation);
    // With a PBX between the agents the target's call would have another Call-ID.
    const direct = target.agent?.state.calls.some((one) => one.id === call) === true;
    if (direct && !hasCapability(version, 'replaces')) {
      throw session.problem(
        'E_CAPABILITY',
        verb,
        `agent "${target.agent?.name ?? ''}" is a baresip ${version}, which cannot replace a call (RFC 3891); baresip ${sinceOf('replaces')} can`,
        'transfer through a PBX, or use a newer baresip',
      );
    }
    const referTo = this.#referTo(consultation, !direct || hasCapability(version, 'replaces_tags'));
    const commands = session.commands.transfer(first.id, referTo);
    return refer(session, verb, { call: first, commands }, limitMs);
  }

  async abort(limitMs: number): Promise<Done> {
    const verb = 'abort_transfer';
    const started = performance.now();
    const session = this.#session;
    const { first, call } = this.#current(verb);
    // 1.0 resumes the first call as soon as the consultation call ends.
    session.calls.media.expectResume(first.id, true);
    if (isOpen(session, call)) await hangup(session, call, left(limitMs, started));
    this.#consultation = undefined;
    if (!isOpen(session, first.id)) {
      return { seq: session.seqOf('call_closed', first.id) ?? session.nextSeq - 1 };
    }
    return resume(session, first.id, left(limitMs, started));
  }

  #assertReady(verb: string, first: string, consultation: CallState): void {
    assertOpen(this.#session, verb, first);
    const { state, ended, peer } = consultation;
    if (state === 'Established') return;
    const seen = ended === undefined ? state : `${ended.how} by ${ended.by}`;
    const hint =
      ended === undefined
        ? 'wait until the state of the agent is State.Established'
        : 'go back to the first call with abort_transfer()';
    const what = `the consultation call with ${peer.uri} is not answered: ${seen}`;
    throw this.#session.problem('E_CALL_STATE', verb, what, hint);
  }

  #referTo({ id, peer }: CallState, tagged: boolean): string {
    const { localTag = '', remoteTag = '' } = this.#session.calls.dialogOf(id) ?? {};
    return replacesReferTo({
      call_id: id,
      ...(tagged ? { tags: { local: localTag, remote: remoteTag } } : {}),
      // After a 3xx, the address it named: the party who answered is there.
      target: this.#session.calls.redirections.addressOf(id) ?? peer.uri,
    });
  }

  #assertNone(verb: string): void {
    if (this.#consultation === undefined) return;
    const call = this.#session.calls.redirections.currentId(this.#consultation.call);
    if (!isOpen(this.#session, call)) return;
    const { uri } = callOf(this.#session, verb, call).peer;
    const what = `a consultation is under way already: with ${uri}`;
    throw this.#session.problem('E_CALL_STATE', verb, what, 'complete or abort that one first');
  }

  #current(verb: string): Consultation {
    this.#session.assertUsable(verb);
    const consultation = this.#consultation;
    if (consultation === undefined) {
      const what = 'there is no consultation call';
      throw this.#session.problem('E_CALL_STATE', verb, what, START_FIRST);
    }
    const call = this.#session.calls.redirections.currentId(consultation.call);
    if (isOpen(this.#session, call) || isOpen(this.#session, consultation.first.id)) {
      return { ...consultation, call };
    }
    this.#consultation = undefined;
    const what = 'the first call and the consultation call have ended';
    throw this.#session.problem('E_CALL_STATE', verb, what, START_FIRST);
  }
}

function isOpen(session: RunningAgent, id: string): boolean {
  const call = session.state.calls.find((one) => one.id === id);
  return call !== undefined && call.state !== 'Idle';
}
