/**
 * A proxy between an agent's phone and the world, in this process: the phone sends to it and hears from it alone, and the
 * world sees one user agent. It reports what passes on the side of the world; that is the SIP log of the agent.
 */
import { hostPort } from '../agents/address.js';
import { afterReading } from '../after-reading.js';
import type { SipGuard } from '../agents/user-agent.js';
import type { SipMessage } from '../sip/sip-message.js';
import { transportOf, type PeerAccount } from '../signalling/account.js';
import { hopText, locate } from '../signalling/locate.js';
import { messageOf, withinLength } from '../signalling/transactions/messages.js';
import type { Arrived, Destination, Transport } from '../signalling/transport/transport.js';
import { UdpSocket } from '../signalling/transport/udp.js';
import { Wire } from '../signalling/transport/wire.js';
import { Changes, type GivenHeaders } from './changes.js';
import { answersTo, branchOf, callIdOf, cseqOf, Disguise, isOutsideOfDialog } from './disguise.js';
import { EarlyAnswers, responseTo } from './early.js';
import { LoginTranslation } from './login.js';
import { Numbers } from './numbers.js';
import { Passing } from './passing.js';
import { Recent } from '../signalling/recent.js';
import { OpenMessage, textOf } from './open-message.js';
import { OwnRequests } from './own-requests.js';

export interface ProxyWish {
  readonly address: string;
  /** Where the world finds the agent: UDP and TCP, and TLS on the next port. */
  readonly port: number;
  /** Where the phone listens, and where the proxy listens for it. */
  readonly phonePort: number;
  readonly innerPort: number;
  readonly account: PeerAccount;
  readonly verifyTls: boolean;
  readonly caFile: string | undefined;
  /** Header fields of each request that begins a call or a registration. */
  readonly headers: GivenHeaders;
  /** Whether the phone follows a REFER that is to replace a call (RFC 3891). */
  readonly knowsReplaces: boolean;
  /** Whether the phone logs in by MD5 alone. */
  readonly isMd5Only: boolean;
}

export interface ProxyUser {
  readonly guard: SipGuard | undefined;
  /**
   * Whether a message may leave. It is asked twice: before a name is looked up, with the next hop as its URI names it, and
   * with the address that was found.
   */
  allows(message: SipMessage): boolean;
  /** A message has come from the world or left for it, and the phone knows of it. */
  passed(message: SipMessage, raw: string, at: number): void;
  /** A request could not be sent. */
  unreachable(method: string, why: string): void;
  /** The caller has given up a call with early media, which the phone believes answered. */
  gaveUp(call: string): void;
  problem(text: string): void;
}

/** A request of the phone that was passed on: its CANCEL, its ACK and its repetitions go the same way. */
interface Way {
  /** URI of the next hop. */
  readonly hop: string;
  readonly route: string | undefined;
  /** The topmost Via as the phone wrote it. */
  readonly via: string;
  /** Methods that were sent over a connection: nothing is sent there a second time (RFC 3261, 17.1.1.2). */
  readonly sent: Set<string>;
  /** The request could not be sent: there is nobody to send its ACK or CANCEL to. */
  isDead?: true;
}

/** Transactions remembered, in each direction. */
const KEPT = 4096;

export class AgentProxy {
  readonly changes: Changes;
  readonly #numbers = new Numbers();
  readonly #wish: ProxyWish;
  readonly #disguise: Disguise;
  readonly #inner: UdpSocket;
  readonly #login: LoginTranslation | undefined = undefined;
  /** The way of each transaction; the key is the branch of the Via. */
  readonly #ways = new Recent<Way>(KEPT);
  /** Where responses to requests of the world go, by the branch the phone knows. */
  readonly #origins = new Recent<Destination>(KEPT);
  /** Messages of one call leave in the order in which the phone sent them. */
  readonly #leaving = new Map<string, Promise<void>>();
  #wire!: Wire;

  readonly #passing: Passing;
  readonly early: EarlyAnswers;
  #own: OwnRequests | undefined;
  #ending: Promise<void> | undefined;
  #user: ProxyUser | undefined;

  private constructor(wish: ProxyWish) {
    const { address, port, phonePort, innerPort } = wish;
    this.#wish = wish;
    this.changes = new Changes(wish.headers, wish.knowsReplaces);
    this.#passing = new Passing(({ message, raw, at }) => {
      this.#own?.noted(message);
      this.#user?.passed(message, raw, at);
    });
    this.early = new EarlyAnswers({
      place: hostPort(address, innerPort),
      toPhone: (octets) => {
        this.#toPhone(octets);
      },
      toWorld: (response, to, whose) => {
        if (whose === 'phone') this.#disguise.dressResponse(response, to.transport);
        void this.#leave(response, to, undefined)();
      },
      gaveUp: (call) => this.#user?.gaveUp(call),
    });
    const { login } = wish.account;
    if (login !== undefined && wish.isMd5Only) this.#login = new LoginTranslation(login);
    this.#disguise = new Disguise({
      phone: hostPort(address, phonePort),
      proxy: hostPort(address, innerPort),
      world: hostPort(address, port),
      secure: hostPort(address, port + 1),
    });
    this.#inner = new UdpSocket(address, innerPort, (arrived) => {
      // Only the phone is on that side.
      if (arrived.from.port === phonePort && arrived.from.address === address)
        this.#fromPhone(arrived.octets);
    });
  }

  /** Listens on both sides. @throws Error of Node, such as EADDRINUSE, and leaves nothing open. */
  static async open(wish: ProxyWish): Promise<AgentProxy> {
    const proxy = new AgentProxy(wish);
    const { address, port, verifyTls, caFile } = wish;
    proxy.#wire = await Wire.open(
      { address, port, verifyTls, webSocketPath: '', ...(caFile === undefined ? {} : { caFile }) },
      {
        arrived: (message) => {
          proxy.#fromWorld(message);
        },
        problem: (text) => {
          proxy.#user?.problem(text);
        },
      },
    );
    try {
      await proxy.#inner.open();
    } catch (error) {
      proxy.close();
      throw error;
    }
    return proxy;
  }

  /** "host:port" the phone sends to. */
  get place(): string {
    return hostPort(this.#wish.address, this.#wish.innerPort);
  }

  /** Lets messages pass from now on, with the consent of the user. */
  serve(user: ProxyUser): void {
    this.#user = user;
    this.#own = new OwnRequests(this.#wish.account, this.#wire, this.#numbers, {
      ...(user.guard === undefined ? {} : { guard: user.guard }),
      sip: (message, raw, at) => {
        user.passed(message, raw, at);
      },
    });
  }

  /** Requests beside those of the phone. */
  get own(): OwnRequests {
    if (this.#own === undefined) throw new Error('the proxy serves nobody yet');
    return this.#own;
  }

  /** Acts upon an event of the phone, behind what it has sent before. */
  inOrder(act: () => void): void {
    this.#passing.inOrder(act);
  }

  /** A message between the phone and the proxy, as the phone's own trace shows it. */
  traced(message: SipMessage): void {
    this.#passing.traced(message);
  }

  /** Closes the sockets, once what the phone has sent so far was read and has left, or could not leave. Idempotent. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    await new Promise<void>((resolve) => {
      afterReading(0, resolve);
    });
    await Promise.all(this.#leaving.values());
    this.close();
  }

  close(): void {
    this.#passing.end();
    this.early.end();
    this.#own?.end();
    this.#wire.close();
    this.#inner.close();
  }

  #fromPhone(octets: string): void {
    const text = withinLength(octets);
    const message = OpenMessage.parse(text);
    if (message === undefined) return;
    const call = callIdOf(message);
    const phones = this.#asPhones(text, 'sent');
    const send =
      message.method === undefined ? this.#answer(message, phones) : this.#ask(message, phones);
    const before = this.#leaving.get(call) ?? Promise.resolve();
    const leaving = before.then(send);
    this.#leaving.set(call, leaving);
    void leaving.then(() => {
      if (this.#leaving.get(call) === leaving) this.#leaving.delete(call);
    });
  }

  /** Prepares a request of the phone; returns what sends it. */
  #ask(request: OpenMessage, phones: SipMessage): () => Promise<void> {
    const [via = ''] = request.values('via');
    const branch = branchOf(via);
    const asked = request.toString();
    if (this.early.ends(request, this.changes.refusalOf(callIdOf(request)))) {
      return this.#withhold(phones);
    }
    const way = this.#wayOf(request, branch, via);
    if (way.route !== undefined) request.insert('Route', way.route, 'via');
    const { number, method } = cseqOf(request);
    request.set('CSeq', [`${this.#numbers.outward(callIdOf(request), number)} ${method}`]);
    this.#login?.answered(request);
    this.changes.request(request);
    const transport = transportOf(way.hop, this.#wish.account.transport);
    this.#disguise.dressRequest(request, transport);
    return async () => {
      if (way.isDead === true || way.sent.has(method)) {
        this.#passing.withheld(phones);
        return;
      }
      if (transport !== 'udp') way.sent.add(method);
      try {
        const named = { transport, remote: hopText(way.hop) };
        await this.#send(request, phones, named, () =>
          locate(way.hop, this.#wish.account.transport),
        );
      } catch (error) {
        way.isDead = true;
        this.#passing.withheld(phones);
        const why = whyUnreachable(error as NodeJS.ErrnoException);
        this.#user?.unreachable(method, why);
        this.#unreachable(asked, why);
      }
    };
  }

  #wayOf(request: OpenMessage, branch: string, via: string): Way {
    const next = this.#disguise.nextHop(request);
    const known = this.#ways.get(branch);
    if (known !== undefined) return known;
    const { outbound } = this.#wish.account;
    const sent = new Set<string>();
    const goesOut = outbound !== undefined && isOutsideOfDialog(request);
    const way = goesOut
      ? { hop: outbound, route: `<${outbound.replace(/;lr\b/i, '')};lr>`, via, sent }
      : { hop: next, route: undefined, via, sent };
    this.#ways.set(branch, way);
    return way;
  }

  /** Prepares a response of the phone; returns what sends it. */
  #answer(response: OpenMessage, phones: SipMessage): () => Promise<void> {
    const [via = ''] = response.values('via');
    const to = this.#origins.get(branchOf(via));
    const isLeaving =
      to !== undefined && this.early.response(response, to) && this.changes.response(response);
    if (!isLeaving) return this.#withhold(phones);
    this.#disguise.dressResponse(response, to.transport);
    return this.#leave(response, to, phones);
  }

  /** What takes the place of sending a message that must not leave. */
  #withhold(phones: SipMessage): () => Promise<void> {
    return () => {
      this.#passing.withheld(phones);
      return Promise.resolve();
    };
  }

  /** What sends a response to where its request came from. */
  #leave(
    response: OpenMessage,
    to: Destination,
    phones: SipMessage | undefined,
  ): () => Promise<void> {
    const named = { transport: to.transport, remote: hostPort(to.address, to.port) };
    return async () => {
      const sent = this.#send(response, phones, named, () => Promise.resolve(to));
      await sent.catch(() => undefined);
    };
  }

  async #send(
    message: OpenMessage,
    phones: SipMessage | undefined,
    named: { readonly transport: Transport; readonly remote: string },
    find: () => Promise<Destination>,
  ): Promise<void> {
    const octets = message.toString();
    const raw = textOf(octets);
    const ends = { direction: 'sent', local: '', ...named } as const;
    if (this.#user?.allows(messageOf(raw, ends)) !== true) return;
    const to = await find();
    const connection = await this.#wire.connection(to);
    const remote = hostPort(to.address, to.port);
    const leaving = messageOf(raw, { ...ends, local: connection.local, remote });
    if (!this.#user.allows(leaving)) return;
    this.#passing.passed({ message: leaving, raw, at: performance.now() }, phones);
    await connection.write(Buffer.from(octets, 'latin1'));
  }

  /** The phone learns that its request could not be sent (RFC 3261, 8.1.3.1); an ACK has no response. */
  #unreachable(request: string, why: string): void {
    const message = OpenMessage.parse(request);
    if (message === undefined || message.method === 'ACK') return;
    this.#toPhone(responseTo(message, `503 ${why.replace(/[^\x20-\x7e]/g, ' ')}`));
  }

  #fromWorld({ octets, transport, local, from }: Arrived): void {
    const text = withinLength(octets);
    const raw = textOf(text);
    const remote = hostPort(from.address, from.port);
    const message = messageOf(raw, { direction: 'received', transport, local, remote });
    if (this.#own?.awaits(message) === true) {
      this.#own.arrived({ octets, transport, local, from });
      return;
    }
    const phones = this.#forPhone(text, from);
    const seen = phones === undefined ? undefined : this.#asPhones(phones, 'received');
    this.#passing.passed({ message, raw, at: performance.now() }, seen);
    if (phones !== undefined) this.#toPhone(phones);
  }

  /** What the phone gets of a message of the world; undefined for a response to nothing. */
  #forPhone(octets: string, from: Destination): string | undefined {
    const message = OpenMessage.parse(octets);
    const [via] = message?.values('via') ?? [];
    // What is no SIP message is for the phone to judge.
    if (message === undefined || via === undefined) return octets;
    if (message.method !== undefined) {
      if (!this.early.arrived(message, from)) return undefined;
      this.changes.arrived(message);
      const branch = this.#disguise.undressRequest(message, from);
      this.#origins.set(branch, answersTo(via, from));
      return message.toString();
    }
    const way = this.#ways.get(branchOf(via));
    if (way === undefined || !this.#disguise.isOurs(via)) return undefined;
    this.#disguise.undressResponse(message, way.via);
    const { number, method } = cseqOf(message);
    message.set('CSeq', [`${this.#numbers.inward(callIdOf(message), number)} ${method}`]);
    this.#login?.challenged(message);
    this.changes.answered(message);
    return message.toString();
  }

  #asPhones(octets: string, direction: SipMessage['direction']): SipMessage {
    const ends = { direction, transport: 'udp', local: '', remote: '' } as const;
    return messageOf(textOf(octets), ends);
  }

  #toPhone(octets: string): void {
    const { address, phonePort: port } = this.#wish;
    const connection = this.#inner.towards({ transport: 'udp', address, port });
    connection.write(Buffer.from(octets, 'latin1')).catch((error: unknown) => {
      this.#user?.problem(`a message did not reach baresip: ${(error as Error).message}`);
    });
  }
}

/** Words as a phone uses them for errors of the system. */
const SYSTEM_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'Connection refused'],
  ['EHOSTUNREACH', 'No route to host'],
  ['ENETUNREACH', 'Network is unreachable'],
  ['ECONNRESET', 'Connection reset by peer'],
]);

function whyUnreachable({ code = '', message }: NodeJS.ErrnoException): string {
  return SYSTEM_ERRORS.get(code) ?? message;
}
