/** Verbs that answer what has come in. */
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import { Limit } from '../../agents/limit.js';
import type { ResponseOptions } from '../../schema/types.gen.js';
import { formatMs } from '../../time.js';
import type { SipMessage } from '../../sip/sip-message.js';
import type { PeerCall } from '../call.js';
import type { SdpChoice } from '../media/sdp-wish.js';
import { stepsOf } from '../invite-answers.js';
import type { ServerTransaction } from '../../signalling/transactions/server-transaction.js';
import type { PeerSession } from '../session.js';
import { choiceOf } from './wishes.js';

export async function answer(
  peer: PeerSession,
  { options = {}, call: id }: PeerArguments<'answer'>,
  limitMs: number,
): Promise<Done> {
  const given = options as ResponseOptions;
  choiceOf(peer, 'answer', given.sdp);
  const call = await waitingCall(peer, id, limitMs);
  await peer.sending('answer', () => peer.calls.answers.respond(call, 200, undefined, given));
  return { seq: peer.seqOf('call_accepted', call.id) ?? peer.lastSeq };
}

function waitingCall(
  peer: PeerSession,
  id: string | undefined,
  limitMs: number,
): Promise<PeerCall> {
  return peer.waiters.until(
    () => peer.calls.waiting(id),
    new Limit(limitMs),
    (waited) =>
      peer.problem('E_CALL_TIMEOUT', 'answer', `no call came in (waited ${formatMs(waited)})`),
  );
}

export function onInvite(peer: PeerSession, { steps }: PeerArguments<'on_invite'>): Promise<Done> {
  const given = stepsOf(steps as readonly unknown[]);
  for (const { options } of given) choiceOf(peer, 'on_invite', options.sdp);
  peer.calls.answers.plan(given);
  return Promise.resolve({ seq: peer.lastSeq });
}

export async function respond(
  peer: PeerSession,
  { code, reason, options = {} }: PeerArguments<'respond'>,
  limitMs: number,
): Promise<Done> {
  const given = options as ResponseOptions;
  const sdp = choiceOf(peer, 'respond', given.sdp);
  const found = await peer.waiters.until(
    () => requestToAnswer(peer, given.to as string | undefined),
    new Limit(limitMs),
    (waited) =>
      peer.problem(
        'E_CALL_TIMEOUT',
        'respond',
        `no request was waiting for a response (waited ${formatMs(waited)})`,
        'INVITEs wait for respond() by default, other requests only with automatic: { answer: false }',
      ),
  );
  await peer.sending('respond', async () => {
    if ('call' in found) {
      await peer.calls.answers.respond(found.call, code, reason, given);
      return;
    }
    const { transaction } = found;
    const { message } = transaction.request;
    const tag = given.tag ?? peer.responses.tagFor(transaction);
    if (code > 100 && code < 300) peer.dialogs.answered(message, tag);
    const body = given.body ?? answerBody(peer, message, sdp);
    const { sdp: _sdp, to: _to, reliable: _reliable, session_timer: _timer, ...wish } = given;
    const type = given.body === undefined && body !== '' ? 'application/sdp' : undefined;
    await peer.responses.send(transaction, code, {
      ...wish,
      tag,
      body,
      ...(reason === undefined ? {} : { reason }),
      ...(type === undefined ? {} : { content_type: wish.content_type ?? type }),
    });
  });
  return { seq: peer.lastSeq };
}

/** The body of an answer. Reserves no ports: a request outside of calls has no end that would release them. */
function answerBody(peer: PeerSession, { call_id, body }: SipMessage, sdp: SdpChoice): string {
  if (sdp === undefined || sdp === false) return '';
  return peer.ground.media.descriptionOf(call_id).answer(body, sdp);
}

type Found = { readonly call: PeerCall } | { readonly transaction: ServerTransaction };

/** The request that `to` names by "Call-ID number method", else the oldest INVITE, else the oldest other one. */
function requestToAnswer(peer: PeerSession, to: string | undefined): Found | undefined {
  const call = peer.calls.open.find(
    (one) =>
      !one.outgoing &&
      (to === undefined ? !one.answered : one.server !== undefined && keyOf(one.server) === to),
  );
  if (call !== undefined) return { call };
  const transaction = peer.automatic.left(
    ({ call_id, cseq, method }) => to === undefined || `${call_id} ${cseq} ${method}` === to,
  );
  return transaction === undefined ? undefined : { transaction };
}

function keyOf({ request: { message } }: ServerTransaction): string {
  return `${message.call_id} ${message.cseq} ${message.method}`;
}
