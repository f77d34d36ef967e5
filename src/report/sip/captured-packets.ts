/** Reads UDP packets out of a classic capture file, as dumpcap and tcpdump write it. Pure. */
import { endText } from './ip-packets.js';

export interface CapturedPacket {
  /** Wall-clock microseconds since 1970. */
  time: number;
  /** Source and destination, as endText() writes them. */
  ends: readonly [string, string];
  /** The packet from its IP header on. */
  ip: Uint8Array;
}

/** By link type: the length of the header in front of IP, and the offset in it of the protocol type. */
const LINKS: Readonly<Record<number, { length: number; type: number | undefined }>> = {
  1: { length: 14, type: 12 },
  101: { length: 0, type: undefined },
  // the "any" interface of Linux: LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2
  113: { length: 16, type: 14 },
  276: { length: 20, type: 0 },
};
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
/** Units of the fraction of a second in a microsecond, by the magic number. */
const UNITS: Readonly<Record<number, number>> = { 0xa1b2c3d4: 1, 0xa1b23c4d: 1000 };
const UDP = 17;
/** Packets that are further apart, in microseconds, do not overtake each other. */
const OVERTAKING_US = 500_000;

/** @throws Error for what is no such file. A packet that is cut off at its end is left out. */
export function* capturedPackets(pieces: Iterable<Uint8Array>): Generator<CapturedPacket> {
  let rest: Buffer = Buffer.alloc(0);
  let file: { link: { length: number; type: number | undefined }; units: number } | undefined;
  for (const piece of pieces) {
    rest = Buffer.concat([rest, piece]);
    if (file === undefined) {
      if (rest.length < FILE_HEADER) continue;
      const units = UNITS[rest.readUInt32LE(0)];
      const link = LINKS[rest.readUInt32LE(20) & 0xffff];
      if (units === undefined || link === undefined) throw new Error('not a capture file we know');
      file = { link, units };
      rest = rest.subarray(FILE_HEADER);
    }
    let at = 0;
    while (at + PACKET_HEADER <= rest.length) {
      const end = at + PACKET_HEADER + rest.readUInt32LE(at + 8);
      if (end > rest.length) break;
      const seconds = rest.readUInt32LE(at);
      const time = seconds * 1e6 + Math.floor(rest.readUInt32LE(at + 4) / file.units);
      const ip = ipOf(rest.subarray(at + PACKET_HEADER, end), file.link);
      const ends = ip === undefined ? undefined : udpEnds(ip);
      if (ip !== undefined && ends !== undefined) yield { time, ends, ip };
      at = end;
    }
    rest = rest.subarray(at);
  }
}

/**
 * The packets in the order of their times. A capturing program writes packets as it gets them from the kernel, where those of
 * several processors overtake each other by a few ms; so much is held in memory.
 */
export function* inOrder(packets: Iterable<CapturedPacket>): Generator<CapturedPacket> {
  let held: CapturedPacket[] = [];
  let newest = -Infinity;
  let nextSort = -Infinity;
  for (const packet of packets) {
    held.push(packet);
    newest = Math.max(newest, packet.time);
    if (newest < nextSort) continue;
    nextSort = newest + OVERTAKING_US;
    held.sort(byTime);
    const last = held.findIndex(({ time }) => time > newest - OVERTAKING_US);
    yield* held.slice(0, last);
    held = held.slice(last);
  }
  yield* held.sort(byTime);
}

const byTime = (a: CapturedPacket, b: CapturedPacket): number => a.time - b.time;

function ipOf(
  frame: Buffer,
  { length, type }: { length: number; type: number | undefined },
): Buffer | undefined {
  if (frame.length <= length) return undefined;
  const kind = type === undefined ? 0x0800 : frame.readUInt16BE(type);
  return kind === 0x0800 || kind === 0x86dd ? frame.subarray(length) : undefined;
}

/** Returns the addresses and ports of a UDP packet; undefined for later fragments, which have no ports. */
function udpEnds(ip: Buffer): CapturedPacket['ends'] | undefined {
  const four = ip.readUInt8(0) >> 4 === 4;
  if (ip.length < (four ? 20 : 40)) return undefined;
  if (ip.readUInt8(four ? 9 : 6) !== UDP) return undefined;
  if (four && (ip.readUInt16BE(6) & 0x1fff) !== 0) return undefined;
  const udp = ip.subarray(four ? (ip.readUInt8(0) & 15) * 4 : 40);
  if (udp.length < 8) return undefined;
  const [from, size] = four ? [12, 4] : [8, 16];
  const end = (at: number, portAt: number): string =>
    endText({ address: ip.subarray(at, at + size), port: udp.readUInt16BE(portAt) });
  return [end(from, 0), end(from + size, 2)];
}
