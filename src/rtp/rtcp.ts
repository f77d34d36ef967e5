/** RTCP packets as bytes: sender and receiver reports, SDES and BYE (RFC 3550, 6.4 to 6.6). Pure. */

export interface ReportBlock {
  /** The source it is about. */
  readonly ssrc: number;
  /** How many of 256 packets were lost since the report before. */
  readonly fractionLost: number;
  /** Packets, since the beginning; negative where packets came twice. */
  readonly lost: number;
  /** Extended highest sequence number. */
  readonly highest: number;
  /** Ticks of the RTP clock. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report; 0: none came. */
  readonly lastReport: number;
  /** 1/65,536 s. */
  readonly sinceLastReport: number;
}

export interface SenderInfo {
  /** Seconds since 1900, 32 bits, and their fraction in 1/2^32 s. */
  readonly ntp: readonly [seconds: number, fraction: number];
  /** The same moment on the RTP clock. */
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
}

/** What a compound packet says. */
export interface Rtcp {
  readonly reports: readonly {
    readonly ssrc: number;
    readonly sender?: SenderInfo;
    readonly blocks: readonly ReportBlock[];
  }[];
  /** CNAME by source. */
  readonly names: ReadonlyMap<number, string>;
  /** Sources that have left. */
  readonly bye: readonly number[];
}

const TYPE = { senderReport: 200, receiverReport: 201, sdes: 202, bye: 203 } as const;
const CNAME = 1;
const BLOCK_BYTES = 24;
const SENDER_BYTES = 20;
/** The count of a header has five bits. */
const MOST_BLOCKS = 31;
const MOST_NAME = 255;
/** Seconds between 1900 and 1970. */
const NTP_EPOCH = 2_208_988_800;

/** @param ms since 1970 */
export function ntpOf(ms: number): readonly [seconds: number, fraction: number] {
  const seconds = Math.floor(ms / 1000);
  const fraction = Math.floor(((ms - seconds * 1000) / 1000) * 2 ** 32);
  return [(seconds + NTP_EPOCH) >>> 0, fraction >>> 0];
}

/** The middle 32 bits, which reports repeat. */
export function ntpMiddle([seconds, fraction]: readonly [number, number]): number {
  return ((seconds << 16) | (fraction >>> 16)) >>> 0;
}

/** A compound packet: a report, SDES with the CNAME and, at the end, BYE. */
export function writeRtcp(packet: {
  ssrc: number;
  /** Absent where nothing was sent since the report before. */
  sender?: SenderInfo;
  blocks: readonly ReportBlock[];
  cname: string;
  bye: boolean;
}): Buffer {
  const { ssrc, sender, cname } = packet;
  const blocks = packet.blocks.slice(0, MOST_BLOCKS);
  const type = sender === undefined ? TYPE.receiverReport : TYPE.senderReport;
  const head = Buffer.alloc(4 + (sender === undefined ? 0 : SENDER_BYTES));
  head.writeUInt32BE(ssrc, 0);
  if (sender !== undefined) {
    head.writeUInt32BE(sender.ntp[0], 4);
    head.writeUInt32BE(sender.ntp[1], 8);
    head.writeUInt32BE(sender.timestamp >>> 0, 12);
    head.writeUInt32BE(sender.packets >>> 0, 16);
    head.writeUInt32BE(sender.octets >>> 0, 20);
  }
  const name = Buffer.from(cname).subarray(0, MOST_NAME);
  // items end with at least one zero, and fill whole words
  const sdes = Buffer.alloc(4 + Math.ceil((2 + name.length + 1) / 4) * 4);
  sdes.writeUInt32BE(ssrc, 0);
  sdes.set([CNAME, name.length, ...name], 4);
  const parts = [
    rtcp(type, blocks.length, Buffer.concat([head, ...blocks.map(blockBytes)])),
    rtcp(TYPE.sdes, 1, sdes),
  ];
  if (packet.bye) {
    const body = Buffer.alloc(4);
    body.writeUInt32BE(ssrc, 0);
    parts.push(rtcp(TYPE.bye, 1, body));
  }
  return Buffer.concat(parts);
}

function rtcp(type: number, count: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head[0] = 0x80 | count;
  head[1] = type;
  head.writeUInt16BE(body.length / 4, 2);
  return Buffer.concat([head, body]);
}

function blockBytes(block: ReportBlock): Buffer {
  const bytes = Buffer.alloc(BLOCK_BYTES);
  bytes.writeUInt32BE(block.ssrc, 0);
  bytes[4] = block.fractionLost;
  bytes.writeIntBE(block.lost, 5, 3);
  bytes.writeUInt32BE(block.highest, 8);
  bytes.writeUInt32BE(block.jitter, 12);
  bytes.writeUInt32BE(block.lastReport, 16);
  bytes.writeUInt32BE(block.sinceLastReport, 20);
  return bytes;
}

/** Undefined for bytes that are no compound packet. Types that are not known are passed over. */
export function parseRtcp(bytes: Uint8Array): Rtcp | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const reports: Rtcp['reports'][number][] = [];
  const names = new Map<number, string>();
  const bye: number[] = [];
  for (let at = 0; at < all.length;) {
    if (at + 4 > all.length) return undefined;
    const flags = all.readUInt8(at);
    const end = at + 4 + 4 * all.readUInt16BE(at + 2);
    if (flags >> 6 !== 2 || end > all.length) return undefined;
    const body = all.subarray(at + 4, end);
    const count = flags & 31;
    switch (all.readUInt8(at + 1)) {
      case TYPE.senderReport:
      case TYPE.receiverReport: {
        const report = readReport(body, count, all.readUInt8(at + 1) === TYPE.senderReport);
        if (report === undefined) return undefined;
        reports.push(report);
        break;
      }
      case TYPE.sdes:
        readNames(body, count, names);
        break;
      case TYPE.bye:
        for (let i = 0; i < count && 4 * i + 4 <= body.length; i += 1) {
          bye.push(body.readUInt32BE(4 * i));
        }
        break;
      default:
    }
    at = end;
  }
  return all.length === 0 ? undefined : { reports, names, bye };
}

function readReport(
  body: Buffer,
  count: number,
  isSender: boolean,
): Rtcp['reports'][number] | undefined {
  const first = isSender ? 4 + SENDER_BYTES : 4;
  if (body.length < first + count * BLOCK_BYTES) return undefined;
  const blocks = Array.from({ length: count }, (_, i): ReportBlock => {
    const at = first + i * BLOCK_BYTES;
    return {
      ssrc: body.readUInt32BE(at),
      fractionLost: body.readUInt8(at + 4),
      lost: body.readIntBE(at + 5, 3),
      highest: body.readUInt32BE(at + 8),
      jitter: body.readUInt32BE(at + 12),
      lastReport: body.readUInt32BE(at + 16),
      sinceLastReport: body.readUInt32BE(at + 20),
    };
  });
  const ssrc = body.readUInt32BE(0);
  if (!isSender) return { ssrc, blocks };
  const sender: SenderInfo = {
    ntp: [body.readUInt32BE(4), body.readUInt32BE(8)],
    timestamp: body.readUInt32BE(12),
    packets: body.readUInt32BE(16),
    octets: body.readUInt32BE(20),
  };
  return { ssrc, sender, blocks };
}

/** Chunks begin at words; what is cut off is left out. */
function readNames(body: Buffer, count: number, names: Map<number, string>): void {
  let at = 0;
  for (let i = 0; i < count && at + 4 <= body.length; i += 1) {
    const ssrc = body.readUInt32BE(at);
    at += 4;
    for (;;) {
      const type = body[at] ?? 0;
      if (type === 0) break;
      const length = body[at + 1] ?? 0;
      if (at + 2 + length > body.length) return;
      if (type === CNAME) names.set(ssrc, body.toString('utf8', at + 2, at + 2 + length));
      at += 2 + length;
    }
    at = (at & ~3) + 4;
  }
}
