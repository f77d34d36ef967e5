/** Reliable provisional responses and PRACK (RFC 3262), on both sides. */
import { hasSdp } from '../agents/record/offer-answer.js';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import { headerValues } from '../sip/headers.js';
import type { PeerCall } from './call.js';
import { Dialog } from '../signalling/dialog.js';
import type { Pending } from '../signalling/requests.js';
import type { ResponseWish } from './responses.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import type { PeerCore } from './core.js';
import { Retransmission, TIMEOUT_MS } from '../signalling/transactions/timers.js';

/** Answers a provisional response that asks for it with PRACK, each RSeq once. */
export function acknowledgeReliably(
  peer: PeerCore,
  call: PeerCall,
  message: SipMessage,
  pending: Pending,
): void {
  const required = headerValues(message.headers, 'require').map((one) => one.toLowerCase());
  const number = Number(headerOf(message.headers, 'rseq'));
  if (!required.includes('100rel') || !Number.isInteger(number)) return;
  const dialog = call.dialogs.get(Dialog.ofCaller(message).remoteTag);
  if (dialog === undefined || peer.ground.options.automatic?.prack === false) return;
  const key = `${dialog.remoteTag} ${number}`;
  const known = ANSWERED.get(call) ?? new Set<string>();
  ANSWERED.set(call, known);
  if (known.has(key)) return;
  known.add(key);
  const isOffer = call.isOfferLate && hasSdp(message);
  const body = isOffer
    ? peer.ground.media.descriptionOf(call.id).answer(message.body, call.sdp)
    : '';
  // The offer is answered by now: the ACK holds no answer any more.
  if (isOffer) call.isOfferLate = false;
  const work = peer.requests.send(
    {
      method: 'PRACK',
      dialog,
      more: [['RAck', `${number} ${pending.sent.message.cseq} INVITE`]],
      ...(body === '' ? {} : { body, contentType: 'application/sdp' }),
    },
    {},
  );
  peer.inBackground('PRACK', work);
}

const ANSWERED = new WeakMap<PeerCall, Set<string>>();

/** Reliable responses that await their PRACK, by call. */
const AWAITED = new WeakMap<PeerCall, { readonly rseq: number; over: () => void }>();

/** Sends a provisional response until its PRACK comes; resolves with the PRACK, or when none came in 32 s. */
export async function sendReliably(
  peer: PeerCore,
  call: PeerCall,
  server: ServerTransaction,
  code: number,
  wish: ResponseWish,
): Promise<void> {
  const rseq = (LAST.get(call) ?? 0) + 1;
  LAST.set(call, rseq);
  const send = (): void => {
    const more = [['Require', '100rel'] as const, ['RSeq', String(rseq)] as const];
    peer.inBackground(`the response ${code}`, peer.responses.send(server, code, { ...wish, more }));
  };
  send();
  await new Promise<void>((resolve) => {
    const repeat =
      peer.ground.options.automatic?.retransmit === false
        ? undefined
        : new Retransmission(peer.clock, send);
    const cancel = peer.clock.after(TIMEOUT_MS, () => {
      over();
    });
    const over = (): void => {
      repeat?.stop();
      cancel();
      AWAITED.delete(call);
      call.planned.delete(over);
      resolve();
    };
    call.planned.add(over);
    AWAITED.set(call, { rseq, over });
  });
}

const LAST = new WeakMap<PeerCall, number>();

/** A PRACK has come: false where it acknowledges no response of ours (then it is answered with 481). */
export function wasAcknowledged(call: PeerCall, message: SipMessage): boolean {
  const awaited = AWAITED.get(call);
  const [rseq] = (headerOf(message.headers, 'rack') ?? '').split(/\s+/);
  if (awaited === undefined || Number(rseq) !== awaited.rseq) return false;
  awaited.over();
  return true;
}
