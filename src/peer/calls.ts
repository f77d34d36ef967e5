/**
 * The calls of a peer (RFC 3261, 13 to 15): what their messages mean for the state that a script sees. It sends by itself only
 * what a call needs to go on, and decides nothing that a test may want to decide.
 */
import { endedByResponse, causeOf, TRANSFERRED } from '../agents/record/ended.js';
import { hasSdp, OfferAnswer } from '../agents/record/offer-answer.js';
import { TransferLog } from '../agents/record/transfer-log.js';
import type { Ended } from '../model/agent-event.js';
import { hasTag, peerOf, senderOf } from '../sip/peer.js';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import {
  cancelWish,
  contactOf,
  newCall,
  stopTimers,
  type CallMedia,
  type PeerCall,
} from './call.js';
import { inviteBody } from './recording/invite-body.js';
import type { CallWish } from './call-wish.js';
import { Dialog } from '../signalling/dialog.js';
import { InviteAnswers, type InviteBook } from './invite-answers.js';
import type { SdpChoice } from './media/sdp-wish.js';
import { acknowledgeReliably } from './reliable.js';
import { newTag, type Pending, type RequestWish } from '../signalling/requests.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import { refreshSession, type SessionTimer } from './session-timer.js';
import type { PeerCore } from './core.js';

/** Closed calls that are remembered: a 200 or a BYE may come again. */
const CLOSED_KEPT = 32;

export class Calls implements InviteBook {
  readonly #peer: PeerCore;
  readonly #calls = new Map<string, PeerCall>();
  readonly #transfers: TransferLog;
  readonly offers: OfferAnswer;
  readonly answers: InviteAnswers;
  readonly #media: CallMedia;

  constructor(peer: PeerCore, media: CallMedia) {
    this.#peer = peer;
    this.#media = media;
    this.#transfers = new TransferLog((event) => peer.emit(event));
    this.offers = new OfferAnswer({
      emit: (event) => peer.emit(event),
      negotiated: (call, settled) => {
        this.#media.negotiated(call, settled);
      },
      isOneWay: (call) =>
        peer.ground.options.recorder === true || this.#calls.get(call)?.recording !== undefined,
      resumedByItself: () => false,
    });
    this.answers = new InviteAnswers(peer, this);
  }

  /** Every message of the peer, as soon as it is in the log. */
  noted(message: SipMessage): void {
    const call = this.#calls.get(message.call_id);
    if (call === undefined) return;
    // Messages after the end of a call, such as the answer to BYE, would be remembered for ever.
    if (!call.closed) this.offers.message(message);
    this.#transfers.message(message);
  }

  get(id: string): PeerCall | undefined {
    return this.#calls.get(id);
  }

  get open(): readonly PeerCall[] {
    return [...this.#calls.values()].filter(({ closed }) => !closed);
  }

  /** The call the script means: the given one, else the current one, which was dialled or answered last. */
  current(id: string | undefined): PeerCall | undefined {
    if (id !== undefined) return this.#calls.get(id);
    return this.open.findLast(({ outgoing, answered }) => outgoing || answered) ?? this.open.at(-1);
  }

  /** The INVITE that has waited longest for a final response. */
  waiting(id?: string): PeerCall | undefined {
    return this.open.find(
      (call) => !call.outgoing && !call.answered && (id === undefined || call.id === id),
    );
  }

  /** Places a call. */
  async place(wish: CallWish, uri: string): Promise<Pending> {
    const { request, sdp, isOfferLate, ack, timer } = wish;
    const id = newTag() + newTag() + newTag();
    const call = newCall(id, true);
    this.#add(call);
    call.ack = ack;
    // Without an offer the ACK still has to answer that of the other side.
    call.sdp = sdp === false ? undefined : sdp;
    call.isOfferLate = isOfferLate;
    try {
      if (wish.recording !== undefined) this.#media.use(id, wish.recording.sources);
      const whole = await inviteBody(this.#peer.ground.media, call, wish);
      return await this.#peer.requests.send(
        {
          ...request,
          method: 'INVITE',
          callId: id,
          contact: request.contact ?? contactOf(call, this.#peer.ground.account.contact),
          acknowledges: ack !== 'drop' && this.#acknowledges,
          more: [...(request.more ?? []), ...(whole?.more ?? [])],
          ...(whole === undefined ? {} : { body: whole.body, contentType: whole.contentType }),
        },
        {
          leaves: (pending) => {
            call.pending = pending;
            this.#peer.emit({ type: 'call_dialed', call: id, peer: peerOf(uri, '') });
          },
          response: (message, pending) => {
            this.#response(call, message, pending, timer);
          },
          timedOut: () => {
            this.#close(call, {
              by: 'network',
              how: 'timeout',
              reason: 'no response to INVITE in 32 s',
            });
          },
          failed: (error) => {
            this.#close(call, { by: 'network', how: 'unreachable', reason: error.message });
          },
        },
      );
    } catch (error) {
      const reason = (error as Error).message;
      if (call.pending !== undefined)
        this.#close(call, { by: 'network', how: 'unreachable', reason });
      else this.#calls.delete(id);
      this.#media.over(id);
      this.#peer.ground.media.forget(id);
      throw error;
    }
  }

  get #acknowledges(): boolean {
    return this.#peer.ground.options.automatic?.ack !== false;
  }

  /** A new INVITE outside of any dialog. */
  invited(message: SipMessage, transaction: ServerTransaction): void {
    const call = newCall(message.call_id, false);
    call.server = transaction;
    call.invites.set(message.cseq, transaction);
    this.#add(call);
    this.#peer.emit({
      type: 'call_incoming',
      call: call.id,
      peer: senderOf(message),
      headers: message.headers,
    });
    this.offers.message(message);
    this.answers.follow(call);
  }

  /** A 2xx to the INVITE of a call was sent. */
  accepted(call: PeerCall, tag: string): void {
    const invite = call.server?.request.message;
    if (invite === undefined) return;
    const dialog = this.dialogOf(call, tag);
    if (dialog !== undefined) call.dialog = dialog;
    if (call.answered) return;
    call.answered = true;
    this.#peer.emit({ type: 'call_accepted', call: call.id });
  }

  /** A final response of 300 or more to the INVITE of a call was sent; after a 200 it has no meaning (17.1.1.2). */
  refused(call: PeerCall, response: SipMessage): void {
    if (call.answered) return;
    const cancelled = call.cancel !== undefined;
    const ended = endedByResponse(response, cancelled ? 'remote' : 'local', cancelled, call.cancel);
    this.#close(call, ended, call.cancel ?? response);
  }

  /** The dialog of an incoming call that the tag stands for. */
  dialogOf(call: PeerCall, tag: string): Dialog | undefined {
    const invite = call.server?.request.message;
    if (invite === undefined) return call.dialog;
    const known = call.dialogs.get(tag);
    if (known !== undefined) return known;
    const dialog = Dialog.ofCallee(invite, tag);
    call.dialogs.set(tag, dialog);
    return dialog;
  }

  /** An ACK has come. */
  acknowledged(message: SipMessage): void {
    const call = this.#calls.get(message.call_id);
    if (call === undefined || call.closed) return;
    call.invites.get(message.cseq)?.acknowledged();
    if (call.outgoing || !call.answered || call.established) return;
    call.established = true;
    this.#peer.emit({ type: 'call_established', call: call.id });
  }

  /** No ACK came for the final response to an INVITE: the call is over (RFC 3261, 13.3.1.4). */
  unacknowledged(transaction: ServerTransaction): void {
    const call = this.#calls.get(transaction.request.message.call_id);
    if (call === undefined || call.closed || !call.answered || call.established) return;
    this.#peer.emit({
      type: 'warning',
      text: 'no ACK came for the 200 in 32 s: the call is ended',
    });
    this.#peer.inBackground('BYE', this.bye(call, {}));
  }

  /** A response that belongs to no transaction: a 2xx that came again. */
  stray(message: SipMessage): void {
    const call = this.#calls.get(message.call_id);
    if (call?.outgoing !== true || message.method !== 'INVITE') return;
    if ((message.code ?? 0) >= 200 && (message.code ?? 0) < 300) this.#accepted(call, message);
  }

  /** Sends BYE, in the dialog of the call. */
  bye(call: PeerCall, wish: Omit<RequestWish, 'method'>): Promise<Pending> {
    const over = (message?: SipMessage): void => {
      this.#close(call, { by: 'local', how: 'bye' }, message);
    };
    return this.#peer.requests.send(
      { ...wish, method: 'BYE', dialog: call.dialog },
      {
        response: (message, { sent }) => {
          if ((message.code ?? 0) >= 200) over(sent.message);
        },
        timedOut: () => {
          over();
        },
      },
    );
  }

  /** Sends an INVITE or UPDATE inside the call; a 2xx to an INVITE is acknowledged. */
  modify(
    call: PeerCall,
    wish: Omit<RequestWish, 'method'> & { readonly method: 'INVITE' | 'UPDATE' },
    sdp?: SdpChoice,
  ): Promise<Pending> {
    const { dialog } = call;
    return this.#peer.requests.send(
      {
        ...wish,
        contact: wish.contact ?? contactOf(call, this.#peer.ground.account.contact),
        dialog,
        acknowledges: this.#acknowledges,
      },
      {
        response: (message) => {
          const { code = 0 } = message;
          this.#peer.waiters.wake();
          if (code < 200 || code >= 300 || dialog === undefined) return;
          dialog.refresh(message);
          if (wish.method !== 'INVITE' || !this.#acknowledges) return;
          const isOffer = (wish.body ?? '') === '' && hasSdp(message);
          const body = isOffer
            ? this.#peer.ground.media
                .descriptionOf(call.id)
                .answer(message.body, sdp === false ? undefined : sdp)
            : '';
          this.#peer.inBackground('ACK', this.acknowledge(call, message, dialog, { body }));
        },
      },
    );
  }

  /** Sends CANCEL for the INVITE of an outgoing call: the same branch and number (9.1). */
  async cancel(call: PeerCall, wish: Omit<RequestWish, 'method'>): Promise<Pending | undefined> {
    if (call.pending === undefined) return undefined;
    const pending = await this.#peer.requests.send(cancelWish(call.pending, wish), {});
    call.cancel = pending.sent.message;
    return pending;
  }

  /** The other side has ended the call, or cancelled its INVITE. */
  ended(call: PeerCall, message: SipMessage): void {
    const isTransferred = this.#transfers.succeeded(call.id);
    const ended: Ended = { by: 'remote', how: 'bye', ...causeOf(message) };
    this.#close(call, isTransferred ? TRANSFERRED : ended, message);
  }

  /** Nothing of a call goes on any more. */
  end(): void {
    this.#transfers.end();
    for (const call of this.open) stopTimers(call);
  }

  #add(call: PeerCall): void {
    this.#calls.set(call.id, call);
    const closed = [...this.#calls.values()].filter((one) => one.closed);
    for (const old of closed.slice(0, Math.max(0, closed.length - CLOSED_KEPT))) {
      this.#calls.delete(old.id);
    }
  }

  #response(call: PeerCall, message: SipMessage, pending: Pending, timer?: SessionTimer): void {
    const { code = 0, reason = '' } = message;
    this.#peer.waiters.wake();
    if (code <= 100) return;
    if (code >= 300) {
      if (call.answered || call.closed) return;
      const cancelled = code === 487 && call.cancel !== undefined;
      const by = cancelled ? 'local' : 'remote';
      this.#close(call, endedByResponse(message, by, cancelled, call.cancel), message);
      return;
    }
    if (hasTag(headerOf(message.headers, 'to') ?? '')) this.#learn(call, message);
    if (code >= 200) {
      this.#accepted(call, message);
      if (timer !== undefined)
        refreshSession(this.#peer, call, message, timer, (one, wish) => this.modify(one, wish));
      return;
    }
    if (call.answered || call.closed) return;
    const early = hasSdp(message) ? { early_media: true } : {};
    this.#peer.emit({ type: 'call_ringing', call: call.id, code, reason, ...early });
    acknowledgeReliably(this.#peer, call, message, pending);
  }

  /** A response with a tag makes a dialog, or confirms the one it has made (12.1). */
  #learn(call: PeerCall, message: SipMessage): void {
    const dialog = Dialog.ofCaller(message);
    const known = call.dialogs.get(dialog.remoteTag);
    known?.refresh(message);
    const kept = known ?? dialog;
    call.dialogs.set(dialog.remoteTag, kept);
    if (!call.answered) call.dialog = kept;
  }

  #accepted(call: PeerCall, message: SipMessage): void {
    const dialog = call.dialogs.get(Dialog.ofCaller(message).remoteTag);
    const isFirst = !call.answered;
    if (isFirst && dialog !== undefined) call.dialog = dialog;
    call.answered = true;
    if (dialog === undefined || call.ack === 'drop' || !this.#acknowledges) return;
    if (typeof call.ack === 'number' && isFirst) {
      this.#later(call, call.ack, () => this.acknowledge(call, message, dialog));
      return;
    }
    // A repetition that comes during the delay waits like the first one.
    if (typeof call.ack === 'number' && !call.acks.has(message.cseq)) return;
    this.#peer.inBackground('ACK', this.acknowledge(call, message, dialog));
    if (isFirst || dialog === call.dialog || call.closed) return;
    // Another branch of a fork has answered as well: it is acknowledged and ended (13.2.2.4).
    this.#peer.inBackground('BYE', this.#peer.requests.send({ method: 'BYE', dialog }, {}));
  }

  /** Sends the ACK of a 2xx; the same again when the 2xx comes again. */
  async acknowledge(
    call: PeerCall,
    response: SipMessage,
    dialog: Dialog,
    wish: Omit<RequestWish, 'method'> = {},
    sdp: SdpChoice = call.sdp,
  ): Promise<void> {
    const known = call.acks.get(response.cseq);
    const isAnswer = call.isOfferLate && hasSdp(response) && wish.body === undefined;
    const body =
      wish.body ??
      known?.body ??
      (isAnswer ? this.#peer.ground.media.descriptionOf(call.id).answer(response.body, sdp) : '');
    const contentType = wish.contentType ?? known?.contentType ?? 'application/sdp';
    call.acks.set(response.cseq, { body, contentType });
    await this.#peer.requests.send(
      { ...wish, method: 'ACK', dialog, cseq: response.cseq, body, contentType },
      {},
    );
    if (call.established || call.closed) return;
    call.established = true;
    this.#peer.emit({ type: 'call_established', call: call.id });
  }

  #later(call: PeerCall, ms: number, act: () => Promise<void>): void {
    const cancel = this.#peer.clock.after(ms, () => {
      call.planned.delete(cancel);
      if (!call.closed) this.#peer.inBackground('ACK', act());
    });
    call.planned.add(cancel);
  }

  #close(call: PeerCall, ended: Ended, message?: SipMessage): void {
    if (call.closed) return;
    call.closed = true;
    stopTimers(call);
    this.#media.over(call.id);
    this.offers.forget(call.id);
    this.#peer.ground.media.forget(call.id);
    this.#peer.emit({
      type: 'call_closed',
      call: call.id,
      ended,
      ...(message === undefined ? {} : { message }),
    });
  }
}
