/**
 * RTCP of a session (RFC 3550, 6): a report with the CNAME each 5 s, also while the session is held (RFC 3264, 5.1), BYE at
 * the end; and what the reports of the other side say.
 */
import { randomBytes } from 'node:crypto';
import { CLOCK } from './clock.js';
import { ntpMiddle, ntpOf, parseRtcp, writeRtcp, type ReportBlock, type Rtcp } from './rtcp.js';
import type { Sources } from './reception.js';

/** The minimum interval of RFC 3550, 6.2; with two members in a session the calculated interval is no longer. */
const INTERVAL_MS = 5000;
/** Until the first report: half of it (6.2). */
const FIRST_MS = INTERVAL_MS / 2;

/** The stream that this side sends, as a sender report describes it. */
export interface ReportedSender {
  readonly ssrc: number;
  /** Ticks of the RTP clock a second. */
  readonly clock: number;
  /** Packets and octets of payload so far. */
  readonly counts: { readonly packets: number; readonly octets: number };
  /** The RTP clock at a time (ms). */
  timestampAt(now: number): number;
}

/** What the other side reports of what it receives. */
export interface RemoteReport {
  /** Percent of the packets since its report before. */
  readonly packet_loss: number;
  /** ms. */
  readonly jitter: number;
}

export class Reporter {
  /** The CNAME is random, so that it reveals neither who nor where this is (RFC 7022, 4.2: 96 random bits). */
  readonly #cname = randomBytes(12).toString('base64');
  readonly #sender: ReportedSender;
  readonly #sources: Sources;
  readonly #send: (bytes: Buffer) => void;
  #due: number | undefined;
  #sentBefore = 0;
  #rtt: number | undefined;
  #remote: RemoteReport | undefined;
  #remoteSent: number | undefined;
  #remoteName: string | undefined;

  constructor(sender: ReportedSender, sources: Sources, send: (bytes: Buffer) => void) {
    this.#sender = sender;
    this.#sources = sources;
    this.#send = send;
  }

  /** Round trip in ms, by the last report about what was sent. */
  get rtt(): number | undefined {
    return this.#rtt;
  }

  get remote(): RemoteReport | undefined {
    return this.#remote;
  }

  /** Packets the other side has sent by its own count. */
  get remoteSent(): number | undefined {
    return this.#remoteSent;
  }

  /** CNAME of the other side. */
  get remoteName(): string | undefined {
    return this.#remoteName;
  }

  /** Begins to send reports; a second call does nothing. */
  start(): void {
    if (this.#due !== undefined) return;
    this.#due = CLOCK.now() + FIRST_MS;
    CLOCK.at(this.#due, this.#beat);
  }

  /** Says BYE if a report or a packet was ever sent (6.3.7). */
  stop(): void {
    CLOCK.cancel(this.#beat);
    if (this.#due === undefined) return;
    this.#due = undefined;
    this.#report(CLOCK.now(), true);
  }

  readonly #beat = (now: number): void => {
    this.#due = Math.max(now, (this.#due ?? now) + INTERVAL_MS);
    CLOCK.at(this.#due, this.#beat);
    this.#report(now, false);
  };

  #report(now: number, bye: boolean): void {
    const { packets, octets } = this.#sender.counts;
    const sender = {
      ntp: ntpOf(performance.timeOrigin + now),
      timestamp: this.#sender.timestampAt(now),
      packets,
      octets,
    };
    const blocks: ReportBlock[] = [];
    for (const source of this.#sources.values()) {
      if (now - source.at < 2 * INTERVAL_MS) blocks.push(source.report(now));
    }
    const hasSent = packets > this.#sentBefore;
    this.#sentBefore = packets;
    const { ssrc } = this.#sender;
    this.#send(
      writeRtcp({ ssrc, blocks, cname: this.#cname, bye, ...(hasSent ? { sender } : {}) }),
    );
  }

  datagram(bytes: Uint8Array): void {
    const packet = parseRtcp(bytes);
    if (packet === undefined) return;
    const now = CLOCK.now();
    for (const report of packet.reports) this.#read(report, now);
    for (const { ssrc } of packet.reports)
      this.#remoteName = packet.names.get(ssrc) ?? this.#remoteName;
  }

  #read({ ssrc, sender, blocks }: Rtcp['reports'][number], now: number): void {
    if (sender !== undefined) {
      this.#remoteSent = sender.packets;
      this.#sources.get(ssrc)?.senderReport(ntpMiddle(sender.ntp), now);
    }
    const block = blocks.find((one) => one.ssrc === this.#sender.ssrc);
    if (block === undefined) return;
    this.#remote = {
      packet_loss: (block.fractionLost * 100) / 256,
      jitter: (block.jitter * 1000) / this.#sender.clock,
    };
    if (block.lastReport === 0) return;
    // 6.4.1: A - LSR - DLSR, each in 1/65,536 s modulo 2^32
    const arrival = ntpMiddle(ntpOf(performance.timeOrigin + now));
    const ticks = (arrival - block.lastReport - block.sinceLastReport) | 0;
    // rounding may make a short round trip negative
    this.#rtt = Math.max(0, (ticks * 1000) / 65_536);
  }
}
