/** The fate of the transfers an agent asks for: the answer to its REFER and the NOTIFYs about it (RFC 3515). */
import { afterReading, type SilenceTimer } from '../../after-reading.js';
import type { SipMessage } from '../../sip/sip-message.js';
import type { AgentEvent, Transfer } from '../../model/agent-event.js';
import { headerValues } from '../../sip/headers.js';
import { parseSipfrag } from '../../sip/bodies/sipfrag.js';

/** How long the trace may lag behind ctrl_tcp. */
const JOIN_MS = 75;
/** After these codes baresip tries again by itself, with credentials (RFC 3261, 22). */
const CHALLENGES: readonly number[] = [401, 407];
const REMEMBERED = 32;

interface Referral {
  cseq: number;
  transfer: Transfer;
  /** The last answer to the REFER asked for credentials. */
  challenged: boolean;
}

export class TransferLog {
  readonly #emit: (event: AgentEvent) => void;
  readonly #referrals = new Map<string, Referral>();
  readonly #timers = new Set<SilenceTimer>();

  constructor(emit: (event: AgentEvent) => void) {
    this.#emit = emit;
  }

  of(call: string): Transfer | undefined {
    return this.#referrals.get(call)?.transfer;
  }

  /** Whether the new call was answered: if so, the old call ends because of that. */
  succeeded(call: string): boolean {
    const final = this.of(call)?.final;
    return final !== undefined && final < 300;
  }

  /** Must be called with every message that belongs to a call of the agent. */
  message(message: SipMessage): void {
    const sent = message.direction === 'sent';
    if (message.method === 'REFER') {
      if (message.code === undefined && sent) this.#asked(message);
      else if (message.code !== undefined && !sent) this.#answered(message, message.code);
    } else if (message.method === 'NOTIFY' && message.code === undefined && !sent) {
      this.#notified(message);
    }
  }

  /** Takes ctrl_tcp's report of a failed transfer, which counts only if no SIP message shows the failure. */
  failed(call: string, text: string): void {
    const timer = afterReading(JOIN_MS, () => {
      this.#timers.delete(timer);
      const referral = this.#referrals.get(call);
      if (referral === undefined || referral.transfer.final !== undefined) return;
      const [, code, reason = text] = /^([3-6]\d\d) (.*)$/.exec(text) ?? [];
      this.#tell(call, referral, {
        ...(code === undefined ? {} : { final: Number(code) }),
        reason,
      });
    });
    this.#timers.add(timer);
  }

  end(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
  }

  #asked(message: SipMessage): void {
    const { call_id: call, cseq } = message;
    const known = this.#referrals.get(call);
    if (known !== undefined && (known.cseq === cseq || known.challenged)) {
      known.cseq = cseq;
      known.challenged = false;
      return;
    }
    const referral: Referral = { cseq, transfer: { accepted: false }, challenged: false };
    this.#referrals.delete(call);
    this.#referrals.set(call, referral);
    const [oldest = ''] = this.#referrals.keys();
    if (this.#referrals.size > REMEMBERED) this.#referrals.delete(oldest);
    this.#emit({ type: 'call_transfer', call, transfer: referral.transfer });
  }

  #answered({ call_id: call, cseq, reason = '' }: SipMessage, code: number): void {
    const referral = this.#referrals.get(call);
    if (referral?.cseq !== cseq || code < 200) return;
    referral.challenged = CHALLENGES.includes(code);
    if (code < 300) this.#tell(call, referral, { accepted: true });
    else if (!referral.challenged) this.#tell(call, referral, { final: code, reason });
  }

  #notified({ call_id: call, headers, body }: SipMessage): void {
    const referral = this.#referrals.get(call);
    const event = /^refer\b(?:.*;\s*id\s*=\s*(\d+))?/i.exec(
      headerValues(headers, 'event')[0] ?? '',
    );
    const fragment = parseSipfrag(body);
    if (referral === undefined || event === null || fragment === undefined) return;
    // The NOTIFY may be about an earlier REFER in the same call (RFC 3515, 2.4.6).
    const [, id = referral.cseq] = event;
    if (Number(id) !== referral.cseq) return;
    const { code, reason } = fragment;
    this.#tell(call, referral, code < 200 ? { progress: code } : { final: code, reason });
  }

  #tell(call: string, referral: Referral, news: Partial<Transfer>): void {
    const before = referral.transfer;
    if (before.final !== undefined) return;
    const transfer = { ...before, ...news };
    if (JSON.stringify(transfer) === JSON.stringify(before)) return;
    referral.transfer = transfer;
    this.#emit({ type: 'call_transfer', call, transfer });
  }
}
