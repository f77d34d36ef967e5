/**
 * The calls of one agent: joins what the SIP trace shows with what ctrl_tcp tells, by Call-ID, into one
 * monotone sequence of events for each call. Whichever source tells first counts; an end or an arrival
 * that only ctrl_tcp told waits a moment for the message with its headers and codes.
 */
import type { AgentEvent, Ended, Peer, SipMessage } from '../model/agent-event.js';
import { causeOf, endedByResponse, endedByText } from './ended.js';
import type { CtrlEvent } from './events.js';
import { hasTag, nameAddr, peerOf } from './peer.js';
import { headerOf } from './sip-message.js';

/** How long an event waits for its message: pipe and socket are read within a millisecond of each other. */
const JOIN_MS = 75;
/** After these a caller may try again by itself: only baresip knows whether it gave up. */
const MAYBE_RETRIED = (code: number): boolean =>
  code < 400 || code === 401 || code === 407 || code === 422 || code === 503;
/** Closed calls are forgotten after so many later ones: long enough for retransmissions. */
const REMEMBERED = 32;

interface Call {
  readonly id: string;
  readonly outgoing: boolean;
  peer: Peer;
  invite: SipMessage | undefined;
  /** CSeq numbers of the initial INVITE and its repetitions with credentials. */
  readonly cseqs: Set<number>;
  /** Announced to the log. */
  known: boolean;
  answered: boolean;
  established: boolean;
  closed: boolean;
  /** Any response to our INVITE came, 100 included: from then on it can be cancelled. */
  responded: boolean;
  provisional: string;
  cancelled: boolean;
  byeSent: boolean;
  /** The script asked for the end. */
  hangingUp: boolean;
  final: SipMessage | undefined;
  closeText: string | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class CallLog {
  readonly #emit: (event: AgentEvent) => void;
  readonly #calls = new Map<string, Call>();
  /** What the script dialled, until its INVITE is seen. */
  #dialling: Peer | undefined;

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  expectDial(peer: Peer | undefined): void {
    this.#dialling = peer;
  }

  expectHangup(id: string): void {
    const call = this.#calls.get(id);
    if (call !== undefined) call.hangingUp = true;
  }

  /** Whether a dialled call got any response yet. */
  responded(id: string): boolean {
    return this.#calls.get(id)?.responded ?? true;
  }

  message(message: SipMessage): void {
    const known = this.#calls.get(message.call_id);
    const call = known ?? this.#callOf(message);
    if (call === undefined) return;
    if (message.code === undefined) this.#request(call, message);
    else if (message.method === 'INVITE' && call.cseqs.has(message.cseq))
      this.#response(call, message, message.code);
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
      case 'CALL_OUTGOING':
      case 'CALL_RINGING':
      case 'CALL_PROGRESS':
      case 'CALL_ANSWERED':
      case 'CALL_LOCAL_SDP':
      case 'CALL_REMOTE_SDP':
        return true; // the trace tells these, with more in them
      default:
        return false;
    }
  }

  /** The agent ended: nothing more will come. */
  end(): void {
    for (const call of this.#calls.values()) clearTimeout(call.timer);
    this.#calls.clear();
  }

  #callOf(message: SipMessage): Call | undefined {
    if (message.method !== 'INVITE' || message.code !== undefined || message.call_id === '')
      return undefined;
    if (hasTag(headerOf(message.headers, 'to') ?? '')) return undefined;
    const outgoing = message.direction === 'sent';
    const peer = outgoing ? (this.#dialling ?? peerOf(message.uri ?? '', '')) : callerOf(message);
    return this.#add(message.call_id, outgoing, peer);
  }

  #add(id: string, outgoing: boolean, peer: Peer): Call {
    const call: Call = {
      id,
      outgoing,
      peer,
      invite: undefined,
      cseqs: new Set(),
      known: false,
      answered: false,
      established: false,
      closed: false,
      responded: false,
      provisional: '',
      cancelled: false,
      byeSent: false,
      hangingUp: false,
      final: undefined,
      closeText: undefined,
      timer: undefined,
    };
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
        if (call.answered && sent === call.outgoing && call.cseqs.has(message.cseq))
          this.#established(call);
        return;
      case 'CANCEL':
        if (sent === call.outgoing) call.cancelled = true;
        this.#decide(call);
        return;
      case 'BYE':
        if (!sent) {
          this.#close(call, { by: 'remote', how: 'bye', ...causeOf(message) });
          return;
        }
        call.byeSent = true;
        this.#decide(call);
        return;
      default:
    }
  }

  #invite(call: Call, message: SipMessage): void {
    if (call.invite === undefined) {
      call.invite = message;
      // The header says it better than an event that was first.
      if (!call.outgoing) call.peer = callerOf(message);
    }
    if (!call.cseqs.has(message.cseq)) {
      // Again, with credentials or to another address: the refusal before was not the end.
      call.final = undefined;
      call.responded = false;
      call.cseqs.add(message.cseq);
    }
    if (call.outgoing) this.#dialled(call);
    else if (call.timer !== undefined && !call.known) this.#incoming(call); // its event came first
  }

  #response(call: Call, message: SipMessage, code: number): void {
    if ((message.direction === 'received') !== call.outgoing) return;
    call.responded = true;
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
    this.#dialling = undefined;
    this.#emit({ type: 'call_dialed', call: call.id, peer: call.peer });
  }

  #incoming(call: Call): void {
    if (call.known || call.closed) return;
    clearTimeout(call.timer);
    call.timer = undefined;
    call.known = true;
    const headers = call.invite?.headers ?? [];
    this.#emit({ type: 'call_incoming', call: call.id, peer: call.peer, headers });
  }

  #ringing(call: Call, message: SipMessage, code: number): void {
    const reason = message.reason ?? '';
    const shown = `${code} ${reason}`;
    if (call.closed || call.answered || shown === call.provisional) return;
    call.provisional = shown;
    this.#emit({ type: 'call_ringing', call: call.id, code, reason });
  }

  #answered(call: Call): void {
    if (call.answered || call.closed) return;
    call.answered = true;
    if (!call.outgoing) this.#emit({ type: 'call_accepted', call: call.id });
  }

  #established(call: Call): void {
    if (call.established || call.closed || !call.known) return;
    this.#answered(call);
    if (call.closeText === undefined) clearTimeout(call.timer);
    call.established = true;
    this.#emit({ type: 'call_established', call: call.id });
  }

  /** The trace may be a moment behind: an answer told now would hide the ringing it is about to show. */
  #establishedEvent(event: CtrlEvent): void {
    const call = this.#calls.get(event.call);
    if (call === undefined || call.established || call.closeText !== undefined) return;
    if (call.answered) {
      this.#established(call);
      return;
    }
    clearTimeout(call.timer);
    call.timer = setTimeout(() => {
      this.#established(call);
    }, JOIN_MS);
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
    call.timer = setTimeout(() => {
      this.#incoming(call);
    }, JOIN_MS);
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
    clearTimeout(call.timer);
    call.timer = setTimeout(() => {
      this.#closeByText(call);
    }, JOIN_MS);
    this.#decide(call);
  }

  /** Closes the call once enough is known to say how. */
  #decide(call: Call): void {
    if (call.closed) return;
    const { final, closeText } = call;
    if (final !== undefined && !call.answered) {
      const code = final.code ?? 0;
      const cancelled = code === 487 && (call.cancelled || !call.outgoing);
      const by = call.outgoing === cancelled ? 'local' : 'remote';
      if (call.outgoing && MAYBE_RETRIED(code) && !call.hangingUp && !mayEndWith(code, closeText)) {
        return;
      }
      this.#close(call, endedByResponse(final, by, cancelled));
    } else if (call.byeSent && (call.hangingUp || closeText !== undefined)) {
      const ended = call.hangingUp
        ? undefined
        : endedByText(closeText ?? '', { outgoing: call.outgoing, answered: true });
      this.#close(
        call,
        ended === undefined || ended.by === 'remote' ? { by: 'local', how: 'bye' } : ended,
      );
    } else if (closeText !== undefined && isFinalText(closeText)) {
      this.#closeByText(call);
    }
  }

  #closeByText(call: Call): void {
    this.#close(
      call,
      endedByText(call.closeText ?? '', { outgoing: call.outgoing, answered: call.answered }),
    );
  }

  #close(call: Call, ended: Ended): void {
    if (call.closed) return;
    clearTimeout(call.timer);
    call.timer = undefined;
    const told = call.known;
    call.closed = true;
    // A call that was refused before anybody was told of it never was one for the script.
    if (told) this.#emit({ type: 'call_closed', call: call.id, ended });
  }
}

function callerOf(invite: SipMessage): Peer {
  return peerOf(...nameAddr(headerOf(invite.headers, 'from') ?? ''));
}

/** Whether the text baresip closed with goes with that response: another code is one the trace is about to show. */
function mayEndWith(code: number, closeText: string | undefined): boolean {
  if (closeText === undefined) return false;
  const told = /^\d{3}(?= )/.exec(closeText)?.[0];
  return told === undefined || Number(told) === code;
}

/** Texts that no SIP message will explain further. */
function isFinalText(text: string): boolean {
  return !/^\d{3} |^Connection reset|^Rejected by/i.test(text);
}
