/**
 * Early media for a phone that has none (RFC 3960): the phone answers a call, and the proxy sends its 200 on as a 183 with the
 * same description. It acknowledges the 200 itself, so that the phone sends media; the 200 leaves when the script accepts.
 */
import { randomBytes } from 'node:crypto';
import { REPEATED_IN_RESPONSES } from '../sip/headers.js';
import { nameAddr } from '../sip/peer.js';
import { fullName } from '../sip/sip-message.js';
import {
  REAL_CLOCK,
  Retransmission,
  T2_MS,
  TIMEOUT_MS,
} from '../signalling/transactions/timers.js';
import type { Destination } from '../signalling/transport/transport.js';
import type { Refusal } from './changes.js';
import { callIdOf, cseqOf } from './disguise.js';
import { OpenMessage, octetsOf } from './open-message.js';
import { Recent } from '../signalling/recent.js';

interface Early {
  /** `asked`: the phone has not answered yet. `settled`: the final response of the call has left. */
  phase: 'asked' | 'early' | 'settled';
  /** The phone's 200, and where it goes. */
  answer?: { readonly octets: string; readonly to: Destination };
  /** Sends the final response again until it is acknowledged. */
  repeating?: () => void;
  /** The proxy has refused the call: the phone can no longer decide how it ends. */
  isRefused?: true;
}

export interface EarlyUser {
  /** `place` of the proxy for the phone. */
  readonly place: string;
  toPhone(octets: string): void;
  /** Sends a response of the phone, or one that is the proxy's own. */
  toWorld(response: OpenMessage, to: Destination, whose: 'phone' | 'proxy'): void;
  /** The caller has given up a call that the phone believes answered. */
  gaveUp(call: string): void;
}

const CALLS_KEPT = 64;
const GIVEN_UP: Refusal = { code: 487, reason: 'Request Terminated', headers: {} };
const GONE: Refusal = { code: 480, reason: 'Temporarily Unavailable', headers: {} };

export class EarlyAnswers {
  readonly #user: EarlyUser;
  readonly #calls = new Recent<Early>(CALLS_KEPT);

  constructor(user: EarlyUser) {
    this.#user = user;
  }

  /** The phone is about to answer that call, but the caller shall still hear ringing, now with media. */
  begin(call: string): void {
    this.#calls.set(call, { phase: 'asked' });
  }

  /** Whether the caller still hears ringing, although the phone answers the call or has done so. */
  isEarly(call: string): boolean {
    const phase = this.#calls.get(call)?.phase;
    return phase === 'asked' || phase === 'early';
  }

  /** Changes a response of the phone to an INVITE; returns false for one that must not leave. */
  response(response: OpenMessage, to: Destination): boolean {
    const early = this.#calls.get(callIdOf(response));
    if (early === undefined || cseqOf(response).method !== 'INVITE' || response.code !== 200) {
      return true;
    }
    if (early.phase !== 'asked') return false;
    early.phase = 'early';
    early.answer = { octets: response.toString(), to };
    this.#acknowledge(response);
    response.start = 'SIP/2.0 183 Session Progress';
    return true;
  }

  /** The call is answered: the 200 leaves, until it is acknowledged (RFC 3261, 13.3.1.4). */
  answer(call: string): void {
    const early = this.#calls.get(call);
    if (early?.phase !== 'early' || early.answer === undefined) return;
    this.#settle(early, early.answer.octets);
  }

  /** The call ends before its answer. */
  refuse(call: string, refusal: Refusal): void {
    const early = this.#calls.get(call);
    if (early?.phase !== 'early' || early.answer === undefined) return;
    const response = OpenMessage.parse(early.answer.octets);
    if (response === undefined) return;
    response.start = octetsOf(`SIP/2.0 ${refusal.code} ${refusal.reason}`);
    response.body = '';
    response.set('Content-Type', []);
    response.set('Content-Length', ['0']);
    response.give(refusal.headers);
    early.isRefused = true;
    this.#settle(early, response.toString());
  }

  /** Takes a request of the world in such a call; returns false for one the phone must not get. */
  arrived(request: OpenMessage, from: Destination): boolean {
    const call = callIdOf(request);
    const early = this.#calls.get(call);
    if (early === undefined) return true;
    switch (request.method) {
      case 'ACK': {
        // The phone has had its ACK; those of later INVITEs are for it.
        const isOfAnswer = early.repeating !== undefined;
        early.repeating?.();
        delete early.repeating;
        return !isOfAnswer && early.isRefused !== true;
      }
      case 'CANCEL':
        if (early.phase !== 'early') return true;
        this.#answerTo(request, from);
        this.refuse(call, GIVEN_UP);
        this.#user.gaveUp(call);
        return false;
      case 'BYE':
        if (early.phase === 'early') this.refuse(call, GIVEN_UP);
        return true;
      default:
        return true;
    }
  }

  /** Whether a request is the BYE of a call that the world never saw answered: it is answered here, and does not leave. */
  ends(request: OpenMessage, refusal: Refusal | undefined): boolean {
    const call = callIdOf(request);
    const early = this.#calls.get(call);
    if (request.method !== 'BYE' || early === undefined) return false;
    if (early.phase === 'settled' && early.isRefused !== true) return false;
    this.refuse(call, refusal ?? GONE);
    this.#user.toPhone(responseTo(request, '200 OK'));
    return true;
  }

  #settle(early: Early, octets: string): void {
    early.phase = 'settled';
    const send = (): void => {
      const response = OpenMessage.parse(octets);
      if (response !== undefined && early.answer !== undefined)
        this.#user.toWorld(response, early.answer.to, 'phone');
    };
    const repeated = new Retransmission(REAL_CLOCK, send, T2_MS);
    const cancelEnd = REAL_CLOCK.after(TIMEOUT_MS, () => {
      repeated.stop();
    });
    early.repeating = () => {
      repeated.stop();
      cancelEnd();
    };
    send();
  }

  #acknowledge(response: OpenMessage): void {
    const [contact = ''] = response.values('contact');
    const field = (name: string): string => `${name}: ${response.value(name.toLowerCase()) ?? ''}`;
    const lines = [
      `ACK ${nameAddr(contact)[0]} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.#user.place};branch=z9hG4bK${randomBytes(8).toString('hex')}`,
      'Max-Forwards: 70',
      ...['From', 'To', 'Call-ID'].map(field),
      `CSeq: ${cseqOf(response).number} ACK`,
      'Content-Length: 0',
    ];
    this.#user.toPhone(`${lines.join('\r\n')}\r\n\r\n`);
  }

  #answerTo(request: OpenMessage, to: Destination): void {
    const response = OpenMessage.parse(responseTo(request, '200 OK'));
    if (response !== undefined) this.#user.toWorld(response, to, 'proxy');
  }

  end(): void {
    for (const early of this.#calls.all()) early.repeating?.();
  }
}

/** A response without a body. `status`: code and reason. */
export function responseTo(request: OpenMessage, status: string): string {
  const fields = request
    .fields()
    .filter(([name]) => REPEATED_IN_RESPONSES.has(fullName(name)))
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `SIP/2.0 ${status}\r\n${fields.join('')}Content-Length: 0\r\n\r\n`;
}
