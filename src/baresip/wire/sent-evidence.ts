/**
 * Which of the messages that the trace shows as sent were sent. Whoever sends to an agent can imitate the
 * marks of its trace (sip-trace.ts); where a message is not proven to stand between baresip's own, something
 * that a stranger cannot write has to confirm it: ctrl_tcp, a command of ours, the request that a response
 * answers, or what was sent before with that Call-ID. What nothing confirms is left out and told.
 */
import { afterReading } from '../record/call-record.js';
import type { Command } from './ctrl.js';
import type { CtrlEvent } from './events.js';
import { hasTag, nameAddr } from '../../sip/peer.js';
import { fullName, headerOf, type SipMessage } from '../../sip/sip-message.js';

export interface EvidenceSink {
  /**
   * Messages received, and messages that were sent, in the order of the trace. `at`: when baresip wrote it
   * (performance.now()).
   */
  message(message: SipMessage, raw: string, at: number): void;
  /** Nothing confirms that message: somebody imitates the trace. */
  unconfirmed(message: SipMessage): void;
  /** baresip places a call to that URI, and its INVITE is not in the trace. */
  unseen(uri: string): void;
}

interface Waiting {
  readonly message: SipMessage;
  readonly raw: string;
  readonly proven: boolean;
  readonly at: number;
  /** performance.now() after which it is given up. */
  readonly until: number;
}

/** How long a message waits for ctrl_tcp to tell of its call. Those behind it wait, too: their order counts. */
const CONFIRM_MS = 150;
/** How long the INVITE of a call may be missing that somebody has answered, and of one that nobody dialled. */
const ANSWERED_MS = 500;
const OUTGOING_MS = 2000;
/** Commands remembered; calls and requests remembered: the answer to one may be repeated for long. */
const COMMANDS = 256;
const REMEMBERED = 4096;
const LONGEST_REMEMBERED = 256;
/** Which commands make an agent send requests of that method, outside of calls; all name its target. */
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
  #timer: NodeJS.Timeout | undefined;
  /** Call-IDs that ctrl_tcp has told of, and those of requests the agent has begun. */
  readonly #calls = new Remembered();
  readonly #begun = new Remembered();
  /** Call-IDs of calls that baresip places, by ctrl_tcp, and of INVITEs sent. */
  readonly #placed = new Remembered();
  readonly #invited = new Remembered();
  /** Requests sent, by `keyOf`, and those that have to be sent once more, by method and Call-ID. */
  readonly #sent = new Remembered();
  readonly #again = new Remembered();
  /** Call-IDs of requests received. */
  readonly #received = new Remembered();
  /** Whom a REFER of a known call has named. */
  readonly #referred = new Remembered();
  readonly #commands: string[] = [];
  /** How many requests of MESSAGE are to come: the command does not name their target. */
  #texts = 0;
  /** Whether the agent was told to register. */
  #registers = false;
  /** By Call-ID: calls that ctrl_tcp tells of while their INVITE is missing. */
  readonly #missing = new Map<string, NodeJS.Timeout>();

  constructor(sink: EvidenceSink) {
    this.#sink = sink;
  }

  message(message: SipMessage, raw: string, proven: boolean, at = performance.now()): void {
    const until = isOfCall(message) ? performance.now() + CONFIRM_MS : 0;
    this.#waiting.push({ message, raw, proven, at, until });
    this.#release();
  }

  /** Commands on their way to baresip. */
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
    clearTimeout(this.#timer);
    for (const timer of this.#missing.values()) clearTimeout(timer);
    this.#missing.clear();
    for (const one of this.#waiting.splice(0)) this.#settle(one, this.#confirms(one));
  }

  #release(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const confirmed = this.#confirms(first);
      const left = first.until - performance.now();
      if (!confirmed && left > 0) {
        clearTimeout(this.#timer);
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
      // A peer sent these bytes: baresip may answer the datagram around them with the Call-ID in them.
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
    // A response of baresip names its version; whatever else has a number there was received, or is no message.
    if (message.code !== undefined)
      return raw.startsWith('SIP/2.0 ') && this.#received.has(beforeEsc(call));
    if (isWithinDialog(message) || method === 'CANCEL')
      return this.#begun.has(call) || this.#calls.has(call);
    // Once more: over UDP, with credentials, or to where a response has sent it.
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

  /** Of several Call-IDs baresip answers with the last, and with none where there is none. */
  #rememberRequest({ headers }: SipMessage): void {
    const calls = headers.filter(([name]) => fullName(name) === 'call-id');
    for (const [, call] of calls) this.#received.add(beforeEsc(call));
    if (calls.length === 0) this.#received.add('');
  }

  /** baresip tells of a call of its own before we have read its INVITE. */
  #watch({ name, call, param, peerUri }: CtrlEvent): void {
    if (ANSWERED.has(name) || (name === 'CALL_CLOSED' && /^\d{3} /.test(param)))
      this.#expectInvite(call, peerUri, ANSWERED_MS);
    else if (name === 'CALL_CLOSED') this.#found(call);
    // What the script has dialled was judged by its URI; its INVITE may wait for a name or a connection.
    else if (name === 'CALL_OUTGOING' && !this.#commanded('INVITE', targetOf(peerUri)))
      this.#expectInvite(call, peerUri, OUTGOING_MS);
  }

  #expectInvite(call: string, uri: string, withinMs: number): void {
    if (this.#missing.has(call) && withinMs >= OUTGOING_MS) return;
    clearTimeout(this.#missing.get(call));
    const timer = afterReading(withinMs, () => {
      if (this.#missing.delete(call)) this.#sink.unseen(uri);
    });
    this.#missing.set(call, timer);
  }

  #found(call: string): void {
    clearTimeout(this.#missing.get(call));
    this.#missing.delete(call);
  }
}

/** A set that forgets its oldest. */
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

/** A mark in a Call-ID may have ended what the trace shows of the request, and stands in the response all the same. */
function beforeEsc(call: string): string {
  const [before = ''] = call.split('\x1b');
  return before.trimEnd();
}

/** Requests whose call ctrl_tcp may yet tell of. */
function isOfCall({ code, method }: SipMessage): boolean {
  return code === undefined && (method === 'INVITE' || !OUTSIDE.has(method));
}

function isWithinDialog({ headers }: SipMessage): boolean {
  return hasTag(headerOf(headers, 'to') ?? '');
}

/** One request, however often it is sent. */
function keyOf({ method, call_id, cseq, uri = '' }: SipMessage): string {
  return `${method} ${cseq} ${call_id} ${uri}`;
}

/** USER@HOST:PORT of a URI, for comparison. */
function targetOf(uri = ''): string {
  return (/^(?:sips?:)?([^;?>\s]*)/i.exec(uri)?.[1] ?? '').toLowerCase();
}

/** Whether a command has it as a whole: not as a part of a longer host or number. Hosts alone have no user. */
function hasTarget(command: string, target: string): boolean {
  const at = target === '' ? -1 : command.indexOf(target);
  if (at < 0) return false;
  const before = command[at - 1] ?? '';
  const after = command[at + target.length] ?? '';
  return !/[\w.-]/.test(before) && !/[\w.:@-]/.test(after);
}
