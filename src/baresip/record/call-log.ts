/**
 * The calls of one agent: joins the SIP trace with the events of ctrl_tcp, by Call-ID, into one monotone
 * sequence of events for each call. The source that is faster counts; an end or an arrival known only from
 * ctrl_tcp waits a moment for its message, which has the headers and codes.
 */
import { afterReading } from '../../after-reading.js';
import type { AgentEvent, Ended } from '../../model/agent-event.js';
import { awaitsResponse, newCall, type Call, type Habits } from './call-record.js';
import { causeOf, endedByResponse, REPLACED, TRANSFERRED } from '../../agents/record/ended.js';
import { endedByText, lostByTransfer, maybeRetried, mayEndWith } from './ended.js';
import type { Dialog } from '../../sip/dialogs.js';
import type { CtrlEvent } from '../wire/events.js';
import { OfferAnswer, hasSdp } from '../../agents/record/offer-answer.js';
import { hasTag, peerOf, senderOf, type Peer } from '../../sip/peer.js';
import { isRedirection, Redirections } from './redirections.js';
import { headerOf, type SipMessage } from '../../sip/sip-message.js';
import { TransferLog } from '../../agents/record/transfer-log.js';

/** How long an event waits for its message: pipe and socket are read within a millisecond of each other. */
const JOIN_MS = 75;
/** A CANCEL is answered at once by every SIP server (RFC 3261, 9.2): this allows for the longest way there. */
const CANCELLED_MS = 1000;
/** Events that the trace shows as well, and in more detail. */
const TOLD_BY_TRACE: ReadonlySet<string> = new Set([
  ...['TRANSFER', 'CALL_OUTGOING', 'CALL_REDIRECT', 'CALL_RINGING', 'CALL_PROGRESS'],
  ...['CALL_ANSWERED', 'CALL_LOCAL_SDP', 'CALL_REMOTE_SDP'],
]);
/** Number of closed calls remembered: enough to recognize retransmissions. */
const REMEMBERED = 32;

export class CallLog {
  readonly #emit: (event: AgentEvent) => void;
  readonly #calls = new Map<string, Call>();
  readonly media: OfferAnswer;
  readonly redirections: Redirections;
  readonly #habits: Habits;
  readonly #transfers: TransferLog;
  /** The peer that the script dialled, until the INVITE is seen. */
  #dialling: Peer | undefined;

  constructor(emit: (event: AgentEvent) => void, habits: Habits) {
    this.#emit = emit;
    this.media = new OfferAnswer({ emit, resumedByItself: habits.resumedByItself });
    this.#habits = habits;
    this.#transfers = new TransferLog(emit);
    this.redirections = new Redirections(emit);
  }

  expectDial(peer: Peer | undefined): void {
    this.#dialling = peer;
  }

  expectHangup(id: string): void {
    const call = this.#calls.get(id);
    if (call !== undefined) call.hangingUp = true;
  }

  /** Notes that another call takes the place of this call. @returns false if that was noted before, or the call is gone */
  expectReplaced(id: string): boolean {
    const call = this.#calls.get(id);
    if (call === undefined || call.replaced) return false;
    call.replaced = true;
    return true;
  }

  /** Whether the script has asked for the end of the call. */
  leaving(id: string): boolean {
    return this.#calls.get(id)?.hangingUp ?? false;
  }

  /** Whether a dialled call got any response yet. */
  responded(id: string): boolean {
    return this.#calls.get(this.redirections.currentId(id))?.responded ?? true;
  }

  /** Ends a call with its 3xx, because no new INVITE could be sent. */
  redirectFailed(id: string): void {
    const call = this.redirections.waiting;
    if (call?.id !== id || call.final === undefined) return;
    this.redirections.giveUp();
    this.#close(call, endedByResponse(call.final, 'remote', false), call.final);
  }

  /** The dialog of that call; undefined for a forgotten call. */
  dialogOf(id: string): Dialog | undefined {
    return this.#calls.get(id)?.dialog;
  }

  /** Returns false for a message that belongs to no call, or to another dialog with the Call-ID of a call. */
  message(message: SipMessage): boolean {
    const call = this.#calls.get(message.call_id) ?? this.#callOf(message);
    if (call?.dialog.takes(message) !== true) return false;
    this.#transfers.message(message);
    if (message.code === undefined) this.#request(call, message);
    // A late response to an earlier INVITE says nothing: that INVITE was repeated.
    else if (message.method === 'INVITE' && message.cseq === call.cseq)
      this.#response(call, message, message.code);
    if (!call.closed) this.media.message(message);
    return true;
  }

  /** Returns false for events that are not about the life of a call. */
  event(event: CtrlEvent): boolean {
    switch (event.name) {
      case 'CALL_INCOMING':
        this.#incomingEvent(event);
        return true;
      case 'CALL_ESTABLISHED':
        this.#establishedEvent(event);
        return true;
      case 'CALL_CLOSED':
        this.#closedEvent(event);
        return true;
      case 'CALL_MENC':
        this.media.encrypted(event);
        return true;
      case 'TRANSFER_FAILED':
        this.#transfers.failed(event.call, event.param);
        return true;
      default:
        return TOLD_BY_TRACE.has(event.name);
    }
  }

  /** The agent ended: nothing more will come. */
  end(): void {
    for (const call of this.#calls.values()) call.timer?.cancel();
    this.#calls.clear();
    this.#transfers.end();
  }

  #callOf(message: SipMessage): Call | undefined {
    if (message.method !== 'INVITE' || message.code !== undefined || message.call_id === '')
      return undefined;
    if (hasTag(headerOf(message.headers, 'to') ?? '')) return undefined;
    const outgoing = message.direction === 'sent';
    const dialled = this.#dialling ?? this.redirections.peer;
    const peer = outgoing ? (dialled ?? peerOf(message.uri ?? '', '')) : senderOf(message);
    return this.#add(message.call_id, outgoing, peer);
  }

  #add(id: string, outgoing: boolean, peer: Peer): Call {
    const call = newCall(id, outgoing, peer);
    this.#calls.set(id, call);
    for (const old of this.#calls.values()) {
      if (this.#calls.size <= REMEMBERED) break;
      if (old.closed) this.#calls.delete(old.id);
    }
    return call;
  }

  #request(call: Call, message: SipMessage): void {
    const sent = message.direction === 'sent';
    switch (message.method) {
      case 'INVITE':
        if (sent === call.outgoing && !hasTag(headerOf(message.headers, 'to') ?? '')) {
          this.#invite(call, message);
        }
        return;
      case 'ACK':
        if (call.answered && sent === call.outgoing && message.cseq === call.cseq)
          this.#established(call);
        return;
      case 'CANCEL':
        if (sent === call.outgoing && message.cseq === call.cseq) call.cancel ??= message;
        this.#decide(call);
        return;
      case 'BYE':
        if (!sent) {
          const transferred = this.#transfers.succeeded(call.id);
          const ended: Ended = { by: 'remote', how: 'bye', ...causeOf(message) };
          this.#close(call, transferred ? TRANSFERRED : ended, message);
          return;
        }
        call.bye = message;
        this.#decide(call);
        this.#lostByTransfer(call);
        return;
      case 'NOTIFY':
        this.#decide(call);
        return;
      default:
    }
  }

  #invite(call: Call, message: SipMessage): void {
    if (call.invite === undefined) {
      call.invite = message;
      // The header names the peer better than an event that was first.
      if (!call.outgoing) call.peer = senderOf(message);
    }
    if (message.cseq > call.cseq) {
      // A repetition with credentials or to another address: the refusal before was not the end.
      if (isRedirection(call.final?.code)) this.redirections.followed(call.id, message.uri ?? '');
      call.final = undefined;
      call.responded = false;
      call.cseq = message.cseq;
    }
    if (call.outgoing) this.#dialled(call);
    else if (call.timer !== undefined && !call.known) this.#incoming(call); // its event came first
  }

  #response(call: Call, message: SipMessage, code: number): void {
    if ((message.direction === 'received') !== call.outgoing) return;
    // The INVITE that follows a 3xx or a challenge can be cancelled only once it is answered itself.
    call.responded = code < 300 || !maybeRetried(code);
    if (code <= 100) return;
    if (!call.outgoing && code < 300) this.#incoming(call);
    if (code < 200) {
      if (call.outgoing) this.#ringing(call, message, code);
    } else if (code < 300) {
      this.#answered(call);
    } else {
      call.final = message;
      this.#decide(call);
    }
  }

  #dialled(call: Call): void {
    if (call.known) return;
    call.known = true;
    const before = this.redirections.waiting;
    call.scripted = this.#dialling !== undefined || before !== undefined;
    const referred = !call.scripted;
    this.#dialling = undefined;
    if (before !== undefined) this.media.forget(before.id);
    if (this.redirections.takesPlace(call)) return;
    this.#emit({
      type: 'call_dialed',
      call: call.id,
      peer: call.peer,
      ...(referred ? { referred } : {}),
    });
  }

  #incoming(call: Call): void {
    if (call.known || call.closed) return;
    call.timer?.cancel();
    call.timer = undefined;
    call.known = true;
    const headers = call.invite?.headers ?? [];
    this.#emit({ type: 'call_incoming', call: call.id, peer: call.peer, headers });
  }

  #ringing(call: Call, message: SipMessage, code: number): void {
    const reason = message.reason ?? '';
    const early = hasSdp(message) ? { early_media: true } : {};
    const shown = `${code} ${reason}${hasSdp(message) ? ' SDP' : ''}`;
    if (call.closed || call.answered || shown === call.provisional) return;
    call.provisional = shown;
    this.#emit({ type: 'call_ringing', call: call.id, code, reason, ...early });
  }

  #answered(call: Call): void {
    if (call.answered || call.closed) return;
    call.answered = true;
    if (!call.outgoing) this.#emit({ type: 'call_accepted', call: call.id });
  }

  #established(call: Call): void {
    if (call.established || call.closed || !call.known) return;
    this.#answered(call);
    if (call.closeText === undefined) call.timer?.cancel();
    call.established = true;
    this.#emit({ type: 'call_established', call: call.id });
  }

  /** Takes CALL_ESTABLISHED. The trace may lag: an answer emitted now would hide the ringing that the trace is about to show. */
  #establishedEvent(event: CtrlEvent): void {
    const call = this.#calls.get(event.call);
    if (call === undefined || call.established || call.closeText !== undefined) return;
    if (call.answered) {
      this.#established(call);
      return;
    }
    call.timer?.cancel();
    call.timer = afterReading(JOIN_MS, () => {
      this.#established(call);
    });
  }

  #incomingEvent(event: CtrlEvent): void {
    const call =
      this.#calls.get(event.call) ??
      this.#add(event.call, false, peerOf(event.peerUri, event.peerName));
    if (call.known || call.closed) return;
    if (call.invite !== undefined) {
      this.#incoming(call);
      return;
    }
    call.timer = afterReading(JOIN_MS, () => {
      this.#incoming(call);
    });
  }

  #closedEvent(event: CtrlEvent): void {
    let call = this.#calls.get(event.call);
    if (call === undefined) {
      // No INVITE ever left: the transport failed first.
      if (!event.outgoing || event.call === '' || this.#dialling === undefined) return;
      call = this.#add(event.call, true, this.#dialling);
      this.#dialled(call);
    }
    this.#closedBy(call, event.param);
  }

  #closedBy(call: Call, text: string): void {
    if (call.closed) return;
    call.closeText = text;
    call.timer?.cancel();
    // The answer to a CANCEL comes from afar; everything else is already on its way through our own pipe.
    const cancelling = call.hangingUp && call.outgoing && call.responded && !call.answered;
    call.timer = afterReading(cancelling ? CANCELLED_MS : JOIN_MS, () => {
      this.#closeByText(call);
    });
    this.#decide(call);
  }

  /** Closes the call once enough is known about how it ended. */
  #decide(call: Call): void {
    if (call.closed) return;
    const { final, closeText } = call;
    if (final !== undefined && !call.answered) {
      const code = final.code ?? 0;
      const cancelled = code === 487 && (call.cancel !== undefined || !call.outgoing);
      const by = call.outgoing === cancelled ? 'local' : 'remote';
      if (call.outgoing && maybeRetried(code) && !call.hangingUp && !mayEndWith(code, closeText)) {
        return;
      }
      if (call === this.redirections.waiting || this.#goesOn(call, final)) return;
      const cancel = cancelled ? call.cancel : undefined;
      // The final message is the remote party's own: after its CANCEL it is the CANCEL, not the agent's 487.
      const said = call.outgoing ? final : (cancel ?? final);
      this.#close(call, endedByResponse(final, by, cancelled, cancel), said);
    } else if (call.answered && /^481 /.test(closeText ?? '')) {
      // The 481 answers a request inside the call: the other side's BYE has crossed it (RFC 3261, 12.2.1.2).
      this.#close(call, { by: 'remote', how: 'bye' });
    } else if (call.bye !== undefined && (call.hangingUp || closeText !== undefined)) {
      const ended = call.hangingUp
        ? undefined
        : endedByText(closeText ?? '', { outgoing: call.outgoing, answered: true });
      const byItself = ended !== undefined && ended.by !== 'remote';
      const how: Ended = call.replaced ? REPLACED : { by: 'local', how: 'bye' };
      this.#close(call, byItself ? ended : how, call.bye);
    } else if (closeText !== undefined && this.#isFinalText(call, closeText)) {
      this.#closeByText(call);
    }
  }

  #goesOn(call: Call, final: SipMessage): boolean {
    if (!isRedirection(final.code) || !call.scripted || call.hangingUp) return false;
    return this.#habits.redirected(call, final);
  }

  /** Closes the call after a failed transfer, for versions that then send BYE without reporting the end of the call. */
  #lostByTransfer(call: Call): void {
    const transfer = this.#transfers.of(call.id);
    if (!this.#habits.failedTransferEndsCall || call.closed || call.hangingUp) return;
    if (transfer === undefined || this.#transfers.succeeded(call.id)) return;
    const { final, reason } = transfer;
    if (reason === undefined) {
      // The reason of a failed transfer follows a moment later, unless the call ends for another cause.
      call.timer ??= afterReading(JOIN_MS * 2, () => {
        this.#lostByTransfer(call);
      });
      return;
    }
    this.#close(call, lostByTransfer(final, reason), call.bye);
  }

  /** Texts that no SIP message will explain further. */
  #isFinalText(call: Call, text: string): boolean {
    if (awaitsResponse(call)) return false;
    if (/transfer/i.test(text)) return this.#transfers.succeeded(call.id);
    return !/^\d{3} |^Connection reset|^Rejected by/i.test(text);
  }

  #closeByText(call: Call): void {
    const { outgoing, answered, invite, cancel, bye, final } = call;
    const sent = !outgoing || invite !== undefined;
    const ended = endedByText(call.closeText ?? '', { outgoing, answered, sent });
    // The other side's reason for its CANCEL counts where the agent's 487 was not seen.
    const cause = ended.how === 'cancel' && !outgoing ? causeOf(cancel) : {};
    this.#close(call, { ...ended, ...cause }, bye ?? (outgoing ? final : (cancel ?? final)));
  }

  /** `message`: the message that ended the call, if there was one. */
  #close(call: Call, ended: Ended, message?: SipMessage): void {
    if (call.closed) return;
    call.timer?.cancel();
    call.timer = undefined;
    const told = call.known;
    call.closed = true;
    this.media.forget(call.id);
    const { id, invite, outgoing, final } = call;
    if (told) this.#emit({ type: 'call_closed', call: id, ended, ...(message && { message }) });
    // The script never learnt of this call, so only a warning reports it.
    else if (!outgoing && invite && final) this.#habits.refusedInvite(invite, final);
  }
}
