/** The registration of one agent: REGISTER requests and responses in the trace, joined with ctrl_tcp's events. */
import { afterReading, type SilenceTimer } from '../../after-reading.js';
import type { SipMessage } from '../../sip/sip-message.js';
import type { AgentEvent } from '../../model/agent-event.js';
import { closeText, mayEndWith } from './ended.js';
import type { CtrlEvent } from '../wire/events.js';
import { bindingsOf, expiresOf } from '../../sip/bindings.js';
import { Credentials } from '../../sip/credentials.js';
import { algorithmsOf, challengeProblem } from './refusals.js';

const JOIN_MS = 75;

type State = 'none' | 'registering' | 'registered' | 'unregistering' | 'failed';

interface Attempt {
  callId: string;
  cseq: number;
  request: SipMessage;
  response: SipMessage | undefined;
}

export class Registration {
  readonly #emit: (event: AgentEvent) => void;
  readonly #version: string;
  #wanted: 'registered' | 'none' = 'none';
  #state: State = 'none';
  /** The verb was called and its REGISTER has not been seen yet. */
  #asked = false;
  #attempt: Attempt | undefined;
  #failText: string | undefined;
  #timer: SilenceTimer | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #credentials = new Credentials();
  readonly #stopTrying: () => boolean;
  readonly #isTranslated: boolean;
  /** Whether the attempt was given up: REGISTERs that baresip may still send, and their answers, no longer count. */
  #gaveUp = false;

  /**
   * `version`: of this baresip, which may not understand a challenge. `stopTrying` is called when the
   * registrar has refused the password: it keeps baresip from trying the same password again and returns
   * true, or returns false where that is not needed. `isTranslated`: a proxy in front of baresip answers the
   * challenges baresip cannot.
   */
  constructor(
    emit: (event: AgentEvent) => void,
    version: string,
    stopTrying: () => boolean = () => false,
    isTranslated = false,
  ) {
    this.#emit = emit;
    this.#isTranslated = isTranslated;
    this.#version = version;
    this.#stopTrying = stopTrying;
  }

  /** The state that the script, or the end of the agent, wants; messages that do not serve it are left out. */
  expect(wanted: 'registered' | 'none'): void {
    this.#wanted = wanted;
    this.#asked = true;
    this.#attempt = undefined;
    this.#credentials = new Credentials();
    this.#gaveUp = false;
    this.#clear();
  }

  message(message: SipMessage): void {
    if (message.method !== 'REGISTER' || this.#gaveUp) return;
    if (message.code === undefined) {
      if (message.direction === 'sent') this.#request(message);
    } else if (message.direction === 'received') {
      this.#response(message, message.code);
    }
  }

  /** Returns false for events that are not about registration. */
  event(event: CtrlEvent): boolean {
    switch (event.name) {
      case 'REGISTER_FAIL':
        if (!this.#gaveUp) this.#failEvent(event.param);
        return true;
      case 'REGISTERING':
      case 'REGISTER_OK':
      case 'UNREGISTERING':
      case 'FALLBACK_OK':
      case 'CREATE':
        return true; // the trace shows these, with code and reason
      default:
        return false;
    }
  }

  end(): void {
    this.#clear();
    clearTimeout(this.#expiry);
  }

  #request(message: SipMessage): void {
    const wanted = expiresOf(message) === 0 ? 'none' : 'registered';
    if (wanted !== this.#wanted || this.#isOf(this.#attempt, message)) return;
    // A failure reported before its request was read belongs to this request.
    if (this.#failText === undefined) this.#clear();
    this.#attempt = {
      callId: message.call_id,
      cseq: message.cseq,
      request: message,
      response: undefined,
    };
    // A refresh or a further try by baresip itself changes nothing until it is answered: meanwhile the last
    // failure stays known.
    const settled = this.#state === 'registered' || this.#state === 'failed';
    const byItself = !this.#asked && settled;
    const begun = wanted === 'none' ? 'unregistering' : 'registering';
    const repeated = !this.#asked && this.#state === begun;
    const idle = wanted === 'none' && !this.#asked && this.#state === 'none';
    this.#asked = false;
    if (byItself || repeated || idle) return;
    this.#settle(begun);
    this.#emit({ type: begun });
  }

  #response(message: SipMessage, code: number): void {
    const attempt = this.#attempt;
    if (attempt === undefined || !this.#isOf(attempt, message) || code < 200) return;
    attempt.response = message;
    const reason = message.reason ?? '';
    const refused = this.#credentials.refusedBy(attempt.request, message);
    if (refused && this.#state === 'registering' && this.#stopTrying()) {
      this.#fail();
      this.#gaveUp = true;
    } else if (code < 300) {
      if (this.#wanted === 'none') this.#unregistered({ code, reason });
      else this.#registered(attempt.request, message, { code, reason });
    } else if (mayEndWith(code, this.#failText)) {
      this.#fail();
    } else if (this.#wanted === 'none') {
      // A challenge: baresip may repeat the request with credentials, and reports nothing if it does not.
      this.#timer ??= afterReading(JOIN_MS, () => {
        this.#unregistered({ code, reason });
      });
    }
  }

  #failEvent(param: string): void {
    this.#failText = closeText(param);
    const seen = this.#attempt?.response?.code;
    // With another code, the trace is about to show a further response, or a further request and its response.
    if (seen !== undefined && mayEndWith(seen, this.#failText)) {
      this.#fail();
      return;
    }
    this.#timer?.cancel();
    this.#timer = afterReading(JOIN_MS, () => {
      this.#fail();
    });
  }

  #fail(): void {
    const text = this.#failText ?? '';
    const response = this.#attempt?.response;
    this.#clear();
    this.#asked = false;
    const told = /^(\d{3}) (.*)$/.exec(text);
    const code = response?.code ?? (told === null ? undefined : Number(told[1]));
    const phrase = response?.reason ?? told?.[2] ?? text;
    const why = response === undefined ? undefined : this.#whyRefused(response);
    const reason = why === undefined ? phrase : `${phrase} (${why})`;
    if (this.#wanted === 'none') {
      this.#unregistered({ ...(code === undefined ? {} : { code }), reason });
      return;
    }
    this.#settle('failed');
    this.#emit({ type: 'register_failed', ...(code === undefined ? {} : { code }), reason });
  }

  /** The reason behind a 401 or 407, which its phrase does not give; MD5, the usual algorithm, is not named. */
  #whyRefused(response: SipMessage): string | undefined {
    const problem = this.#isTranslated ? undefined : challengeProblem(response, this.#version);
    if (problem !== undefined) return problem;
    const algorithm = algorithmsOf(response).find((one) => !/^md5$/i.test(one));
    return algorithm === undefined ? undefined : `with credentials in ${algorithm}`;
  }

  #unregistered(how: { code?: number; reason?: string }): void {
    this.#clear();
    if (this.#state === 'none') return;
    this.#settle('none');
    this.#emit({ type: 'unregistered', ...how });
  }

  /** Compares the CSeq, which a retransmission repeats; a request with credentials has the next number (RFC 3261, 22.2). */
  #isOf(attempt: Attempt | undefined, message: SipMessage): boolean {
    return attempt?.callId === message.call_id && attempt.cseq === message.cseq;
  }

  #registered(
    request: SipMessage,
    response: SipMessage,
    how: { code: number; reason: string },
  ): void {
    const { contacts, expires } = bindingsOf(request, response);
    this.#settle('registered');
    this.#emit({ type: 'registered', ...how, expires, contacts });
    this.#expiry = setTimeout(() => {
      this.#settle('none');
      this.#emit({ type: 'registration_expired' });
    }, expires * 1000);
    this.#expiry.unref();
  }

  /** Only in the state `registered` is there a granted time that could end. */
  #settle(state: State): void {
    clearTimeout(this.#expiry);
    this.#state = state;
  }

  #clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#failText = undefined;
  }
}
