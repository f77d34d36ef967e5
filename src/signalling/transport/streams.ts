/** SIP over TCP and TLS (RFC 3261, 18 and 26): connections opened and accepted, messages cut out of their streams. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp, createServer, isIP, type Server, type Socket } from 'node:net';
import {
  connect as connectTls,
  createSecureContext,
  TLSSocket,
  type SecureContext,
} from 'node:tls';
import { hostPort } from '../../agents/address.js';
import { selfSigned } from '../../certificate.js';
import { StreamFraming } from '../../sip/framing.js';
import type { Arrived, Connection, Destination, TlsWish } from './transport.js';

interface StreamWish extends TlsWish {
  readonly address: string;
  readonly port: number;
}

type StreamTransport = 'tcp' | 'tls';

interface StreamSink {
  arrived(message: Arrived): void;
  problem(text: string): void;
  accepted(transport: StreamTransport, connection: Connection): void;
  ended(transport: StreamTransport, remote: string): void;
}

/** A server that does not answer must not use up the limit of a verb. */
const CONNECT_MS = 4000;
const CERTIFICATE_DAYS = 30;

export class Streams {
  readonly #wish: StreamWish;
  readonly #sink: StreamSink;
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();
  #context: Promise<SecureContext> | undefined;
  #isClosed = false;

  constructor(wish: StreamWish, sink: StreamSink) {
    this.#wish = wish;
    this.#sink = sink;
  }

  async listen(): Promise<void> {
    const { port } = this.#wish;
    await this.#listen(
      createServer((socket) => {
        this.#accept('tcp', socket);
      }),
      port,
    );
    await this.#listen(
      createServer((socket) => {
        this.#secure(socket).catch((error: unknown) => {
          this.#sink.problem(`a TLS connection was not set up: ${(error as Error).message}`);
          socket.destroy();
        });
      }),
      port + 1,
    );
  }

  /** The certificate is made with the first connection: most peers have none over TLS. */
  async #secure(socket: Socket): Promise<void> {
    socket.on('error', () => undefined);
    this.#context ??= selfSigned('offhook peer', [this.#wish.address], CERTIFICATE_DAYS).then(
      (certificate) => createSecureContext(certificate),
    );
    const secure = new TLSSocket(socket, { isServer: true, secureContext: await this.#context });
    this.#sockets.add(secure);
    await connected(secure, 'secure');
    this.#accept('tls', secure);
  }

  #listen(server: Server, port: number): Promise<void> {
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.#wish.address, port, exclusive: true }, resolve);
    });
  }

  async connect(transport: StreamTransport, to: Destination): Promise<Connection> {
    const { verifyTls, caFile } = this.#wish;
    const at = { host: to.address, port: to.port };
    const name = to.host !== undefined && isIP(to.host) === 0 ? { servername: to.host } : {};
    const socket =
      transport === 'tcp'
        ? connectTcp(at)
        : connectTls({
            ...at,
            ...name,
            rejectUnauthorized: verifyTls,
            ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
          });
    await connected(socket, transport === 'tcp' ? 'connect' : 'secureConnect');
    return this.#carry(transport, socket);
  }

  #accept(transport: StreamTransport, socket: Socket): void {
    this.#sink.accepted(transport, this.#carry(transport, socket));
  }

  #carry(transport: StreamTransport, socket: Socket): Connection {
    const local = hostPort(socket.localAddress ?? '', socket.localPort ?? 0);
    const [address, port] = [socket.remoteAddress ?? '', socket.remotePort ?? 0];
    const remote = hostPort(address, port);
    const framing = new StreamFraming();
    const from: Destination = { transport, address, port };
    this.#sockets.add(socket);
    if (this.#isClosed) socket.destroy();
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      try {
        for (const octets of framing.take(data.toString('latin1'))) {
          this.#sink.arrived({ octets, transport, local, from });
        }
      } catch (error) {
        this.#sink.problem(
          `the connection with ${remote} was closed: its data cannot be read as SIP (${(error as Error).message})`,
        );
        socket.destroy();
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#sink.ended(transport, remote);
    });
    return {
      local,
      remote,
      write: (octets) =>
        new Promise((resolve, reject) => {
          socket.write(octets, (error) => {
            if (error === undefined || error === null) resolve();
            else reject(error);
          });
        }),
      close: () => {
        // What was written still leaves.
        socket.end();
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const server of this.#servers) server.close();
    for (const socket of this.#sockets) socket.destroySoon();
  }
}

function connected(socket: Socket, event: 'connect' | 'secureConnect' | 'secure'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${CONNECT_MS / 1000} s`));
    }, CONNECT_MS);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve();
    });
    const failed = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', failed);
  });
}
