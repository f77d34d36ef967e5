/** How a peer sends and receives: over UDP, TCP, TLS and WebSockets (RFC 3261, 18; RFC 7118). Octets in, octets out. */
import { hostPort } from '../../agents/address.js';
import { Streams } from './streams.js';
import type {
  Arrived,
  Connection,
  Destination,
  Transport,
  WireSink,
  WireWish,
} from './transport.js';
import { UdpSocket } from './udp.js';
import { openWebSocket } from './web-socket.js';

export class Wire {
  readonly #wish: WireWish;
  readonly #sink: WireSink;
  readonly #udp: UdpSocket;
  readonly #streams: Streams;
  /** Connections by transport and the other end, those being opened included. */
  readonly #connections = new Map<string, Promise<Connection>>();

  private constructor(wish: WireWish, sink: WireSink) {
    this.#wish = wish;
    this.#sink = sink;
    const arrived = (message: Arrived): void => {
      sink.arrived(message);
    };
    this.#udp = new UdpSocket(wish.address, wish.port, arrived);
    this.#streams = new Streams(wish, {
      arrived,
      problem: (text) => {
        sink.problem(text);
      },
      accepted: (transport, connection) => {
        this.#connections.set(keyOf(transport, connection.remote), Promise.resolve(connection));
      },
      ended: (transport, remote) => {
        this.#connections.delete(keyOf(transport, remote));
      },
    });
  }

  /** Listens. @throws Error of Node, such as EADDRINUSE, and leaves nothing open. */
  static async open(wish: WireWish, sink: WireSink): Promise<Wire> {
    const wire = new Wire(wish, sink);
    try {
      await wire.#udp.open();
      await wire.#streams.listen();
      return wire;
    } catch (error) {
      wire.close();
      throw error;
    }
  }

  /**
   * What carries octets there: a connection of its own over TCP, TLS and WebSockets, opened where there is none.
   * @throws Error when there is no connection: refused, no answer, a certificate that is not trusted
   */
  connection(to: Destination): Promise<Connection> {
    if (to.transport === 'udp') return Promise.resolve(this.#udp.towards(to));
    const key = keyOf(to.transport, hostPort(to.address, to.port));
    const present = this.#connections.get(key);
    if (present !== undefined) return present;
    const opening = this.#open(to, key);
    this.#connections.set(key, opening);
    opening.catch(() => {
      this.#connections.delete(key);
    });
    return opening;
  }

  close(): void {
    this.#udp.close();
    this.#streams.close();
    for (const open of this.#connections.values()) {
      open.then(
        (connection) => {
          connection.close();
        },
        () => undefined,
      );
    }
    this.#connections.clear();
  }

  #open(to: Destination, key: string): Promise<Connection> {
    if (to.transport === 'tcp' || to.transport === 'tls') {
      return this.#streams.connect(to.transport, to);
    }
    return openWebSocket(to, this.#wish, {
      arrived: (message) => {
        this.#sink.arrived(message);
      },
      ended: () => {
        this.#connections.delete(key);
      },
    });
  }
}

function keyOf(transport: Transport, remote: string): string {
  return `${transport} ${remote}`;
}
