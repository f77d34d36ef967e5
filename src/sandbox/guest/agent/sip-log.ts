/** `a.sip`: the agent's SIP messages as plain values, read at the cursor like everything else. */
import type { SipMessage as TracedMessage } from '../../../sip/sip-message.js';
import type { LogEntry } from '../../../model/agent-event.js';
import { headerLines, headerValues } from '../../../sip/headers.js';
import { partsOf, type BodyPart as Part } from '../../../sip/bodies/multipart.js';
import { type DialogInfo, parseDialogInfo } from '../../../sip/event-packages/dialog-info.js';
import {
  type MessageSummary,
  parseMessageSummary,
} from '../../../sip/event-packages/message-summary.js';
import { parsePresence, type Presence } from '../../../sip/event-packages/presence.js';
import { parseSdp, type Sdp } from '../../../sip/sdp.js';
import { ask, callerStack } from '../host.js';
import { guardNames } from '../misspelt.js';
import { apply, define, weakGet, weakSet } from '../primordials.js';
import * as world from '../world.js';

/** Fields of every message; a request also has a `uri`, a response a `code` and a `reason`. */
const OWN = ['direction', 'method', 'code', 'reason', 'uri', 'call_id', 'body'] as const;

type BodyPart = Pick<Part, 'content_type' | 'body'>;
const SUMMARY_TYPE = /^application\/simple-message-summary\s*(?:;|$)/i;

class SipMessage {
  readonly #message: TracedMessage;
  /** Parsed on first access; null = not yet. */
  #sdp: Sdp | undefined | null = null;
  #dialogInfo: DialogInfo | undefined | null = null;
  #presence: Presence | undefined | null = null;
  #messageSummary: MessageSummary | undefined | null = null;

  constructor(message: TracedMessage, at: number) {
    this.#message = message;
    // Own fields: shown, compared and written as JSON like those of any plain value.
    define(this, 'at', { value: at, enumerable: true });
    for (const key of OWN) {
      const value = message[key];
      if (value !== undefined) define(this, key, { value, enumerable: true });
    }
    Object.freeze(this);
  }

  /** A request has no code, but the name is not misspelt. */
  get code(): number | undefined {
    return undefined;
  }
  get reason(): string | undefined {
    return undefined;
  }
  /** A response has no URI. */
  get uri(): string | undefined {
    return undefined;
  }

  get sdp(): Sdp | undefined {
    if (this.#sdp === null) this.#sdp = frozen(parseSdp(this.#message.body));
    return this.#sdp;
  }

  get parts(): readonly BodyPart[] | undefined {
    return frozen(
      partsOf(this.#message)?.map(({ content_type, body }) => ({ content_type, body })),
    );
  }

  get dialog_info(): DialogInfo | undefined {
    if (this.#dialogInfo === null) this.#dialogInfo = frozen(parseDialogInfo(this.#message.body));
    return this.#dialogInfo;
  }

  get presence(): Presence | undefined {
    if (this.#presence === null) this.#presence = frozen(parsePresence(this.#message.body));
    return this.#presence;
  }

  get message_summary(): MessageSummary | undefined {
    if (this.#messageSummary === null) {
      const [type = ''] = headerLines(this.#message.headers, 'content-type');
      // Any text may have lines like it.
      const isSummary = SUMMARY_TYPE.test(type);
      this.#messageSummary = frozen(
        isSummary ? parseMessageSummary(this.#message.body) : undefined,
      );
    }
    return this.#messageSummary;
  }

  header(...args: unknown[]): string | undefined {
    ask('check', { on: 'SipMessage', fn: 'header', args, stack: callerStack() });
    const lines = headerLines(this.#message.headers, args[0] as string);
    return lines.length === 0 ? undefined : lines.join(', ');
  }

  headers(...args: unknown[]): readonly string[] {
    ask('check', { on: 'SipMessage', fn: 'headers', args, stack: callerStack() });
    return Object.freeze([...headerValues(this.#message.headers, args[0] as string)]);
  }
}
Reflect.deleteProperty(SipMessage.prototype, 'constructor');
guardNames(SipMessage.prototype, 'SipMessage');
Object.freeze(SipMessage.prototype);

class SipLog {
  readonly #agent: string;

  constructor(agent: string) {
    this.#agent = agent;
    Object.freeze(this);
  }

  received(...args: unknown[]): readonly SipMessage[] {
    ask('check', { on: 'SipLog', fn: 'received', args, stack: callerStack() });
    return found(this.#agent, 'received', args[0] as string | number);
  }

  sent(...args: unknown[]): readonly SipMessage[] {
    ask('check', { on: 'SipLog', fn: 'sent', args, stack: callerStack() });
    return found(this.#agent, 'sent', args[0] as string | number);
  }

  all(...args: unknown[]): readonly SipMessage[] {
    ask('check', { on: 'SipLog', fn: 'all', args, stack: callerStack() });
    return messages(this.#agent, () => true);
  }
}
Reflect.deleteProperty(SipLog.prototype, 'constructor');
guardNames(SipLog.prototype, 'SipLog');
Object.freeze(SipLog.prototype);

export type { SipLog, SipMessage };

/** The message of one log entry; undefined where it is no longer kept. */
export function sipMessageAt(agent: string, seq: number): SipMessage | undefined {
  const entry = world.sipOf(agent).find((one) => one.seq === seq);
  return entry && messageOf(entry);
}

/** The message of a log entry. */
export function messageWith(entry: LogEntry): SipMessage | undefined {
  return messageOf(entry);
}

/** Every message of an agent or peer that is wanted, oldest first. */
export function messagesOf(
  agent: string,
  isWanted: (message: TracedMessage) => boolean,
): readonly SipMessage[] {
  return messages(agent, isWanted);
}

/** What a message of the log was made of; undefined for any other value. */
export function tracedOf(value: unknown): TracedMessage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return apply(weakGet, traced, [value]) as TracedMessage | undefined;
}

export function sipLogOf(agent: string): SipLog {
  return new SipLog(agent);
}

/** Requests of a method, in any case; or responses with a code. */
function found(
  agent: string,
  direction: TracedMessage['direction'],
  wanted: string | number,
): readonly SipMessage[] {
  const method = typeof wanted === 'string' ? wanted.toUpperCase() : undefined;
  return messages(
    agent,
    (one) =>
      one.direction === direction &&
      (method === undefined
        ? one.code === wanted
        : one.code === undefined && one.method.toUpperCase() === method),
  );
}

/** One object for each message: the same one however often it is found. */
const known = new WeakMap<LogEntry, SipMessage>();
const traced = new WeakMap<object, TracedMessage>();

function messages(
  agent: string,
  isWanted: (message: TracedMessage) => boolean,
): readonly SipMessage[] {
  const result: SipMessage[] = [];
  for (const entry of world.sipOf(agent)) {
    if (entry.event.type !== 'sip' || !isWanted(entry.event.message)) continue;
    const message = messageOf(entry);
    if (message !== undefined) result.push(message);
  }
  return Object.freeze(result);
}

function messageOf(entry: LogEntry): SipMessage | undefined {
  if (entry.event.type !== 'sip') return undefined;
  let message = known.get(entry);
  if (message === undefined) {
    message = new SipMessage(entry.event.message, entry.at);
    known.set(entry, message);
    apply(weakSet, traced, [message, entry.event.message]);
  }
  return message;
}

export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen<unknown>(part);
  }
  return value;
}
