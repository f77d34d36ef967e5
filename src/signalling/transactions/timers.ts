/** Timers of SIP transactions (RFC 3261, 17 and table 4), over a clock that tests can turn. */

export interface Clock {
  /** Calls `action` after `ms`, unless the returned function is called before. */
  after(ms: number, action: () => void): () => void;
}

export const REAL_CLOCK: Clock = {
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Estimate of a round trip; longest interval between two sendings; longest life of a message in the network. Ms. */
const T1_MS = 500;
export const T2_MS = 4000;
export const T4_MS = 5000;
/** Timers B, F, H, J: how long an answer is awaited. */
export const TIMEOUT_MS = 64 * T1_MS;
/** An INVITE without an answer for so long is answered with 100 (17.2.1). */
export const TRYING_MS = 200;

/** Sends again at growing intervals until it is stopped (timers A, E and G). */
export class Retransmission {
  #cancel: (() => void) | undefined;
  #least = 0;

  /** @param most the longest interval; without it every interval doubles (timer A) */
  constructor(clock: Clock, send: () => void, most = Infinity) {
    const next = (ms: number): void => {
      this.#cancel = clock.after(ms, () => {
        next(Math.max(Math.min(2 * ms, most), this.#least));
        send();
      });
    };
    next(T1_MS);
  }

  /** Is called after a provisional response: from the next sending on, T2 lies between two (RFC 3261, 17.1.2.2). */
  slow(): void {
    this.#least = T2_MS;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
