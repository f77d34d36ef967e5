/**
 * Decides which messages that the trace shows as sent were really sent. A peer can imitate the marks of the
 * trace (sip-trace.ts); where a message is not proven to stand between baresip's own marks, something a
 * stranger cannot write has to confirm it: ctrl_tcp, a command of ours, the request that a response answers,
 * or an earlier sent message with that Call-ID. An unconfirmed message is left out and reported.
 */
import { afterReading, type SilenceTimer } from '../../after-reading.js';
import type { Command } from './ctrl.js';
import type { CtrlEvent } from './events.js';
import { hasTag, nameAddr } from '../../sip/peer.js';
import { fullName, headerOf, type SipMessage } from '../../sip/sip-message.js';

export interface EvidenceSink {
  /**
   * Messages received and messages really sent, in the order of the trace. `at`: when baresip wrote the
   * message (performance.now()).
   */
  message(message: SipMessage, raw: string, at: number): void;
  /** Nothing confirms that message: somebody imitates the trace. */
  unconfirmed(message: SipMessage): void;
  /** baresip places a call to that URI, but its INVITE is not in the trace. */
  unseen(uri: string): void;
}

interface Waiting {
  readonly message: SipMessage;
  readonly raw: string;
  readonly proven: boolean;
  readonly at: number;
  /** The message is given up after this time (performance.now()). */
  readonly until: number;
}

/** How long a message waits for a ctrl_tcp event of its call. Later messages wait, too, to keep the order. */
const CONFIRM_MS = 150;
/** How long the INVITE of an answered call may be missing, and that of a call nobody dialled. */
const ANSWERED_MS = 500;
const OUTGOING_MS = 2000;
/** Number of commands remembered, and of calls and requests, whose answers may be repeated for long. */
const COMMANDS = 256;
const REMEMBERED = 4096;
const LONGEST_REMEMBERED = 256;
/** The command that makes an agent send requests of a method outside of calls; it names their target. */
const COMMANDED: ReadonlyMap<string, RegExp> = new Map([
  ['INVITE', /^dial /],
  ['OPTIONS', /^options /],
  ['REGISTER', /^uanew /],
  ['SUBSCRIBE', /^uanew /],
]);
const OUTSIDE = new Set(['OPTIONS', 'REGISTER', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH']);
const ANSWERED = new Set(['CALL_RINGING', 'CALL_PROGRESS', 'CALL_ANSWERED', 'CALL_ESTABLISHED']);

export class SentEvidence {
  readonly #sink: EvidenceSink;
  readonly #waiting: Waiting[] = [];
  #timer: SilenceTimer | undefined;
  /** Call-IDs in ctrl_tcp events, and those of requests the agent has begun. */
  readonly #calls = new Remembered();
  readonly #begun = new Remembered();
  /** Call-IDs of calls that baresip places, by ctrl_tcp, and of INVITEs sent. */
  readonly #placed = new Remembered();
  readonly #invited = new Remembered();
  /** Requests sent, by `keyOf`, and requests that have to be sent once more, by method and Call-ID. */
  readonly #sent = new Remembered();
  readonly #again = new Remembered();
  /** Call-IDs of requests received. */
  readonly #received = new Remembered();
  /** Targets that a REFER of a known call has named. */
  readonly #referred = new Remembered();
  readonly #commands: string[] = [];
  /** Number of MESSAGEs still to come: their command does not name the target. */
  #texts = 0;
  /** Whether the agent was told to register. */
  #registers = false;
  /** Calls that ctrl_tcp reports while their INVITE is missing, by Call-ID. */
  readonly #missing = new Map<string, SilenceTimer>();

  constructor(sink: EvidenceSink) {
    this.#sink = sink;
  }

  message(message: SipMessage, raw: string, proven: boolean, at = performance.now()): void {
    const until = isOfCall(message) ? performance.now() + CONFIRM_MS : 0;
    this.#waiting.push({ message, raw, proven, at, until });
    this.#release();
  }

  /** Takes commands on their way to baresip. */
  commands(commands: readonly Command[]): void {
    for (const { name, params = '' } of commands) {
      this.#commands.push(`${name} ${params}`.toLowerCase());
      if (name === 'message') this.#texts += 1;
      if (name === 'uareg' || /;regint=[1-9]/.test(params)) this.#registers = true;
    }
    this.#commands.splice(0, this.#commands.length - COMMANDS);
  }

  event(event: CtrlEvent): void {
    if (event.call === '') return;
    this.#calls.add(event.call);
    if (event.outgoing) this.#placed.add(event.call);
    this.#release();
    if (event.outgoing && !this.#invited.has(event.call)) this.#watch(event);
  }

  end(): void {
    this.#timer?.cancel();
    for (const timer of this.#missing.values()) timer.cancel();
    this.#missing.clear();
    for (const one of this.#waiting.splice(0)) this.#settle(one, this.#confirms(one));
  }

  #release(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const confirmed = this.#confirms(first);
      const left = first.until - performance.now();
      if (!confirmed && left > 0) {
        this.#timer?.cancel();
        this.#timer = afterReading(Math.ceil(left), () => {
          this.#release();
        });
        return;
      }
      this.#waiting.shift();
      this.#settle(first, confirmed);
    }
  }

  #settle({ message, raw, at }: Waiting, confirmed: boolean): void {
    if (!confirmed) {
      // A peer sent these bytes. baresip may answer the datagram around them with the Call-ID in them, so that is remembered.
      if (message.code === undefined) this.#rememberRequest(message);
      this.#sink.unconfirmed(message);
      return;
    }
    this.#remember(message);
    this.#sink.message(message, raw, at);
  }

  #confirms({ message, raw, proven }: Waiting): boolean {
    if (proven || message.direction === 'received') return true;
    const { call_id: call, method, uri } = message;
    // baresip's responses begin with its SIP version; any other text with a number there is not one of them.
    if (message.code !== undefined)
      return raw.startsWith('SIP/2.0 ') && this.#received.has(beforeEsc(call));
    if (isWithinDialog(message) || method === 'CANCEL')
      return this.#begun.has(call) || this.#calls.has(call);
    // Sent once more: a retransmission over UDP, with credentials, or to where a response has sent it.
    if (this.#sent.has(keyOf(message)) || this.#again.has(`${method} ${call}`)) return true;
    if (method === 'REGISTER') return this.#registers && this.#commanded(method, targetOf(uri));
    if (method === 'MESSAGE') return this.#texts > 0;
    if (this.#commanded(method, targetOf(uri))) return true;
    if (method !== 'INVITE') return false;
    return (
      this.#referred.has(targetOf(uri)) || (this.#placed.has(call) && !this.#invited.has(call))
    );
  }

  #commanded(method: string, target: string): boolean {
    const command = COMMANDED.get(method);
    if (command === undefined) return false;
    return this.#commands.some((one) => command.test(one) && hasTarget(one, target));
  }

  #remember(message: SipMessage): void {
    const { call_id: call, code, direction, headers, method } = message;
    if (code !== undefined) {
      if (direction === 'received' && code >= 300 && code < 500)
        this.#again.add(`${method} ${call}`);
    } else if (direction === 'received') {
      this.#rememberRequest(message);
      if (method === 'REFER' && (this.#calls.has(call) || this.#begun.has(call)))
        this.#referred.add(targetOf(nameAddr(headerOf(headers, 'refer-to') ?? '')[0]));
    } else {
      if (method === 'MESSAGE' && !this.#sent.has(keyOf(message)))
        this.#texts = Math.max(0, this.#texts - 1);
      this.#sent.add(keyOf(message));
      if (!isWithinDialog(message)) this.#begun.add(call);
      if (method === 'INVITE') {
        this.#invited.add(call);
        this.#found(call);
      }
    }
  }

  /** Among several Call-IDs baresip answers with the last; a request without any gets a response without one. */
  #rememberRequest({ headers }: SipMessage): void {
    const calls = headers.filter(([name]) => fullName(name) === 'call-id');
    for (const [, call] of calls) this.#received.add(beforeEsc(call));
    if (calls.length === 0) this.#received.add('');
  }

  /** Watches for the INVITE of a call that baresip reports before we have read the INVITE. */
  #watch({ name, call, param, peerUri }: CtrlEvent): void {
    if (ANSWERED.has(name) || (name === 'CALL_CLOSED' && /^\d{3} /.test(param)))
      this.#expectInvite(call, peerUri, ANSWERED_MS);
    else if (name === 'CALL_CLOSED') this.#found(call);
    // A call the script dialled was judged by its URI; its INVITE may wait for a look-up or a connection.
    else if (name === 'CALL_OUTGOING' && !this.#commanded('INVITE', targetOf(peerUri)))
      this.#expectInvite(call, peerUri, OUTGOING_MS);
  }

  #expectInvite(call: string, uri: string, withinMs: number): void {
    if (this.#missing.has(call) && withinMs >= OUTGOING_MS) return;
    this.#missing.get(call)?.cancel();
    const timer = afterReading(withinMs, () => {
      if (this.#missing.delete(call)) this.#sink.unseen(uri);
    });
    this.#missing.set(call, timer);
  }

  #found(call: string): void {
    this.#missing.get(call)?.cancel();
    this.#missing.delete(call);
  }
}

/** A set that forgets its oldest items. */
class Remembered {
  readonly #items = new Set<string>();

  has(item: string): boolean {
    return this.#items.has(item.slice(0, LONGEST_REMEMBERED));
  }

  add(text: string): void {
    const item = text.slice(0, LONGEST_REMEMBERED);
    this.#items.delete(item);
    this.#items.add(item);
    if (this.#items.size <= REMEMBERED) return;
    for (const oldest of this.#items) {
      this.#items.delete(oldest);
      return;
    }
  }
}

/** The Call-ID up to ESC: a mark in it may have cut the request in the trace, but the response repeats it all. */
function beforeEsc(call: string): string {
  const [before = ''] = call.split('\x1b');
  return before.trimEnd();
}

/** Whether ctrl_tcp may still report the call of that request. */
function isOfCall({ code, method }: SipMessage): boolean {
  return code === undefined && (method === 'INVITE' || !OUTSIDE.has(method));
}

function isWithinDialog({ headers }: SipMessage): boolean {
  return hasTag(headerOf(headers, 'to') ?? '');
}

/** Identifies one request, however often it is sent. */
function keyOf({ method, call_id, cseq, uri = '' }: SipMessage): string {
  return `${method} ${cseq} ${call_id} ${uri}`;
}

/** USER@HOST:PORT of a URI, for comparison. */
function targetOf(uri = ''): string {
  return (/^(?:sips?:)?([^;?>\s]*)/i.exec(uri)?.[1] ?? '').toLowerCase();
}

/** Whether a command holds the whole target, not as part of a longer host or number. A host alone has no user. */
function hasTarget(command: string, target: string): boolean {
  const at = target === '' ? -1 : command.indexOf(target);
  if (at < 0) return false;
  const before = command[at - 1] ?? '';
  const after = command[at + target.length] ?? '';
  return !/[\w.-]/.test(before) && !/[\w.:@-]/.test(after);
}
