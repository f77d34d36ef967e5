/**
 * A peer at work: its state is a fold over its events, like that of any agent; messages that arrive are dealt out to its
 * calls, its registration, or the script.
 */
import { EventHistory } from '../agents/record/event-history.js';
import type { AgentContext } from '../agents/user-agent.js';
import { Waiters } from '../agents/waiters.js';
import { OffhookError, type ErrorCode } from '../errors.js';
import type { AgentEvent } from '../model/agent-event.js';
import { fold, NEW_AGENT, type AgentState } from '../model/agent-state.js';
import type { SipMessage } from '../sip/sip-message.js';
import type { PeerCore, PeerGround } from './core.js';
import { AutomaticAnswers } from './automatic.js';
import { Calls } from './calls.js';
import { endCalls } from './leaving.js';
import { OtherDialogs } from './other-dialogs.js';
import { Messenger, type MessengerUser } from '../signalling/messenger.js';
import { Registration } from './registration.js';
import { Requests } from '../signalling/requests.js';
import { Responses } from './responses.js';
import { Rtp } from './media/rtp.js';
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import { REAL_CLOCK, type Clock } from '../signalling/transactions/timers.js';

export class PeerSession implements PeerCore, MessengerUser {
  readonly ground: PeerGround;
  readonly waiters = new Waiters();
  readonly messenger: Messenger;
  readonly requests: Requests;
  readonly responses: Responses;
  readonly calls: Calls;
  readonly rtp: Rtp;
  readonly registration: Registration;
  readonly dialogs = new OtherDialogs();
  readonly clock: Clock = REAL_CLOCK;
  state: AgentState = NEW_AGENT;
  readonly automatic: AutomaticAnswers;
  readonly #history = new EventHistory();
  #isStopped = false;

  constructor(ground: PeerGround) {
    this.ground = ground;
    const { account, context, options } = ground;
    const automatic = options.automatic ?? {};
    const noting: AgentContext = {
      ...context,
      sip: (message, raw, at) => {
        context.sip(message, raw, at);
        this.calls.noted(message);
        this.dialogs.noted(message);
        this.waiters.wake();
      },
    };
    this.messenger = new Messenger(account, noting, this.clock, automatic, this);
    this.requests = new Requests(account, this.messenger, {
      logsIn: automatic.login !== false,
      always: Object.entries(options.headers ?? {}).flatMap(([name, value]) =>
        (typeof value === 'string' ? [value] : value).map((one) => [name, one] as const),
      ),
    });
    this.responses = new Responses(account, this.messenger);
    this.registration = new Registration(this);
    this.rtp = new Rtp(this);
    this.calls = new Calls(this, this.rtp);
    this.automatic = new AutomaticAnswers(this, this.calls);
  }

  emit(event: AgentEvent): number {
    const { seq, at } = this.ground.context.emit(event);
    this.state = fold(this.state, event, at);
    this.#history.add(event, seq);
    this.waiters.wake();
    return seq;
  }

  /** The newest log entry of that type, of that call. */
  seqOf(type: AgentEvent['type'], call = ''): number | undefined {
    return this.#history.newest(type, call, 0);
  }

  /** Number of the newest entry of all. */
  get lastSeq(): number {
    return this.#history.last;
  }

  assertUsable(verb: string): void {
    if (this.#isStopped) throw this.problem('E_AGENT_GONE', verb, 'the peer was stopped');
  }

  problem(code: ErrorCode, verb: string, what: string, hint?: string): OffhookError {
    const { name } = this.ground;
    return new OffhookError(
      code,
      { subject: `peer "${name}"`, verb, what },
      { agents: [name], ...(hint === undefined ? {} : { hint }) },
    );
  }

  /** Runs what sends something: an error of the network becomes E_PEER. */
  async sending<T>(verb: string, send: () => Promise<T>): Promise<T> {
    this.assertUsable(verb);
    try {
      return await send();
    } catch (error) {
      if (error instanceof OffhookError) throw error;
      throw this.problem(
        'E_PEER',
        verb,
        `nothing could be sent: ${(error as Error).message}`,
        'check the host, the port and the transport of the target, and that its server runs',
      );
    }
  }

  /** Lets work go on that nobody waits for: a failure is told as a warning. */
  inBackground(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.#isStopped) {
        this.emit({ type: 'warning', text: `${what} failed: ${(error as Error).message}` });
      }
    });
  }

  request(message: SipMessage, transaction: ServerTransaction | undefined): void {
    if (transaction === undefined) {
      this.calls.acknowledged(message);
      this.waiters.wake();
      return;
    }
    this.automatic.request(message, transaction);
    this.waiters.wake();
  }

  stray(message: SipMessage): void {
    this.calls.stray(message);
  }

  trying(transaction: ServerTransaction): void {
    this.inBackground('100 Trying', this.responses.send(transaction, 100, {}));
  }

  unacknowledged(transaction: ServerTransaction): void {
    this.calls.unacknowledged(transaction);
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    const leaving = [endCalls(this, this.calls), this.registration.leave()];
    this.#isStopped = true;
    await Promise.allSettled(leaving);
    await this.rtp.end();
    this.waiters.fail(this.problem('E_AGENT_GONE', 'stop', 'the peer was stopped'));
    this.messenger.end();
    this.registration.end();
    await this.messenger.written();
    this.messenger.wire.close();
    this.emit({
      type: 'exited',
      code: 0,
      signal: null,
      expected: true,
      reason: 'the peer was stopped',
    });
  }
}
