/**
 * The requests of one agent apart from registration and the life of a call: the fate of those it sends
 * (MESSAGE, OPTIONS, INFO), and those it received and answered. All from the SIP trace, because ctrl_tcp does
 * not report them on every version.
 */
import { afterReading, type SilenceTimer } from '../../after-reading.js';
import type { SipMessage } from '../../sip/sip-message.js';

export interface SentRequest {
  readonly method: string;
  /** When the request left, and when its final response came (performance.now()). */
  sentAt?: number;
  answeredAt?: number;
  /** The final response; after a challenge, the response to the repetition with credentials. */
  answer?: { code: number; reason: string };
  /** Why there will be no response, in baresip's words. */
  failure?: string;
}

interface Tracked {
  readonly request: SentRequest;
  callId: string | undefined;
  cseq: number;
  /** Requests of the call up to this CSeq are older than the awaited request. */
  readonly after: number;
  timer: SilenceTimer | undefined;
}

/** How long a challenge may stay the last response: the repetition follows within a millisecond. */
const RETRY_MS = 75;
/** baresip gives up after 32 s (RFC 3261, 17.1.2.2: timer F). */
const TIMED_OUT_MS = 30_000;
/** Number of received requests remembered to recognize their retransmissions. */
const REMEMBERED = 256;

/** A received request, and the final code the agent answered. */
type AnsweredRequest = (request: SipMessage, code: number, again: boolean) => void;

export class RequestLog {
  readonly #changed: () => void;
  readonly #answeredReceived: AnsweredRequest;
  readonly #tracked = new Set<Tracked>();
  /** Keyed by Call-ID, CSeq and method. */
  readonly #received = new Map<string, { request: SipMessage; answered: boolean }>();
  readonly #sentIds = new Map<string, number>();

  /**
   * `answered` gets each received request when the agent has answered it; `again`: the request is a
   * retransmission, which baresip takes for a new request.
   */
  constructor(changed: () => void, answered: AnsweredRequest) {
    this.#changed = changed;
    this.#answeredReceived = answered;
  }

  /** Follows the next request of that method, of that call if one is given, until `forget`. */
  expect(method: string, call?: string): SentRequest {
    const request: SentRequest = { method };
    const after = call === undefined ? 0 : (this.#sentIds.get(`${method} ${call}`) ?? 0);
    this.#tracked.add({ request, callId: call, cseq: 0, after, timer: undefined });
    return request;
  }

  forget(request: SentRequest): void {
    for (const tracked of this.#tracked) {
      if (tracked.request !== request) continue;
      tracked.timer?.cancel();
      this.#tracked.delete(tracked);
    }
  }

  message(message: SipMessage): void {
    const sent = message.direction === 'sent';
    if (message.code === undefined) {
      if (sent) this.#sent(message);
      else this.#arrived(message);
    } else if (sent) this.#replied(message, message.code);
    else this.#answered(message, message.code);
  }

  /**
   * baresip reports that a request of that method failed without a response. `certain`: no peer can have
   * written this report. Otherwise it counts only for a request that never left, because no peer knows of
   * that request.
   */
  failed(method: string, text: string, certain = true): void {
    const open = [...this.#tracked].filter(
      ({ request }) =>
        request.method === method &&
        request.answer === undefined &&
        (certain || request.sentAt === undefined),
    );
    // The report names no request: a time-out means the oldest request, any other failure the newest.
    const late = /timed out/i.test(text);
    const found = late ? open.find(({ request }) => isOld(request)) : open.at(-1);
    if (found !== undefined) found.request.failure ??= text.replace(/ \[\d+\]$/, '');
    this.#changed();
  }

  end(): void {
    for (const { timer } of this.#tracked) timer?.cancel();
    this.#tracked.clear();
  }

  #sent(message: SipMessage): void {
    const id = `${message.method} ${message.call_id}`;
    const known = this.#sentIds.get(id);
    for (const tracked of this.#tracked) {
      const { request } = tracked;
      if (request.method !== message.method || message.cseq <= tracked.cseq) continue;
      // Outside a call each request has a Call-ID of its own: a known Call-ID means an old request, sent again.
      const first = tracked.callId === undefined && known === undefined;
      const own = tracked.callId === message.call_id && message.cseq > tracked.after;
      if (!first && !own) continue;
      tracked.timer?.cancel();
      tracked.callId = message.call_id;
      tracked.cseq = message.cseq;
      request.sentAt ??= performance.now();
      delete request.answer;
    }
    this.#sentIds.delete(id);
    this.#sentIds.set(id, Math.max(known ?? 0, message.cseq));
    dropOldest(this.#sentIds);
    this.#changed();
  }

  #answered(message: SipMessage, code: number): void {
    if (code < 200) return;
    for (const tracked of this.#tracked) {
      const { request, callId, cseq } = tracked;
      if (request.method !== message.method || callId !== message.call_id) continue;
      if (cseq !== message.cseq || request.answer !== undefined) continue;
      const answer = () => {
        request.answer = { code, reason: message.reason ?? '' };
        this.#changed();
      };
      request.answeredAt = performance.now();
      tracked.timer?.cancel();
      if (code === 401 || code === 407) tracked.timer = afterReading(RETRY_MS, answer);
      else answer();
    }
  }

  #arrived(message: SipMessage): void {
    const key = keyOf(message);
    if (this.#received.has(key)) return;
    this.#received.set(key, { request: message, answered: false });
    dropOldest(this.#received);
  }

  #replied(message: SipMessage, code: number): void {
    const known = this.#received.get(keyOf(message));
    if (known === undefined || code < 200) return;
    const again = known.answered;
    known.answered = true;
    this.#answeredReceived(known.request, code, again);
  }
}

function isOld({ sentAt }: SentRequest): boolean {
  return sentAt !== undefined && performance.now() - sentAt > TIMED_OUT_MS;
}

function keyOf({ method, call_id, cseq }: SipMessage): string {
  return `${method} ${cseq} ${call_id}`;
}

function dropOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED) return;
    map.delete(key);
  }
}
