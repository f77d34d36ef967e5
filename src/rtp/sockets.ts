/** The two UDP sockets of a session: RTP on an even port, RTCP on the next (RFC 3550, 11). */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { OffhookError } from '../errors.js';
import type { RtpAddress } from './parameters.js';

/** Room for packets that come while this process does something else: the kernel grants what it allows. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

type Receive = (bytes: Buffer) => void;

export class SocketPair {
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  #isClosed = false;

  private constructor(rtp: Socket, rtcp: Socket) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
  }

  /** @throws OffhookError E_PORTS: the port is odd, in use, or this host does not have the address */
  static async open(
    address: string,
    port: number,
    receive: { rtp: Receive; rtcp: Receive },
  ): Promise<SocketPair> {
    if (port % 2 !== 0) {
      throw portError(address, port, 'is odd: RTP needs an even port, RTCP takes the next');
    }
    const rtp = await bound(address, port, receive.rtp);
    try {
      return new SocketPair(rtp, await bound(address, port + 1, receive.rtcp));
    } catch (error) {
      rtp.close();
      throw error;
    }
  }

  /** A packet that could not be sent counts as lost in the network: the reports of the other side show it. */
  sendRtp(bytes: Uint8Array, to: RtpAddress): void {
    if (!this.#isClosed) this.#rtp.send(bytes, to.port, to.address);
  }

  sendRtcp(bytes: Uint8Array, to: RtpAddress): void {
    if (!this.#isClosed) this.#rtcp.send(bytes, to.port, to.address);
  }

  /** Resolves when both ports are free again. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([closed(this.#rtp), closed(this.#rtcp)]);
  }
}

function ignore(): void {
  return;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.close(resolve);
  });
}

function bound(address: string, port: number, receive: Receive): Promise<Socket> {
  const family = isIPv6(address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    // addresses are numbers already: the usual look-up would put off each packet
    lookup: (host, _options, done) => {
      done(null, host, family);
    },
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      reject(portError(address, port, WHY[error.code ?? ''] ?? error.message, error));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // an ICMP error is about one packet that was sent, not about the socket
      socket.on('error', ignore);
      socket.on('message', receive);
      try {
        socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
      } catch {
        // the kernel's default size is enough
      }
      resolve(socket);
    });
  });
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EADDRNOTAVAIL: 'cannot be used: this host does not have that address',
  EACCES: 'may not be used: permission denied',
};

function portError(address: string, port: number, why: string, cause?: unknown): OffhookError {
  return new OffhookError(
    'E_PORTS',
    { subject: 'RTP', what: `UDP port ${port} of ${address} ${why}` },
    { hint: 'choose another address or port, or stop what listens there (see: ss -lnup)' },
    cause,
  );
}
