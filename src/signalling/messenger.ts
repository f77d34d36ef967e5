/**
 * Sends and receives the messages of a peer and gives each its place: in a transaction it has (RFC 3261, 17), or a new
 * one. Each message is judged, noted in the log, and then sent.
 */
import { randomBytes } from 'node:crypto';
import { hostPort } from '../agents/address.js';
import type { AgentContext, Caller } from '../agents/user-agent.js';
import type { PeerOptions } from '../schema/types.gen.js';
import { headerOf, parseHead, type HeaderField, type SipMessage } from '../sip/sip-message.js';
import { octetsOf, withHeaders, writeMessage } from '../sip/write-message.js';
import { transportOf, type PeerAccount } from './account.js';
import { ClientTransaction, type ClientUser } from './transactions/client-transaction.js';
import { hopText, locate } from './locate.js';
import { ServerTransaction, tryingMs } from './transactions/server-transaction.js';
import {
  branchOf,
  clientKey,
  endsOf,
  messageOf,
  serverKey,
  withinLength,
} from './transactions/messages.js';
import type { Clock } from './transactions/timers.js';
import type { Arrived, Connection, Destination, Transport } from './transport/transport.js';
import type { Wire } from './transport/wire.js';

type GivenHeaders = Readonly<Record<string, string | readonly string[] | null>>;

/** A request to be sent; Via and Content-Length are added. */
export interface RequestDraft {
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly HeaderField[];
  readonly body: string;
  /** Headers of the script, which take the place of the peer's own. */
  readonly given?: GivenHeaders | undefined;
  /** URI of the next hop, where it is not the Request-URI. */
  readonly nextHop?: string | undefined;
  /** The dialog was judged when it began, and the script has not chosen another way for this request. */
  readonly isJudged: boolean;
  /** Whether a final response other than 2xx to an INVITE is acknowledged. */
  readonly acknowledges?: boolean;
  /** Branch of the Via: that of the INVITE for its CANCEL (9.1). */
  readonly branch?: string;
}

/** A request on the wire. */
export interface SentRequest {
  readonly draft: RequestDraft;
  readonly message: SipMessage;
  readonly text: string;
  readonly branch: string;
  readonly to: Destination;
}

export interface ResponseDraft {
  readonly code: number;
  readonly reason: string;
  readonly headers: readonly HeaderField[];
  readonly body: string;
  readonly given?: GivenHeaders | undefined;
}

export interface MessengerUser {
  /** A new request; an ACK to a 2xx comes without a transaction. */
  request(message: SipMessage, transaction: ServerTransaction | undefined): void;
  /** A message that belongs to nothing: a second 2xx after its transaction ended, a late response. */
  stray(message: SipMessage): void;
  trying(transaction: ServerTransaction): void;
  unacknowledged(transaction: ServerTransaction): void;
}

/** Whoever judges the messages, and takes note of them. */
export type MessengerContext = Pick<AgentContext, 'sip' | 'guard'>;

export class Messenger {
  readonly #account: PeerAccount;
  readonly #context: MessengerContext;
  readonly #clock: Clock;
  readonly #automatic: NonNullable<PeerOptions['automatic']>;
  readonly #user: MessengerUser;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerTransaction>();
  /** Where the request of a transaction came from. */
  readonly #origins = new WeakMap<ServerTransaction, Destination>();
  readonly #writing = new Set<Promise<void>>();
  wire!: Wire;

  constructor(
    account: PeerAccount,
    context: MessengerContext,
    clock: Clock,
    automatic: NonNullable<PeerOptions['automatic']>,
    user: MessengerUser,
  ) {
    this.#account = account;
    this.#context = context;
    this.#clock = clock;
    this.#automatic = automatic;
    this.#user = user;
  }

  /**
   * Sends a request; its responses go to `user`. `leaves` is called when nothing but the writing is left: a response
   * may be read before the writing has returned.
   * @throws OffhookError E_SIP_DENIED, E_CALL_LIMIT; Error when it could not be sent
   */
  async request(
    draft: RequestDraft,
    user: ClientUser,
    leaves: (sent: SentRequest) => void = () => undefined,
  ): Promise<SentRequest> {
    const sent = await this.#prepare(draft);
    const transaction = draft.method === 'ACK' ? undefined : this.#begin(sent, user);
    leaves(sent);
    try {
      await this.#transmit(sent);
    } catch (error) {
      transaction?.end();
      throw error;
    }
    return sent;
  }

  #begin(sent: SentRequest, user: ClientUser): ClientTransaction {
    const { draft, branch } = sent;
    const { method } = draft;
    const key = clientKey(branch, method);
    const again = (): void => {
      void this.#transmit(sent).catch(() => undefined);
    };
    const transaction = new ClientTransaction(
      {
        method,
        branch,
        isReliable: isReliable(sent.to.transport),
        send: again,
        ...(draft.acknowledges === false
          ? {}
          : {
              acknowledge: (response: SipMessage) => {
                void this.#acknowledge(sent, response);
              },
            }),
      },
      user,
      this.#clock,
      {
        retransmits: this.#automatic.retransmit !== false,
        over: () => {
          this.#clients.delete(key);
        },
      },
    );
    this.#clients.set(key, transaction);
    return transaction;
  }

  /** Answers a request, as often as it is called. */
  async respond(transaction: ServerTransaction, draft: ResponseDraft): Promise<SipMessage> {
    const to = this.#origins.get(transaction);
    if (to === undefined) throw new Error('the request is no longer known');
    const { code, reason, headers, body, given } = draft;
    const own: HeaderField[] = [...headers, ['Content-Length', String(octetsOf(body))]];
    const text = writeMessage({
      start: `SIP/2.0 ${code}${reason === '' ? ' ' : ` ${reason}`}`,
      headers: withHeaders(own, given),
      body,
    });
    const remote = hostPort(to.address, to.port);
    const ends = { direction: 'sent', transport: to.transport, remote } as const;
    this.#context.guard?.answering(messageOf(text, { ...ends, local: '' }));
    const connection = await this.wire.connection(to);
    const message = messageOf(text, { ...ends, local: connection.local });
    transaction.respond(code, () => {
      this.#note(message, text);
      void this.#write(connection, Buffer.from(text, 'utf8')).catch(() => undefined);
    });
    return message;
  }

  /** Sends octets as they are, each in a write of its own. @throws OffhookError E_SIP_DENIED, E_CALL_LIMIT */
  async raw(parts: readonly Buffer[], uri: string): Promise<void> {
    const whole = Buffer.concat(parts).toString('utf8');
    const transport = transportOf(uri, this.#account.transport);
    this.#context.guard?.octets(whole, `${hopText(uri)};transport=${transport}`, this.#caller);
    const to = await locate(uri, this.#account.transport);
    const remote = hostPort(to.address, to.port);
    const connection = await this.wire.connection(to);
    const heard = { transport: to.transport, local: connection.local, remote } as const;
    const message = messageOf(whole, { direction: 'sent', ...heard });
    this.#note(message, whole);
    for (const part of parts) await this.#write(connection, part);
  }

  /** Whether the response answers a request of this messenger. */
  awaits(response: SipMessage): boolean {
    return this.#clients.has(clientKey(branchOf(response), response.method));
  }

  /** What has arrived on the wire. */
  arrived({ octets, transport, local, from }: Arrived): void {
    const text = Buffer.from(withinLength(octets), 'latin1').toString('utf8');
    const remote = hostPort(from.address, from.port);
    const message = messageOf(text, { direction: 'received', transport, local, remote });
    this.#note(message, text);
    if (parseHead(text) === undefined) return;
    if (message.code === undefined) this.#requested(message, from);
    else this.#responded(message);
  }

  /** A proxy or registrar reads URIs in its own way. */
  get #caller(): Caller {
    const { outbound, serverless } = this.#account;
    return { routed: outbound !== undefined || !serverless };
  }

  end(): void {
    for (const one of [...this.#clients.values(), ...this.#servers.values()]) one.end();
  }

  #responded(message: SipMessage): void {
    const branch = branchOf(message);
    const transaction = this.#clients.get(clientKey(branch, message.method));
    if (transaction === undefined) this.#user.stray(message);
    else transaction.received(message);
  }

  #requested(message: SipMessage, from: Destination): void {
    const key = serverKey(message);
    const present = this.#servers.get(key);
    if (message.method === 'ACK') {
      present?.acknowledged();
      this.#user.request(message, undefined);
      return;
    }
    if (present !== undefined) {
      present.repeated();
      return;
    }
    const transaction: ServerTransaction = new ServerTransaction(
      { message, isReliable: isReliable(from.transport) },
      {
        trying: () => {
          this.#user.trying(transaction);
        },
        unacknowledged: () => {
          this.#user.unacknowledged(transaction);
        },
      },
      this.#clock,
      {
        tryingMs: tryingMs(this.#automatic.trying),
        retransmits: this.#automatic.retransmit !== false,
      },
      () => {
        this.#servers.delete(key);
      },
    );
    this.#servers.set(key, transaction);
    this.#origins.set(transaction, from);
    this.#user.request(message, transaction);
  }

  /** Judges and composes the request, and finds the way it takes. */
  async #prepare(draft: RequestDraft): Promise<SentRequest> {
    const { method, uri, nextHop } = draft;
    const hop = nextHop ?? uri;
    const transport = transportOf(hop, this.#account.transport);
    const branch = draft.branch ?? `z9hG4bK${randomBytes(8).toString('hex')}`;
    const via = `SIP/2.0/${transport.toUpperCase()} ${this.#account.sentBy};branch=${branch};rport`;
    const own: HeaderField[] = [
      ['Via', via],
      ...draft.headers,
      ['Content-Length', String(octetsOf(draft.body))],
    ];
    const text = writeMessage({
      start: `${method} ${uri} SIP/2.0`,
      headers: withHeaders(own, draft.given),
      body: draft.body,
    });
    const ends = { direction: 'sent', transport, local: '' } as const;
    // Judged before any name is looked up: a look-up leaves the machine as well.
    const named = messageOf(text, { ...ends, remote: hopText(hop) });
    this.#context.guard?.sending(named, draft.isJudged, this.#caller);
    const to = await locate(hop, this.#account.transport);
    const connection = await this.wire.connection(to);
    const remote = hostPort(to.address, to.port);
    const message = messageOf(text, { ...ends, remote, local: connection.local });
    return { draft, message, text, branch: branchOf(message) || branch, to };
  }

  async #transmit({ message, text, to }: Omit<SentRequest, 'draft' | 'branch'>): Promise<void> {
    const connection = await this.wire.connection(to);
    this.#note(message, text);
    await this.#write(connection, Buffer.from(text, 'utf8'));
  }

  /** The ACK of a refusal is part of the INVITE's transaction (17.1.1.3). */
  async #acknowledge({ message, to }: SentRequest, response: SipMessage): Promise<void> {
    const field = (name: string): HeaderField => [
      name,
      headerOf(message.headers, name.toLowerCase()) ?? '',
    ];
    const routes = message.headers.filter(([name]) => name.toLowerCase() === 'route');
    const text = writeMessage({
      start: `ACK ${message.uri ?? ''} SIP/2.0`,
      headers: [
        field('Via'),
        field('Max-Forwards'),
        ...routes,
        field('From'),
        ['To', headerOf(response.headers, 'to') ?? ''],
        field('Call-ID'),
        ['CSeq', `${message.cseq} ACK`],
        ['Content-Length', '0'],
      ],
      body: '',
    });
    const ack = messageOf(text, { ...endsOf(message), direction: 'sent' });
    await this.#transmit({ message: ack, text, to }).catch(() => undefined);
  }

  async #write(connection: Connection, octets: Buffer): Promise<void> {
    const writing = connection.write(octets);
    this.#writing.add(writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Resolves once everything was given to the kernel: what is written when a socket closes is lost. */
  async written(): Promise<void> {
    await Promise.allSettled(this.#writing);
  }

  #note(message: SipMessage, text: string): void {
    this.#context.sip(message, text, performance.now());
  }
}

function isReliable(transport: Transport): boolean {
  return transport !== 'udp';
}
