/**
 * Messages that have passed a proxy, reported in the order in which the phone saw and sent them: a script that knows of an
 * INVITE may answer it at once, so the phone has to know of it before.
 */
import { afterReading, type SilenceTimer } from '../after-reading.js';
import type { SipMessage } from '../sip/sip-message.js';
import { branchOf } from '../signalling/transactions/messages.js';

type Direction = SipMessage['direction'];

/** A message as the world sees it. `at`: when it came or left (performance.now()). */
export interface Passed {
  readonly message: SipMessage;
  readonly raw: string;
  readonly at: number;
}

interface Waiting extends Passed {
  readonly key: string;
  readonly timer: SilenceTimer;
}

/** How long the phone may take to read a message, or its trace to be read: what it drops is reported then. */
const UNSEEN_MS = 200;
const KEPT = 64;

export class Passing {
  readonly #report: (passed: Passed) => void;
  readonly #waiting: Record<Direction, Waiting[]> = { sent: [], received: [] };
  /** Keys of messages the phone has sent and that have not left yet. */
  readonly #seen: string[] = [];

  constructor(report: (passed: Passed) => void) {
    this.#report = report;
  }

  /** @param phones the message as the phone writes or reads it; undefined where it can read no message in it */
  passed(passed: Passed, phones: SipMessage | undefined): void {
    const { direction } = passed.message;
    const key = phones === undefined ? undefined : keyOf(phones);
    const at = direction === 'sent' && key !== undefined ? this.#seen.indexOf(key) : -1;
    if (at >= 0) this.#seen.splice(at, 1);
    if (key === undefined || at >= 0) {
      this.#report(passed);
      return;
    }
    const waiting: Waiting = {
      ...passed,
      key,
      timer: afterReading(UNSEEN_MS, () => {
        this.#upTo(direction, waiting);
      }),
    };
    this.#waiting[direction].push(waiting);
  }

  /** A message between the phone and the proxy, as the phone's own trace shows it. */
  traced(message: SipMessage): void {
    const { direction } = message;
    const key = keyOf(message);
    const found = this.#waiting[direction].find((one) => one.key === key);
    if (found !== undefined) this.#upTo(direction, found);
    else if (direction === 'sent') {
      this.#seen.push(key);
      if (this.#seen.length > KEPT) this.#seen.shift();
    }
  }

  end(): void {
    const { received, sent } = this.#waiting;
    const left = [...received, ...sent].sort((one, other) => one.at - other.at);
    for (const one of left) this.#settle(one);
  }

  /** The phone reads in order: it has dropped what came before a message it has read. */
  #upTo(direction: Direction, last: Waiting): void {
    const waiting = this.#waiting[direction];
    const before = direction === 'received' ? waiting.slice(0, waiting.indexOf(last)) : [];
    for (const one of [...before, last]) this.#settle(one);
  }

  #settle(one: Waiting): void {
    const waiting = this.#waiting[one.message.direction];
    const at = waiting.indexOf(one);
    if (at < 0) return;
    waiting.splice(at, 1);
    one.timer.cancel();
    this.#report(one);
  }
}

function keyOf(message: SipMessage): string {
  const { method, code = '', call_id, cseq } = message;
  return `${method} ${code} ${cseq} ${branchOf(message)} ${call_id}`;
}
