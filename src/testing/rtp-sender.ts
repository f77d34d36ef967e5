/** RTP from a raw peer, as a test wants it: packets of any payload type, and RTCP reports that say what they like. */
import { createSocket, type Socket } from 'node:dgram';

const HOST = '127.0.0.1';
const PTIME_MS = 20;
const SSRC = 0x1267;

export interface RtpSender {
  /** Where it says it receives. */
  port: number;
  /** Sends from now on one packet each 20 ms; undefined: none. */
  kind: 'audio' | 'noise' | undefined;
  /** An RTCP sender report that counts so many packets (RFC 3550, 6.4.1). */
  report(packets: number): void;
  close(): void;
}

/** `to`: the port of the agent's media, once it is known. After so many packets there are no more. */
export async function rtpSender(
  to: () => number | undefined,
  { packets = Infinity, over = () => undefined }: { packets?: number; over?: () => void } = {},
): Promise<RtpSender> {
  const socket: Socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(0, HOST, resolve);
  });
  let sequence = 0;
  const send = (bytes: Buffer, offset: number): void => {
    const port = to();
    if (port !== undefined) socket.send(bytes, port + offset, HOST);
  };
  const sender: RtpSender = {
    port: socket.address().port,
    kind: undefined,
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
    if (sender.kind === undefined || sequence === packets) return;
    sequence += 1;
    // PCMU silence; comfort noise at -64 dBov (RFC 3389, 3.1)
    const [type, payload] = sender.kind === 'audio' ? [0, Buffer.alloc(160, 0xff)] : [13, [64]];
    const header = Buffer.alloc(12);
    header.set([0x80, type]);
    header.writeUInt16BE(sequence & 0xffff, 2);
    header.writeUInt32BE(sequence * 160, 4);
    header.writeUInt32BE(SSRC, 8);
    send(Buffer.concat([header, Buffer.from(payload)]), 0);
    if (sequence === packets) over();
  }, PTIME_MS);
  return sender;
}
