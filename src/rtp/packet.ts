/** RTP packets as bytes (RFC 3550, 5.1). Pure. */

export interface RtpPacket {
  /** 0 to 127. */
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in units of the clock of the payload type. */
  readonly timestamp: number;
  /** 32 bits. */
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 12;
const VERSION = 2;
/** Bits of the first two bytes. */
const PADDING = 0x20;
const EXTENSION = 0x10;
const CSRC_COUNT = 0x0f;
const MARKER = 0x80;

/** Where the payload begins: behind contributing sources and the extension header. Undefined for bytes that are no RTP packet. */
export function payloadStart(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const flags = view.getUint8(0);
  if (flags >> 6 !== VERSION) return undefined;
  const start = HEADER_BYTES + 4 * (flags & CSRC_COUNT);
  if ((flags & EXTENSION) === 0) return start > bytes.length ? undefined : start;
  if (start + 4 > bytes.length) return undefined;
  const end = start + 4 + 4 * view.getUint16(start + 2);
  return end > bytes.length ? undefined : end;
}

/** The packet without padding, contributing sources and extension header; undefined for bytes that are no RTP packet. */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  const start = payloadStart(bytes);
  if (start === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = bytes.length;
  if ((view.getUint8(0) & PADDING) !== 0) {
    const padding = view.getUint8(end - 1);
    if (padding === 0) return undefined;
    end -= padding;
  }
  if (start > end) return undefined;
  const second = view.getUint8(1);
  return {
    payloadType: second & 0x7f,
    marker: (second & MARKER) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: bytes.subarray(start, end),
  };
}

/** Numbers are taken modulo the size of their field. */
export function writeRtp(packet: RtpPacket): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + packet.payload.length);
  bytes[0] = VERSION << 6;
  bytes[1] = (packet.marker ? MARKER : 0) | (packet.payloadType & 0x7f);
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc >>> 0, 8);
  bytes.set(packet.payload, HEADER_BYTES);
  return bytes;
}

/**
 * Whether a datagram is RTCP, where both kinds share a port: the types of RTCP packets are 192 to 223 (RFC 5761, 4), which
 * no payload type with its marker bit takes.
 */
export function isRtcp(bytes: Uint8Array): boolean {
  const second = bytes[1] ?? 0;
  return second >= 192 && second <= 223;
}

/** How far `a` is ahead of `b`, both 32 bits: -2^31 to 2^31 - 1. */
export function ahead32(a: number, b: number): number {
  return (a - b) | 0;
}

/** How far `a` is ahead of `b`, both 16 bits: -32,768 to 32,767. */
export function ahead16(a: number, b: number): number {
  return ((a - b) << 16) >> 16;
}
