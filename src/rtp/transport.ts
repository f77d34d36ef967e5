/** The packets of a session on their way: two UDP ports, SRTP where it was agreed on, and the addresses of the other side. */
import { isRtcp } from './packet.js';
import type { RtpAddress, RtpParameters } from './parameters.js';
import { SocketPair } from './sockets.js';
import { Protection } from './srtp/protection.js';

export interface TransportSink {
  /** An RTP packet came, in the clear. */
  packet(bytes: Buffer): void;
  /** An RTCP packet came, in the clear. */
  report(bytes: Buffer): void;
  /** Packets arrive that do not fit the other side's SRTP key; called once for each key. */
  unauthentic(): void;
}

export class Transport {
  readonly #sink: TransportSink;
  readonly #protection: Protection;
  #sockets: SocketPair | undefined;
  #to: Pick<RtpParameters, 'remote' | 'rtcp'> | undefined;

  constructor(sink: TransportSink) {
    this.#sink = sink;
    this.#protection = new Protection(() => {
      sink.unauthentic();
    });
  }

  /**
   * Listens on `port`, which is even, and on the next for RTCP. RTCP that comes on the port of RTP is taken, too (RFC 5761).
   * @throws OffhookError E_PORTS: a port is in use, or cannot be used
   */
  async open(address: string, port: number): Promise<void> {
    this.#sockets = await SocketPair.open(address, port, {
      rtp: (bytes) => {
        if (isRtcp(bytes)) this.#reportCame(bytes);
        else this.#packetCame(bytes);
      },
      rtcp: (bytes) => {
        this.#reportCame(bytes);
      },
    });
  }

  /** Packets go to these addresses from now on, by these keys. */
  use(agreed: Pick<RtpParameters, 'remote' | 'rtcp' | 'srtp'>): void {
    this.#to = agreed;
    this.#protection.use(agreed.srtp);
  }

  /** Sends an RTP packet; nowhere, as long as nothing was agreed on. */
  send(packet: Buffer): void {
    if (this.#to === undefined) return;
    this.#sockets?.sendRtp(this.#protection.protect(packet), this.#to.remote);
  }

  /** Sends an RTCP packet; nowhere, as long as nothing was agreed on. */
  sendReport(report: Buffer): void {
    if (this.#to === undefined) return;
    const { remote, rtcp: to = { ...remote, port: remote.port + 1 } } = this.#to;
    const bytes = this.#protection.protectReport(report);
    if (isSame(to, remote)) this.#sockets?.sendRtp(bytes, to);
    else this.#sockets?.sendRtcp(bytes, to);
  }

  /** Packets that the SRTP key did not fit, or that came before. */
  get refused(): number {
    return this.#protection.refused;
  }

  /** Resolves when both ports are free. */
  async close(): Promise<void> {
    await this.#sockets?.close();
  }

  #packetCame(bytes: Buffer): void {
    const packet = this.#protection.unprotect(bytes);
    if (packet !== undefined) this.#sink.packet(packet);
  }

  #reportCame(bytes: Buffer): void {
    const report = this.#protection.unprotectReport(bytes);
    if (report !== undefined) this.#sink.report(report);
  }
}

function isSame(one: RtpAddress, other: RtpAddress): boolean {
  return one.address === other.address && one.port === other.port;
}
