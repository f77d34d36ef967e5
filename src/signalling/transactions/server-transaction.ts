/** A request that was received, until its answer is sure to have arrived (RFC 3261, 17.2). */
import type { SipMessage } from '../../sip/sip-message.js';
import { Retransmission, T2_MS, T4_MS, TIMEOUT_MS, TRYING_MS, type Clock } from './timers.js';

export interface ReceivedRequest {
  readonly message: SipMessage;
  readonly isReliable: boolean;
}

/** What a peer does by itself for a request it has received. */
export interface ServerHabits {
  /** Sends a 100 when nothing was answered for that many ms; absent: never. */
  readonly tryingMs?: number | undefined;
  readonly retransmits: boolean;
}

export interface ServerUser {
  trying(): void;
  /** No ACK came for the final response to an INVITE (timer H; 13.3.1.4 for a 2xx). */
  unacknowledged(): void;
}

export class ServerTransaction {
  readonly request: ReceivedRequest;
  readonly #clock: Clock;
  readonly #habits: ServerHabits;
  readonly #user: ServerUser;
  readonly #over: () => void;
  /** Sends the last response again. */
  #last: (() => void) | undefined;
  #code = 0;
  #isOver = false;
  #isAcknowledged = false;
  #repeat: Retransmission | undefined;
  readonly #cancels: (() => void)[] = [];

  constructor(
    request: ReceivedRequest,
    user: ServerUser,
    clock: Clock,
    habits: ServerHabits,
    over: () => void,
  ) {
    this.request = request;
    this.#user = user;
    this.#clock = clock;
    this.#habits = habits;
    this.#over = over;
    if (request.message.method !== 'INVITE' || habits.tryingMs === undefined) return;
    this.#after(habits.tryingMs, () => {
      if (this.#code === 0) user.trying();
    });
  }

  /** Code of the last response; 0 before the first. */
  get code(): number {
    return this.#code;
  }

  get isAnswered(): boolean {
    return this.#code >= 200;
  }

  /** The request came again: the last response is sent again. */
  repeated(): void {
    if (this.#habits.retransmits) this.#last?.();
  }

  /** `send` sends the response, as often as it is called. A second final one is sent all the same: a test may want it. */
  respond(code: number, send: () => void): void {
    send();
    if (this.#isOver) return;
    this.#code = Math.max(this.#code, code);
    this.#last = send;
    this.#repeat?.stop();
    if (code < 200) return;
    if (this.request.message.method !== 'INVITE') {
      this.#after(this.request.isReliable ? 0 : TIMEOUT_MS, () => {
        this.end();
      });
      return;
    }
    // A 2xx is sent again over every transport, any other final response only over UDP (13.3.1.4 and 17.2.1).
    if (this.#habits.retransmits && (code < 300 || !this.request.isReliable)) {
      this.#repeat = new Retransmission(this.#clock, send, T2_MS);
    }
    this.#after(TIMEOUT_MS, () => {
      if (!this.#isAcknowledged) this.#user.unacknowledged();
      this.end();
    });
  }

  acknowledged(): void {
    this.#isAcknowledged = true;
    this.#repeat?.stop();
    // Timer I: ACKs that were sent again are still to be recognised.
    this.#after(this.request.isReliable ? 0 : T4_MS, () => {
      this.end();
    });
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#repeat?.stop();
    for (const cancel of this.#cancels) cancel();
    this.#over();
  }

  #after(ms: number, action: () => void): void {
    this.#cancels.push(this.#clock.after(ms, action));
  }
}

/** The value of `automatic.trying`: true, false, or how long to wait in ms. */
export function tryingMs(wish: boolean | number | undefined): number | undefined {
  if (wish === false) return undefined;
  return typeof wish === 'number' ? wish : TRYING_MS;
}
