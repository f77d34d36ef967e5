/** What verbs of an agent want to be different in messages of the phone: header fields, codes, reasons. */
import { isSamePlace, placeOf } from '../sip/peer.js';
import { withoutUriHeaders } from '../sip/transfer-uri.js';
import { callIdOf, cseqOf, isOutsideOfDialog } from './disguise.js';
import { octetsOf, type OpenMessage } from './open-message.js';
import { Recent } from '../signalling/recent.js';

export type GivenHeaders = Readonly<Record<string, string | readonly string[] | null>>;

/** A request a verb is about to make the phone send. */
export interface ExpectedRequest {
  readonly method: string;
  /** The Call-ID, of a request inside of a call; without it the request begins something new. */
  readonly call?: string | undefined;
  /** Request-URI, where it is known. */
  readonly uri?: string;
  readonly headers: GivenHeaders;
}

/** The refusal of a call that came in. */
export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly headers: GivenHeaders;
}

/** Requests and refusals remembered; a script that leaves out what it asked for must not fill the memory. */
const KEPT = 256;
const CHALLENGED = new Set([401, 407]);

export class Changes {
  readonly #expected: ExpectedRequest[] = [];
  /** Headers of requests under way, by method and Call-ID: they are in repetitions with a login as well. */
  readonly #underWay = new Recent<GivenHeaders>(KEPT);
  readonly #refusals = new Recent<Refusal>(KEPT);
  readonly #always: GivenHeaders;
  readonly #knowsReplaces: boolean;
  /** Functions that stop waiting for the INVITE a REFER asks for, by the number and the Call-ID of the REFER. */
  readonly #referrals = new Recent<() => void>(KEPT);
  /** Calls that are refused as they come in: their callers hear no ringing. */
  readonly #silent = new Recent<true>(KEPT);
  /** Whether calls that come in from now on are silent. */
  silencesCalls = false;

  /**
   * @param always header fields of each request that begins a call or a registration
   * @param knowsReplaces the phone follows a REFER to replace a call by itself (RFC 3891)
   */
  constructor(always: GivenHeaders, knowsReplaces: boolean) {
    this.#always = always;
    this.#knowsReplaces = knowsReplaces;
  }

  /** Gives the headers to the next such request and its repetitions. @returns a function that stops waiting for it */
  expect(request: ExpectedRequest): () => void {
    this.#expected.push(request);
    return () => {
      const at = this.#expected.indexOf(request);
      if (at >= 0) this.#expected.splice(at, 1);
    };
  }

  /** The call will be refused like this, whatever the phone says. */
  refuse(call: string, refusal: Refusal): void {
    this.#refusals.set(call, refusal);
  }

  /** How the call is to be refused, where a verb has said so. */
  refusalOf(call: string): Refusal | undefined {
    return this.#refusals.get(call);
  }

  /** Gives a request of the phone the header fields that verbs and options want in it. */
  request(message: OpenMessage): void {
    const { method = '' } = message;
    const call = callIdOf(message);
    const isFirst = isOutsideOfDialog(message);
    if (isFirst && (method === 'INVITE' || method === 'REGISTER')) message.give(this.#always);
    const at = this.#expected.findIndex(
      (one) =>
        one.method === method &&
        (one.call === undefined ? isFirst : one.call === call) &&
        (one.uri === undefined || isSamePlace(placeOf(one.uri), placeOf(message.uri))),
    );
    const [found] = at < 0 ? [] : this.#expected.splice(at, 1);
    if (found !== undefined) this.#underWay.set(`${method} ${call}`, found.headers);
    const headers = this.#underWay.get(`${method} ${call}`);
    if (headers !== undefined) message.give(headers);
  }

  /** Takes note of a response of the world: a request that was answered for good is no longer under way. */
  answered(message: OpenMessage): void {
    const code = message.code ?? 0;
    if (code < 200 || CHALLENGED.has(code) || (code >= 300 && code < 400)) return;
    this.#underWay.delete(`${cseqOf(message).method} ${callIdOf(message)}`);
  }

  /** Takes note of a request of the world, before the phone gets it. */
  arrived(message: OpenMessage): void {
    if (message.method === 'REFER' && !this.#knowsReplaces) this.#referred(message);
    if (this.silencesCalls && message.method === 'INVITE' && isOutsideOfDialog(message))
      this.#silent.set(callIdOf(message), true);
  }

  /** If the URI of a Refer-To has Replaces, removes its header fields and puts Replaces into the INVITE that follows (RFC 3891). */
  #referred(message: OpenMessage): void {
    message.exchangeFirst('refer-to', (given) => {
      const { value, uri, headers } = withoutUriHeaders(given);
      const { Replaces } = headers;
      if (Replaces === undefined) return given;
      // A REFER that comes twice asks for one INVITE.
      const key = referralOf(message);
      if (this.#referrals.get(key) === undefined)
        this.#referrals.set(key, this.expect({ method: 'INVITE', uri, headers: { Replaces } }));
      return value;
    });
  }

  /** Changes a response of the phone; returns false for one that must not leave. */
  response(message: OpenMessage): boolean {
    const call = callIdOf(message);
    const { code = 0 } = message;
    const { method } = cseqOf(message);
    // A REFER that was declined is followed by no INVITE.
    if (method === 'REFER' && code >= 300) this.#referrals.get(referralOf(message))?.();
    if (method !== 'INVITE') return true;
    if (code < 300) return code === 100 || code >= 200 || this.#silent.get(call) !== true;
    const refusal = this.#refusals.get(call);
    if (refusal === undefined) return true;
    message.start = octetsOf(`SIP/2.0 ${refusal.code} ${refusal.reason}`);
    message.give(refusal.headers);
    return true;
  }
}

/** Identifies a REFER, however often it comes, and its responses. */
function referralOf(message: OpenMessage): string {
  return `${cseqOf(message).number} ${callIdOf(message)}`;
}
