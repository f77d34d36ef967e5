/** Sends RTP for a raw peer as a test wants it: packets of any payload type, and RTCP reports with any content. */
import { createSocket, type Socket } from 'node:dgram';
import { dtmfEvent } from '../../model/dtmf.js';

const HOST = '127.0.0.1';
const PTIME_MS = 20;
const SSRC = 0x1267;

export interface RtpSender {
  /** The port at which the sender claims to receive. */
  port: number;
  /** Sends from now on one packet each 20 ms; undefined: none. */
  kind: 'audio' | 'noise' | undefined;
  /** Sends digits, each for 60 ms and with no audio in it; in the 60 ms behind each, what `kind` says. */
  digits(digits: string): void;
  /** An RTCP sender report that counts so many packets (RFC 3550, 6.4.1). */
  report(packets: number): void;
  close(): void;
}

/** Sends to `to`, the port of the agent's media, once it is known; no more than `packets` packets. */
export async function rtpSender(
  to: () => number | undefined,
  { packets = Infinity, over = () => undefined }: { packets?: number; over?: () => void } = {},
): Promise<RtpSender> {
  const socket: Socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(0, HOST, resolve);
  });
  let sequence = 0;
  let ticks = 0;
  const send = (bytes: Buffer, offset: number): void => {
    const port = to();
    if (port !== undefined) socket.send(bytes, port + offset, HOST);
  };
  let events: TelephoneEvent[] = [];
  const sender: RtpSender = {
    port: socket.address().port,
    kind: undefined,
    digits(digits) {
      events = Array.from(digits).flatMap((digit) => telephoneEvents(digit));
    },
    report(packets) {
      const report = Buffer.alloc(28);
      report.set([0x80, 200, 0, 6]);
      report.writeUInt32BE(SSRC, 4);
      report.writeUInt32BE(packets, 20);
      send(report, 1);
    },
    close() {
      clearInterval(timer);
      socket.close();
    },
  };
  const timer = setInterval(() => {
    ticks += 1;
    const event = events.shift();
    if ((sender.kind === undefined && event?.payload === undefined) || sequence === packets) return;
    sequence += 1;
    const [type, payload] =
      event?.payload === undefined ? media(sender.kind) : [101, event.payload];
    const header = Buffer.alloc(12);
    header.set([0x80, type]);
    header.writeUInt16BE(sequence & 0xffff, 2);
    // All packets of a digit have the time of its beginning (RFC 4733, 2.5.1.2).
    header.writeUInt32BE((ticks - (event?.age ?? 0)) * 160, 4);
    header.writeUInt32BE(SSRC, 8);
    send(Buffer.concat([header, Buffer.from(payload)]), 0);
    if (sequence === packets) over();
  }, PTIME_MS);
  return sender;
}

interface TelephoneEvent {
  /** Packets since the digit began. */
  age: number;
  /** Undefined in the pause behind the digit. */
  payload: Buffer | undefined;
}

/** Three packets, the last with the E bit, and three of pause (RFC 4733, 2.3). */
function telephoneEvents(digit: string): TelephoneEvent[] {
  const packets = [0, 1, 2].map((age) => {
    const payload = Buffer.from([dtmfEvent(digit) ?? 0, age === 2 ? 0x8a : 0x0a, 0, 0]);
    payload.writeUInt16BE((age + 1) * 160, 2);
    return { age, payload };
  });
  return [...packets, ...[0, 1, 2].map(() => ({ age: 0, payload: undefined }))];
}

/** PCMU silence; comfort noise at -64 dBov (RFC 3389, 3.1). */
function media(kind: RtpSender['kind']): [type: number, payload: Uint8Array] {
  return kind === 'noise' ? [13, Uint8Array.of(64)] : [0, Buffer.alloc(160, 0xff)];
}
