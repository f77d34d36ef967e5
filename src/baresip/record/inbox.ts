/**
 * Emits an event for each digit, MESSAGE and mailbox notification that an agent receives. baresip shows a digit
 * in an INFO twice, in the SIP trace and as a ctrl_tcp event: the agent emits it once.
 */
import type { AgentEvent } from '../../model/agent-event.js';
import { infoDigit, isInfoDtmf } from '../../model/dtmf.js';
import { parseMessageSummary } from '../../sip/event-packages/message-summary.js';
import type { CtrlEvent } from '../wire/events.js';
import { senderOf } from '../../sip/peer.js';
import { headerOf, type SipMessage } from '../../sip/sip-message.js';

/** The event of an INFO follows its message, late on a busy machine; after this time it never comes. */
const SAME_DIGIT_MS = 10_000;

/** How baresip finds the digit in the body of an INFO (call.c, every version; it allows a blank from 3.0 on). */
const TAKEN_FOR_DIGIT = /Signal= *([0-9*#a-d])/i;
/** The request belongs to another dialog. */
const NO_SUCH_CALL = 481;

interface InfoDigit {
  call: string;
  /** The digit as the ctrl_tcp event names it. */
  told: string;
  at: number;
}

export class Inbox {
  readonly #emit: (event: AgentEvent) => void;
  /** Digits already emitted from the trace, whose events are still to come. */
  #fromInfo: InfoDigit[] = [];
  #ended = false;

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  /**
   * A received request and the final code the agent answered: a request it refused counts as not received. A
   * retransmission is nothing new, but baresip makes another event of its digit.
   */
  answered(request: SipMessage, code: number, again: boolean): void {
    const { method, headers, body } = request;
    const type = headerOf(headers, 'content-type') ?? '';
    if (method === 'INFO') {
      this.#info(request, type, code, again);
    } else if (again || code >= 300) {
      return;
    } else if (method === 'MESSAGE') {
      const from = senderOf(request);
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
        return true; // the trace shows these, in more detail
      default:
        return false;
    }
  }

  /** Emits an RFC 4733 digit that has no event, after the event of the digit before it, read in the same turn. */
  overlooked(call: string, digit: string): void {
    setImmediate(() => {
      this.#later(() => {
        this.#emit({ type: 'dtmf_received', call, digit, via: 'rtp' });
      });
    });
  }

  end(): void {
    this.#ended = true;
  }

  #info({ call_id, body }: SipMessage, type: string, code: number, again: boolean): void {
    const digit = infoDigit(type, body);
    // baresip reads a single character: a hook flash ("16"), which is not a digit, becomes a 1.
    const told = TAKEN_FOR_DIGIT.exec(body)?.[1]?.toUpperCase();
    if (code < 300 && isInfoDtmf(type) && told !== undefined) {
      this.#fromInfo.push({ call: call_id, told, at: performance.now() });
    }
    if (again) return;
    // Before 3.0 baresip refuses a blank before the digit; the digit was received all the same.
    const isRefusedBlank = code === 400 && /Signal=[ \t]/i.test(body);
    if (digit !== undefined && (code < 300 || isRefusedBlank)) {
      this.#emit({ type: 'dtmf_received', call: call_id, digit, via: 'info' });
    }
    if (code >= 300 && code !== NO_SUCH_CALL) this.#emit(refusedInfo(type, body, code, digit));
  }

  /**
   * baresip writes the trace of an INFO before its event, but the event may be read first. After two turns of
   * the loop everything written before has been read as well.
   */
  #digitEvent({ call, param }: CtrlEvent): void {
    const at = performance.now();
    this.#later(() => {
      if (this.#isFromInfo(call, param, at)) return;
      this.#emit({ type: 'dtmf_received', call, digit: param, via: 'rtp' });
    });
  }

  #later(action: () => void): void {
    setImmediate(() =>
      setImmediate(() => {
        if (!this.#ended) action();
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

function refusedInfo(
  type: string,
  body: string,
  code: number,
  digit: string | undefined,
): AgentEvent {
  const what = type === '' ? 'without Content-Type' : `with ${type}`;
  const why = !isInfoDtmf(type)
    ? 'it accepts only DTMF digits in INFO (application/dtmf-relay)'
    : digit === undefined
      ? 'its body holds no digit'
      : /Signal=[ \t]/i.test(body)
        ? 'it accepts no blank before the digit (from 3.0 on it does); the digit is reported all the same'
        : 'it takes digits only as application/dtmf-relay, with Signal= and Duration=';
  return { type: 'warning', text: `baresip refused an INFO ${what}: ${code}: ${why}` };
}
