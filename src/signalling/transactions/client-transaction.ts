/** A request that was sent, until its final response has come (RFC 3261, 17.1): retransmissions, ACK, time-out. */
import type { SipMessage } from '../../sip/sip-message.js';
import { Retransmission, T2_MS, T4_MS, TIMEOUT_MS, type Clock } from './timers.js';

/** What the transaction needs of the request. */
export interface SentRequest {
  readonly method: string;
  readonly branch: string;
  /** Over TCP, TLS and WebSockets nothing is sent again. */
  readonly isReliable: boolean;
  readonly send: () => void;
  /** Acknowledges a final response other than 2xx (17.1.1.3); absent: nothing is acknowledged. */
  readonly acknowledge?: (response: SipMessage) => void;
}

export interface ClientUser {
  /** Each response, but no repetition of a final one, except of a 2xx to an INVITE: each needs its ACK. */
  response(message: SipMessage): void;
  /** No final response came in time. */
  timedOut(): void;
}

type State = 'calling' | 'proceeding' | 'completed' | 'ended';

export class ClientTransaction {
  readonly request: SentRequest;
  readonly #clock: Clock;
  readonly #user: ClientUser;
  readonly #over: () => void;
  #state: State = 'calling';
  #repeat: Retransmission | undefined;
  #cancelTimeout: (() => void) | undefined;

  /** @param over called when no response is expected any more */
  constructor(
    request: SentRequest,
    user: ClientUser,
    clock: Clock,
    { retransmits, over }: { retransmits: boolean; over: () => void },
  ) {
    this.request = request;
    this.#user = user;
    this.#clock = clock;
    this.#over = over;
    if (retransmits && !request.isReliable) {
      const most = request.method === 'INVITE' ? Infinity : T2_MS;
      this.#repeat = new Retransmission(clock, request.send, most);
    }
    this.#cancelTimeout = clock.after(TIMEOUT_MS, () => {
      this.end();
      this.#user.timedOut();
    });
  }

  received(message: SipMessage): void {
    const code = message.code ?? 0;
    const isInvite = this.request.method === 'INVITE';
    if (this.#state === 'ended') return;
    if (code < 200) {
      if (isInvite) this.#proceed();
      else this.#repeat?.slow();
      if (this.#state !== 'completed') this.#user.response(message);
      return;
    }
    if (isInvite && code >= 300) this.request.acknowledge?.(message);
    if (isInvite && code < 300) {
      this.#complete();
      this.#user.response(message);
      return;
    }
    if (this.#state === 'completed') return;
    this.#complete();
    this.#user.response(message);
  }

  /** An INVITE that was answered provisionally may ring for minutes. */
  #proceed(): void {
    if (this.#state !== 'calling') return;
    this.#state = 'proceeding';
    this.#repeat?.stop();
    this.#cancelTimeout?.();
  }

  /** Repetitions of the final response are still to be recognised for a while (timers D and K; 13.2.2.4 for 2xx). */
  #complete(): void {
    if (this.#state === 'completed') return;
    this.#state = 'completed';
    this.#repeat?.stop();
    this.#cancelTimeout?.();
    const ms = this.request.method === 'INVITE' ? TIMEOUT_MS : T4_MS;
    this.#cancelTimeout = this.#clock.after(this.request.isReliable ? 0 : ms, () => {
      this.end();
    });
  }

  end(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#repeat?.stop();
    this.#cancelTimeout?.();
    this.#over();
  }
}
