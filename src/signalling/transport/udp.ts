/** SIP over UDP (RFC 3261, 18): a datagram holds one message. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { hostPort } from '../../agents/address.js';
import type { Arrived, Connection, Destination } from './transport.js';

/** Keep-alives: empty lines, and the four octets some phones send (RFC 5626, 3.5.1). */
const KEEP_ALIVE = /^[\r\n\0]*$/;
/** Room for what comes while this process does something else: 200 kB, the usual size, are 100 ms of 500 calls a second. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024;

export class UdpSocket {
  readonly #address: string;
  readonly #port: number;
  readonly #socket: Socket;

  constructor(address: string, port: number, arrived: (message: Arrived) => void) {
    this.#address = address;
    this.#port = port;
    this.#socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    this.#socket.on('message', (data, from) => {
      const octets = data.toString('latin1');
      if (KEEP_ALIVE.test(octets)) return;
      arrived({
        octets,
        transport: 'udp',
        local: hostPort(address, port),
        from: { transport: 'udp', address: from.address, port: from.port },
      });
    });
  }

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind({ address: this.#address, port: this.#port, exclusive: true }, () => {
        this.#socket.off('error', reject);
        // What becomes of a datagram that nobody takes is not an error of the socket.
        this.#socket.on('error', () => undefined);
        try {
          this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
        } catch {
          // the kernel's own size does, too
        }
        resolve();
      });
    });
  }

  towards({ address, port }: Destination): Connection {
    return {
      local: hostPort(this.#address, this.#port),
      remote: hostPort(address, port),
      write: (octets) =>
        new Promise((resolve, reject) => {
          this.#socket.send(octets, port, address, (error) => {
            if (error === null) resolve();
            else reject(isTooLong(error) ? tooLong(octets.length) : error);
          });
        }),
      close: () => undefined,
    };
  }

  close(): void {
    try {
      this.#socket.close();
    } catch {
      // was never open, or is closed already
    }
  }
}

function isTooLong(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'EMSGSIZE';
}

/** RFC 3261, 18.1.1 asks for a transport with congestion control from 1300 octets on; UDP itself ends here. */
function tooLong(octets: number): Error {
  return new Error(`${octets} octets do not fit into a datagram: use ";transport=tcp"`);
}
