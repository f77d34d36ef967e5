/** A running agent as its verbs and its audio see it; session.ts makes it run. Types only. */
import type { ErrorCode, OffhookError } from '../errors.js';
import type { AgentEvent } from '../model/agent-event.js';
import type { AgentState, CallState } from '../model/agent-state.js';
import type { GivenHeaders } from '../proxy/changes.js';
import type { UserAgent } from '../agents/user-agent.js';
import type { Ground } from './ground.js';
import type { Dumps } from './media/dumps.js';
import type { CallLog } from './record/call-log.js';
import type { Inbox } from './record/inbox.js';
import type { Registration } from './record/registration.js';
import type { RequestLog } from './record/request-log.js';
import type { TelephoneEvents } from './record/telephone-events.js';
import type { Limit } from '../agents/limit.js';
import type { Waiters } from '../agents/waiters.js';
import type { CommandSet } from './wire/commands.js';
import type { Contacts } from './wire/contacts.js';
import type { Command } from './wire/ctrl.js';
import type { Reply } from './wire/events.js';

/** An attended transfer under way: the call on hold, and the Call-ID of the call beside it. */
export interface Consultation {
  readonly first: CallState;
  readonly call: string;
  readonly target: PlacedTarget;
}

/** A target as a URI, and the agent behind it if it is one of ours. */
export interface PlacedTarget {
  readonly uri: string;
  readonly agent?: UserAgent;
}

/** How a call is refused. `code` 300 to 399 and `headers` only through a proxy. */
export interface Refusal {
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
  readonly headers?: GivenHeaders;
}

export interface RunningAgent {
  readonly ground: Ground;
  consultation?: Consultation | undefined;
  /** How every further incoming call is refused. */
  refusal?: Refusal | undefined;
  /** Fold over every event so far. */
  readonly state: AgentState;
  readonly waiters: Waiters;
  readonly commands: CommandSet;
  readonly calls: CallLog;
  readonly registration: Registration;
  readonly requests: RequestLog;
  readonly inbox: Inbox;
  readonly telephoneEvents: TelephoneEvents;
  readonly contacts: Contacts;
  readonly dumps: Dumps;
  /** The last lines baresip wrote. */
  readonly lastLines: readonly string[];
  /** The agent has neither stopped nor failed. */
  readonly usable: boolean;
  /** The seq of the next log entry. */
  readonly nextSeq: number;
  /** Appends to the log, folds, and wakes all waiting verbs; returns the seq of the entry. */
  emit(event: AgentEvent): number;
  /** Calls `observer` with every event, once the state includes it. */
  observe(observer: (event: AgentEvent) => void): void;
  /** The newest log entry of that type, of that call, at or after `since`. */
  seqOf(type: AgentEvent['type'], call?: string, since?: number): number | undefined;
  /** Sends commands in one write. The replies never leave an unhandled rejection behind. */
  send(verb: string, commands: readonly Command[], limit: Limit): Promise<Reply>[];
  /** Throws when the agent cannot do anything any more. */
  assertUsable(verb: string): void;
  problem(code: ErrorCode, verb: string, what: string, hint?: string): OffhookError;
}
