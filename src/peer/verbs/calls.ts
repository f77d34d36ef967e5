/** Verbs that place calls, and send requests inside of them. */
import type { DialTarget, Done, PeerArguments } from '../../agents/user-agent.js';
import { Limit } from '../../agents/limit.js';
import type { CallOptions, RequestOptions } from '../../schema/types.gen.js';
import { durationMs, formatMs } from '../../time.js';
import type { HeaderField } from '../../sip/sip-message.js';
import { describe, type AckHabit } from '../call.js';
import type { CallWish } from '../call-wish.js';
import { streamsOf } from '../recording/streams.js';
import type { PeerSession } from '../session.js';
import { sessionTimerFields } from '../session-timer.js';
import { recordingBody } from '../recording/metadata.js';
import { callWithDialog, choiceOf, dialogIn, transactionOf, uriOf, wishOf } from './wishes.js';

export async function dial(
  peer: PeerSession,
  { target, options = {} }: PeerArguments<'dial'>,
): Promise<Done> {
  const given = options as CallOptions;
  return place(peer, 'dial', target, given);
}

/** Recording sessions are calls as well (RFC 7866, 6.1.1). */
export async function recordSession(
  peer: PeerSession,
  { target, options = {} }: PeerArguments<'record_session'>,
): Promise<Done> {
  const {
    streams = [{ delay_ms: 0 }, { delay_ms: 0 }],
    metadata,
    metadata_type,
    ...given
  } = options;
  const recording = { ...streamsOf(streams), metadata, metadataType: metadata_type };
  const { require = [] } = given;
  const whole = { ...given, require: ['siprec', ...require] };
  return place(peer, 'record_session', target, whole, recording);
}

/** A recorder may ask for metadata (RFC 7866, 9.2). */
const ACCEPTED_BY_CLIENT = 'application/sdp, application/rs-metadata-request';

async function place(
  peer: PeerSession,
  verb: 'dial' | 'record_session',
  target: DialTarget,
  given: CallOptions,
  recording?: CallWish['recording'],
): Promise<Done> {
  const uri = uriOf(peer, verb, target);
  const { sdp: _, late_offer, ack, require, session_timer, ...request } = given;
  const sdp = choiceOf(peer, verb, given.sdp);
  const more: HeaderField[] = [
    ...(recording === undefined ? [] : [['Accept', ACCEPTED_BY_CLIENT] as const]),
    ...(require === undefined ? [] : [['Require', require.join(', ')] as const]),
    ...(session_timer === undefined
      ? [['Supported', 'timer, 100rel'] as const]
      : sessionTimerFields(session_timer)),
  ];
  const pending = await peer.sending(verb, () =>
    peer.calls.place(
      {
        request: { ...wishOf(peer, verb, request), uri, more },
        sdp,
        isOfferLate: late_offer === true || sdp === false,
        ack: ackOf(ack),
        timer: session_timer,
        ...(recording === undefined ? {} : { recording }),
      },
      given.request_uri ?? uri,
    ),
  );
  const seq = peer.seqOf('call_dialed', pending.callId);
  return { ...transactionOf(peer, pending), ...(seq === undefined ? {} : { seq }) };
}

function ackOf(given: string | undefined): AckHabit {
  if (given === undefined) return 'now';
  return given === 'drop' ? 'drop' : durationMs(given);
}

export async function hangup(
  peer: PeerSession,
  { call: id }: PeerArguments<'hangup'>,
  limitMs: number,
): Promise<Done> {
  const call = peer.calls.current(id) ?? peer.calls.waiting(id);
  if (call === undefined || call.closed) {
    throw peer.problem(
      'E_CALL_STATE',
      'hangup',
      'the peer has no call, or the call is over',
      'dial or answer one first',
    );
  }
  const limit = new Limit(limitMs);
  const until = (isSo: () => boolean): Promise<true> =>
    peer.waiters.until(
      () => isSo() || undefined,
      limit,
      (waited) =>
        peer.problem(
          'E_CALL_TIMEOUT',
          'hangup',
          `the call did not close (waited ${formatMs(waited)})`,
        ),
    );
  await peer.sending('hangup', async () => {
    if (!call.answered && call.outgoing) {
      await peer.calls.cancel(call, {});
      // The 200 may have crossed the CANCEL: then the call is up (RFC 3261, 9.1).
      await until(() => call.closed || call.answered);
    } else if (!call.answered) {
      await peer.calls.answers.refuse(call, 486);
    }
    if (call.answered && !call.closed) await peer.calls.bye(call, {});
  });
  await until(() => call.closed);
  return { seq: peer.seqOf('call_closed', call.id) ?? peer.lastSeq };
}

export async function bye(
  peer: PeerSession,
  { options = {}, call: id }: PeerArguments<'bye'>,
): Promise<Done> {
  const { call } = callWithDialog(peer, 'bye', id);
  const wish = wishOf(peer, 'bye', options as RequestOptions);
  return transactionOf(peer, await peer.sending('bye', () => peer.calls.bye(call, wish)));
}

export async function cancel(
  peer: PeerSession,
  { options = {}, call: id }: PeerArguments<'cancel'>,
): Promise<Done> {
  const call = peer.calls.current(id);
  if (call?.outgoing !== true || call.closed) {
    const what = 'the peer has no open call that it dialled';
    throw peer.problem(
      'E_CALL_STATE',
      'cancel',
      what,
      'dial first; hangup() ends an incoming call',
    );
  }
  const wish = wishOf(peer, 'cancel', options as RequestOptions);
  const pending = await peer.sending('cancel', () => peer.calls.cancel(call, wish));
  return pending === undefined ? { seq: peer.lastSeq } : transactionOf(peer, pending);
}

export async function reinvite(
  peer: PeerSession,
  { options = {}, call: id }: PeerArguments<'reinvite'>,
): Promise<Done> {
  return modify(peer, 'INVITE', options as RequestOptions, id);
}

export async function update(
  peer: PeerSession,
  { options = {}, call: id }: PeerArguments<'update'>,
): Promise<Done> {
  return modify(peer, 'UPDATE', options as RequestOptions, id);
}

async function modify(
  peer: PeerSession,
  method: 'INVITE' | 'UPDATE',
  options: RequestOptions,
  id: string | undefined,
): Promise<Done> {
  const verb = method === 'INVITE' ? 'reinvite' : 'update';
  const { call } = callWithDialog(peer, verb, id);
  const sdp = choiceOf(peer, verb, options.sdp);
  const { sdp: _, metadata, metadata_type, ...others } = options;
  if (metadata !== undefined && options.body !== undefined) {
    const what = 'both a body and metadata were given';
    throw peer.problem(
      'E_ARGUMENT',
      verb,
      what,
      'leave one of them out, or write the metadata into the body',
    );
  }
  const isOffer = options.body === undefined && (method === 'INVITE' || sdp !== undefined);
  const pending = await peer.sending(verb, async () => {
    const description = await describe(peer.ground.media, call);
    const offer = isOffer ? description.offer(sdp) : '';
    const whole = recordingBody(call, offer, metadata ?? false, metadata_type);
    const plain = wishOf(peer, verb, others);
    const wish = {
      ...plain,
      ...(whole === undefined
        ? {}
        : { body: whole.body, contentType: options.content_type ?? whole.contentType }),
      more: [...(plain.more ?? []), ...(whole?.more ?? [])],
      method,
    };
    return peer.calls.modify(call, wish, sdp);
  });
  return transactionOf(peer, pending);
}

export async function info(
  peer: PeerSession,
  { options = {}, call }: PeerArguments<'info'>,
): Promise<Done> {
  return inside(peer, 'INFO', options as RequestOptions, call);
}

export async function notify(
  peer: PeerSession,
  { options = {}, call }: PeerArguments<'notify'>,
): Promise<Done> {
  return inside(peer, 'NOTIFY', options as RequestOptions, call);
}

export async function refer(
  peer: PeerSession,
  { target, options = {}, call }: PeerArguments<'refer'>,
): Promise<Done> {
  const uri = uriOf(peer, 'refer', target);
  const { aor } = peer.ground.account;
  return inside(peer, 'REFER', options as RequestOptions, call, [
    ['Refer-To', `<${uri}>`],
    ['Referred-By', `<${aor}>`],
  ]);
}

/** A request in the dialog of a call, or of a subscription by `in`. */
async function inside(
  peer: PeerSession,
  method: 'INFO' | 'NOTIFY' | 'REFER',
  options: RequestOptions,
  id: string | undefined,
  more: readonly HeaderField[] = [],
): Promise<Done> {
  const verb = method.toLowerCase();
  const { in: callId, ...others } = options;
  const dialog =
    callId === undefined
      ? callWithDialog(peer, verb, id).dialog
      : dialogIn(peer, verb, callId as string);
  const wish = wishOf(peer, verb, others);
  const whole = { ...wish, method, dialog, more: [...more, ...(wish.more ?? [])] };
  return transactionOf(peer, await peer.sending(verb, () => peer.requests.send(whole, {})));
}
