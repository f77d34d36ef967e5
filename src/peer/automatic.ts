/**
 * Answers the requests a peer receives without asking the script, as RFC 3261, 8.2 and 12.2.2 say. The option
 * `automatic: { answer: false }` leaves them to the script, and INVITEs always wait for it.
 */
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import { hasTag, senderOf } from '../sip/peer.js';
import { headerValues } from '../sip/headers.js';
import type { Calls } from './calls.js';
import { Gatekeeper } from '../signalling/digest.js';
import { wasAcknowledged } from './reliable.js';
import type { ResponseWish } from './responses.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import type { PeerCore } from './core.js';

/** Requests outside of dialogs that are challenged where the peer asks for a login. */
const CHALLENGED = new Set(['INVITE', 'REGISTER', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH', 'OPTIONS']);
/** Requests outside of dialogs that are answered with 200. */
const TAKEN = new Set(['OPTIONS', 'MESSAGE', 'REGISTER', 'SUBSCRIBE', 'PUBLISH', 'NOTIFY', 'INFO']);
const DEFAULT_EXPIRES = 3600;

export class AutomaticAnswers {
  readonly #peer: PeerCore;
  readonly #calls: Calls;
  readonly #gatekeeper: Gatekeeper | undefined;
  /** Requests the script is to answer, oldest first. */
  readonly #left: ServerTransaction[] = [];

  constructor(peer: PeerCore, calls: Calls) {
    this.#peer = peer;
    this.#calls = calls;
    const wish = peer.ground.options.challenge;
    this.#gatekeeper =
      wish === undefined
        ? undefined
        : new Gatekeeper({
            username: wish.username,
            password: wish.password,
            realm: wish.realm ?? 'offhook',
            algorithm: wish.algorithm ?? 'MD5',
            qop: wish.qop ?? true,
          });
  }

  /** The oldest request that fits and that nothing has answered yet. */
  left(is: (message: SipMessage) => boolean = () => true): ServerTransaction | undefined {
    return this.#left.find((one) => !one.isAnswered && is(one.request.message));
  }

  request(message: SipMessage, transaction: ServerTransaction): void {
    const isInside = hasTag(headerOf(message.headers, 'to') ?? '');
    if (!isInside && this.#challenges(message, transaction)) return;
    if (message.method === 'INVITE' && !isInside) {
      this.#calls.invited(message, transaction);
      return;
    }
    if (message.method === 'CANCEL') {
      this.#cancelled(message, transaction);
      return;
    }
    if (this.#peer.ground.options.automatic?.answer === false) {
      this.#left.push(transaction);
      if (this.#left.length > 100) this.#left.shift();
      if (message.method === 'BYE') this.#ended(message);
      return;
    }
    if (isInside) this.#inside(message, transaction);
    else this.#outside(message, transaction);
  }

  #answer(transaction: ServerTransaction, code: number, wish: ResponseWish = {}): void {
    this.#peer.inBackground(
      `the response ${code}`,
      this.#peer.responses.send(transaction, code, wish),
    );
  }

  #challenges(message: SipMessage, transaction: ServerTransaction): boolean {
    const keeper = this.#gatekeeper;
    if (keeper === undefined || !CHALLENGED.has(message.method)) return false;
    const isProxy = this.#peer.ground.options.challenge?.proxy === true;
    const field = isProxy ? 'proxy-authorization' : 'authorization';
    const verdict = keeper.judge(headerOf(message.headers, field), message.method);
    if (verdict === 'right') return false;
    if (verdict === 'wrong') {
      this.#answer(transaction, 403);
      return true;
    }
    const name = isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate';
    const more = [[name, keeper.challenge(verdict === 'unknown')] as const];
    this.#answer(transaction, isProxy ? 407 : 401, { more });
    return true;
  }

  #outside(message: SipMessage, transaction: ServerTransaction): void {
    const { method, headers } = message;
    if (method === 'MESSAGE') {
      this.#peer.emit({
        type: 'message_received',
        from: senderOf(message),
        text: message.body,
        content_type: headerOf(headers, 'content-type') ?? '',
      });
    }
    if (method === 'REFER') {
      this.#answer(transaction, 603);
      return;
    }
    if (method === 'BYE' || method === 'PRACK' || method === 'UPDATE') {
      this.#answer(transaction, 481);
      return;
    }
    const more = [...this.#granted(message)];
    this.#peer.dialogs.answered(message, this.#peer.responses.tagFor(transaction));
    this.#answer(transaction, TAKEN.has(method) ? 200 : 405, { more });
  }

  /** Header fields of the 200 to a REGISTER, SUBSCRIBE or PUBLISH: every expiry the request asks for is granted. */
  *#granted({ method, headers }: SipMessage): Iterable<readonly [string, string]> {
    const expires = headerOf(headers, 'expires') ?? String(DEFAULT_EXPIRES);
    if (method === 'REGISTER') {
      for (const contact of headerValues(headers, 'contact')) {
        const isNamed = contact === '*' || contact === '' || /;\s*expires=/i.test(contact);
        if (contact !== '*') yield ['Contact', isNamed ? contact : `${contact};expires=${expires}`];
      }
    }
    if (method === 'SUBSCRIBE' || method === 'PUBLISH') yield ['Expires', expires];
    if (method === 'PUBLISH') yield ['SIP-ETag', 'offhook'];
  }

  #inside(message: SipMessage, transaction: ServerTransaction): void {
    const call = this.#calls.get(message.call_id);
    const { method } = message;
    if (call === undefined && this.#peer.dialogs.get(message.call_id) !== undefined) {
      this.#answer(transaction, 200, { more: [...this.#granted(message)] });
      return;
    }
    if (call === undefined || (call.closed && method !== 'BYE' && method !== 'NOTIFY')) {
      this.#answer(transaction, method === 'NOTIFY' ? 200 : 481);
      return;
    }
    switch (method) {
      case 'BYE':
        this.#answer(transaction, call.closed ? 481 : 200);
        this.#ended(message);
        return;
      case 'INVITE':
      case 'UPDATE':
        this.#peer.inBackground(
          `the response to ${method}`,
          this.#calls.answers.again(call, message, transaction),
        );
        return;
      case 'PRACK':
        this.#answer(transaction, wasAcknowledged(call, message) ? 200 : 481);
        return;
      case 'REFER':
        this.#answer(transaction, 202);
        return;
      default:
        this.#answer(transaction, 200);
    }
  }

  #ended(message: SipMessage): void {
    const call = this.#calls.get(message.call_id);
    if (call !== undefined) this.#calls.ended(call, message);
  }

  /** CANCEL is answered with 200, its INVITE with 487 (9.2). */
  #cancelled(message: SipMessage, transaction: ServerTransaction): void {
    const call = this.#calls.get(message.call_id);
    const isOpen = call !== undefined && !call.outgoing && !call.answered && !call.closed;
    this.#answer(transaction, isOpen || call?.answered === true ? 200 : 481);
    if (!isOpen) return;
    call.cancel = message;
    this.#peer.inBackground('487', this.#calls.answers.refuse(call, 487));
  }
}
