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

/** How long an event of the phone waits for a message the phone has sent before it. */
const EVENT_MS = 100;
/** How long the trace may take to show a message; then it is reported anyway, as the phone may have dropped it. */
const UNSEEN_MS = 200;
const KEPT = 64;

export class Passing {
  readonly #report: (passed: Passed) => void;
  readonly #waiting: Record<Direction, Waiting[]> = { sent: [], received: [] };
  /** Messages the phone has sent and that have not left yet; events wait for those that have just been sent. */
  #seen: { readonly key: string; holdsEvents: boolean }[] = [];
  /** Keys of messages that do not leave, and that are not in the trace yet. */
  readonly #withheld: string[] = [];
  /** Events of the phone that wait for these messages. */
  readonly #events: (() => void)[] = [];
  #eventTimer: SilenceTimer | undefined;

  constructor(report: (passed: Passed) => void) {
    this.#report = report;
  }

  /** @param phones the message as the phone writes or reads it; undefined where it can read no message in it */
  passed(passed: Passed, phones: SipMessage | undefined): void {
    const { direction } = passed.message;
    const key = phones === undefined ? undefined : keyOf(phones);
    const isSeen = direction === 'sent' && key !== undefined && this.#takeSeen(key);
    if (key === undefined || isSeen) {
      this.#report(passed);
      this.#releaseEvents();
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
    else if (direction === 'sent' && !take(this.#withheld, key)) {
      this.#seen.push({ key, holdsEvents: true });
      if (this.#seen.length > KEPT) this.#seen.shift();
    }
  }

  /** Takes note that a message of the phone does not leave: no event waits for it. */
  withheld(phones: SipMessage): void {
    const key = keyOf(phones);
    if (!this.#takeSeen(key)) {
      this.#withheld.push(key);
      if (this.#withheld.length > KEPT) this.#withheld.shift();
    }
    this.#releaseEvents();
  }

  /** Acts upon an event of the phone once the messages it sent before have left, or did not leave in time. */
  inOrder(act: () => void): void {
    this.#events.push(act);
    this.#releaseEvents();
    if (this.#events.length === 0) return;
    this.#eventTimer ??= afterReading(EVENT_MS, () => {
      for (const one of this.#seen) one.holdsEvents = false;
      this.#releaseEvents();
    });
  }

  #releaseEvents(): void {
    if (this.#seen.some(({ holdsEvents }) => holdsEvents)) return;
    this.#eventTimer?.cancel();
    this.#eventTimer = undefined;
    for (const act of this.#events.splice(0)) act();
  }

  #takeSeen(key: string): boolean {
    const at = this.#seen.findIndex((one) => one.key === key);
    if (at >= 0) this.#seen.splice(at, 1);
    return at >= 0;
  }

  end(): void {
    this.#seen = [];
    this.#releaseEvents();
    const { received, sent } = this.#waiting;
    const left = [...received, ...sent].sort((one, other) => one.at - other.at);
    for (const one of left) this.#settle(one);
  }

  /** Reports the message and those received before it: the phone reads in order, so it has dropped those. */
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

/** Removes the item from the list; returns whether it was there. */
function take(items: string[], item: string): boolean {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
  return at >= 0;
}
