/**
 * What others send an agent beside calls, as events: digits, MESSAGEs, the state of its mailbox. Digits in
 * an INFO show in the trace and, on every version, as a ctrl_tcp event like those in RTP: told once.
 */
import type { AgentEvent, SipMessage } from '../model/agent-event.js';
import { infoDigit, infoSignal } from '../model/dtmf.js';
import { parseMessageSummary } from '../model/message-summary.js';
import type { CtrlEvent } from './events.js';
import { nameAddr, peerOf } from './peer.js';
import { headerOf } from './sip-message.js';

/** The event of an INFO follows its message, late where the machine is busy; after this it never came. */
const SAME_DIGIT_MS = 10_000;

interface InfoDigit {
  call: string;
  /** As the event says it. */
  told: string;
  at: number;
}

export class Inbox {
  readonly #emit: (event: AgentEvent) => void;
  /** Told from the trace; their events are still to come. */
  #fromInfo: InfoDigit[] = [];
  #ended = false;

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  /**
   * A received request that was answered with 2xx: what the agent refused it has not received. A retransmission
   * tells nothing new, but baresip makes another event of its digit.
   */
  accepted(request: SipMessage, again: boolean): void {
    const { method, call_id, headers, body } = request;
    const type = headerOf(headers, 'content-type') ?? '';
    if (method === 'INFO') {
      const digit = infoDigit(type, body);
      if (digit === undefined) return;
      // Of an event number ("10") baresip takes the first figure.
      const told = infoSignal(type, body)?.charAt(0).toUpperCase() ?? digit;
      this.#fromInfo.push({ call: call_id, told, at: performance.now() });
      if (!again) this.#emit({ type: 'dtmf_received', call: call_id, digit, via: 'info' });
    } else if (again) {
      return;
    } else if (method === 'MESSAGE') {
      const from = peerOf(...nameAddr(headerOf(headers, 'from') ?? ''));
      this.#emit({ type: 'message_received', from, text: body, content_type: type });
    } else if (method === 'NOTIFY' && isMailbox(headers)) {
      const summary = parseMessageSummary(body);
      if (summary === undefined) return;
      this.#emit({ type: 'mwi', waiting: summary.waiting, new: summary.new, old: summary.old });
    }
  }

  /** Returns false for events that are about something else. */
  event(event: CtrlEvent): boolean {
    switch (event.name) {
      case 'CALL_DTMF_START':
        this.#digitEvent(event);
        return true;
      case 'CALL_DTMF_END':
      case 'MESSAGE':
      case 'MWI_NOTIFY':
        return true; // the trace tells these, with more in them
      default:
        return false;
    }
  }

  end(): void {
    this.#ended = true;
  }

  /**
   * baresip writes the trace of an INFO before its event, but the event may be read first. After two turns
   * of the loop whatever was written before has been read as well.
   */
  #digitEvent({ call, param }: CtrlEvent): void {
    const at = performance.now();
    setImmediate(() =>
      setImmediate(() => {
        if (this.#ended || this.#isFromInfo(call, param, at)) return;
        this.#emit({ type: 'dtmf_received', call, digit: param, via: 'rtp' });
      }),
    );
  }

  #isFromInfo(call: string, digit: string, at: number): boolean {
    this.#fromInfo = this.#fromInfo.filter((one) => at - one.at < SAME_DIGIT_MS);
    const found = this.#fromInfo.findIndex((one) => one.call === call && one.told === digit);
    if (found < 0) return false;
    this.#fromInfo.splice(found, 1);
    return true;
  }
}

function isMailbox(headers: SipMessage['headers']): boolean {
  // "o" is its compact form (RFC 6665, 8.2.1).
  const event = headers.find(([name]) => /^(?:event|o)$/i.test(name))?.[1] ?? '';
  return /^message-summary\b/i.test(event);
}
