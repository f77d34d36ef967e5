/** A running peer as its parts see it; session.ts makes it run. Types only. */
import type { AgentContext } from '../agents/user-agent.js';
import type { Waiters } from '../agents/waiters.js';
import type { AgentEvent } from '../model/agent-event.js';
import type { PeerOptions } from '../schema/types.gen.js';
import type { PeerAccount } from '../signalling/account.js';
import type { Media } from './media/media.js';
import type { OtherDialogs } from './other-dialogs.js';
import type { Requests } from '../signalling/requests.js';
import type { Responses } from './responses.js';
import type { Clock } from '../signalling/transactions/timers.js';

/** What a peer is made of when it starts. */
export interface PeerGround {
  readonly name: string;
  readonly options: PeerOptions;
  readonly account: PeerAccount;
  readonly context: AgentContext;
  readonly media: Media;
}

export interface PeerCore {
  readonly ground: PeerGround;
  readonly clock: Clock;
  readonly waiters: Waiters;
  readonly requests: Requests;
  readonly responses: Responses;
  readonly dialogs: OtherDialogs;
  /** Appends to the log, folds, and wakes all waiting verbs; returns the seq of the entry. */
  emit(event: AgentEvent): number;
  /** Lets work go on that nobody waits for: a failure becomes a warning. */
  inBackground(what: string, work: Promise<unknown>): void;
}
