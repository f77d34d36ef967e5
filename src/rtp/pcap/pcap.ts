/**
 * RTP streams in capture files: pcap (draft-ietf-opsawg-pcap) and pcapng (draft-ietf-opsawg-pcapng), of either byte order,
 * with any link type that `link-layer.ts` knows. Pure.
 */
import { OffhookError } from '../../errors.js';
import { isKnownLink, udpOf, type Datagram } from './link-layer.js';
import { isRtcp, parseRtp, type RtpPacket } from '../packet.js';
import type { TimedPacket } from '../replay.js';

/** Which stream; without a choice that with the most packets. */
export interface StreamChoice {
  readonly ssrc?: number;
  /** UDP port of either side. */
  readonly port?: number;
}

export interface CapturedStream {
  readonly ssrc: number;
  /** "192.0.2.1:4000", "[2001:db8::1]:4000". */
  readonly source: string;
  readonly destination: string;
  readonly packets: readonly TimedPacket[];
}

/** A packet of the file, from its link layer on; `at` in ms. */
interface Frame {
  readonly at: number;
  readonly link: number;
  readonly bytes: Buffer;
}

/** A stream has at least so many packets, because single packets of other protocols can look like RTP. */
const LEAST_PACKETS = 2;
/** A capture of all interfaces can have each packet twice: a duplicate is searched for among so many earlier packets. */
const TWICE_WITHIN = 32;

/**
 * The RTP stream of a capture file.
 * @param name of the file, for messages
 * @throws OffhookError E_AUDIO_FILE: no capture file, an unknown link type, no such stream
 */
export function readCapture(
  bytes: Buffer,
  name: string,
  choice: StreamChoice = {},
): CapturedStream {
  const streams = new Map<string, { datagram: Datagram; packets: TimedPacket[] }>();
  let datagrams = 0;
  for (const { at, link, bytes: frame } of framesOf(bytes, name)) {
    const datagram = udpOf(link, frame);
    if (datagram === undefined) continue;
    datagrams += 1;
    const packet = isRtcp(datagram.payload) ? undefined : parseRtp(datagram.payload);
    if (packet === undefined || packet.payload.length === 0) continue;
    const key = `${packet.ssrc} ${datagram.source} ${datagram.destination}`;
    const stream = streams.get(key) ?? { datagram, packets: [] };
    streams.set(key, stream);
    if (!isTwice(stream.packets, packet)) stream.packets.push({ ...packet, at });
  }
  const all = [...streams.values()]
    .filter(({ packets }) => packets.length >= LEAST_PACKETS)
    .sort((a, b) => b.packets.length - a.packets.length);
  const found = all.find(({ datagram, packets }) => fits(datagram, packets, choice));
  if (found === undefined) throw noStream(name, datagrams, all, choice);
  const { source, destination } = found.datagram;
  const packets = found.packets.toSorted((a, b) => a.at - b.at);
  const first = packets[0];
  return {
    ssrc: first?.ssrc ?? 0,
    source,
    destination,
    packets: packets.map((packet) => ({ ...packet, at: packet.at - (first?.at ?? 0) })),
  };
}

function isTwice(packets: readonly RtpPacket[], packet: RtpPacket): boolean {
  return packets
    .slice(-TWICE_WITHIN)
    .some((one) => one.sequence === packet.sequence && one.timestamp === packet.timestamp);
}

function fits(
  { sourcePort, destinationPort }: Datagram,
  packets: readonly RtpPacket[],
  { ssrc, port }: StreamChoice,
): boolean {
  if (ssrc !== undefined && packets[0]?.ssrc !== ssrc) return false;
  return port === undefined || port === sourcePort || port === destinationPort;
}

function noStream(
  name: string,
  datagrams: number,
  all: readonly { datagram: Datagram; packets: readonly RtpPacket[] }[],
  { ssrc, port }: StreamChoice,
): OffhookError {
  const wanted = [
    ...(ssrc === undefined ? [] : [`SSRC ${hex(ssrc)}`]),
    ...(port === undefined ? [] : [`port ${port}`]),
  ];
  if (all.length === 0) {
    return captureError(name, `holds no RTP stream (UDP packets: ${datagrams})`);
  }
  const present = all.slice(0, 5).map(({ datagram, packets }) => {
    const { source, destination } = datagram;
    return `${hex(packets[0]?.ssrc ?? 0)} ${source} to ${destination} (${packets.length} packets)`;
  });
  const rest = all.length > 5 ? `, and ${all.length - 5} more` : '';
  return captureError(
    name,
    `holds no RTP stream of ${wanted.join(' and ')}, but ${present.join(', ')}${rest}`,
    'name one of these',
  );
}

const hex = (ssrc: number): string => `0x${ssrc.toString(16).padStart(8, '0')}`;

function captureError(name: string, seen: string, hint?: string): OffhookError {
  return new OffhookError(
    'E_AUDIO_FILE',
    { subject: `capture "${name}"`, what: 'cannot be used', seen },
    { hint: hint ?? 'capture the call again: tcpdump -w FILE.pcap udp' },
  );
}

/** Magic numbers of pcap, and what a unit of the fraction of a second is in ms. */
const PCAP = new Map([
  [0xa1b2c3d4, 1e-3],
  [0xa1b23c4d, 1e-6],
]);
const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER = 0x1a2b3c4d;

function framesOf(bytes: Buffer, name: string): Iterable<Frame> {
  if (bytes.length < 24) {
    throw captureError(name, `is no capture file: ${bytes.length} bytes`);
  }
  const magic = bytes.readUInt32LE(0);
  if (magic === SECTION_HEADER) return pcapngFrames(bytes, name);
  const little = PCAP.get(magic);
  if (little !== undefined) return pcapFrames(bytes, name, littleEndian(bytes), little);
  const big = PCAP.get(bytes.readUInt32BE(0));
  if (big !== undefined) return pcapFrames(bytes, name, bigEndian(bytes), big);
  const start = bytes.subarray(0, 4).toString('hex');
  throw captureError(name, `is neither pcap nor pcapng: it begins with the bytes ${start}`);
}

/** Numbers of one byte order. */
interface Numbers {
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
}

const littleEndian = (bytes: Buffer): Numbers => ({
  u16: (at) => bytes.readUInt16LE(at),
  u32: (at) => bytes.readUInt32LE(at),
});
const bigEndian = (bytes: Buffer): Numbers => ({
  u16: (at) => bytes.readUInt16BE(at),
  u32: (at) => bytes.readUInt32BE(at),
});

/** A packet that is cut off at the end of the file is left out: the program that captured was ended. */
function* pcapFrames(
  bytes: Buffer,
  name: string,
  { u32 }: Numbers,
  unit: number,
): Generator<Frame> {
  // the upper bits are about frame check sequences
  const link = u32(20) & 0xffff;
  checkLink(link, name);
  for (let at = 24; at + 16 <= bytes.length;) {
    const end = at + 16 + u32(at + 8);
    if (end > bytes.length) return;
    yield { at: u32(at) * 1000 + u32(at + 4) * unit, link, bytes: bytes.subarray(at + 16, end) };
    at = end;
  }
}

const BLOCK = { interface: 1, obsolete: 2, simple: 3, enhanced: 6 } as const;
const OPTION = { end: 0, resolution: 9 } as const;
const SHORTEST_BLOCK = 12;

interface Interface {
  readonly link: number;
  /** ms in a unit of time. */
  readonly unit: number;
}

function* pcapngFrames(bytes: Buffer, name: string): Generator<Frame> {
  let numbers = littleEndian(bytes);
  let interfaces: Interface[] = [];
  for (let at = 0; at + SHORTEST_BLOCK <= bytes.length;) {
    // the type of a section header is the same in both byte orders
    if (bytes.readUInt32LE(at) === SECTION_HEADER) {
      numbers =
        [littleEndian(bytes), bigEndian(bytes)].find(({ u32 }) => u32(at + 8) === BYTE_ORDER) ??
        unreadable(name, at);
      interfaces = [];
    }
    const { u16, u32 } = numbers;
    const [type, length] = [u32(at), u32(at + 4)];
    if (length < SHORTEST_BLOCK || length % 4 !== 0) unreadable(name, at);
    const end = at + length;
    if (end > bytes.length) return;
    if (type === BLOCK.interface && length >= 20) {
      const link = u16(at + 8);
      checkLink(link, name);
      interfaces.push({ link, unit: unitOf(bytes, numbers, at + 16, end - 4) });
    }
    const frame = packetOf(type, { bytes, numbers, at, end: end - 4 }, interfaces);
    if (frame !== undefined) yield frame;
    at = end;
  }
}

function unreadable(name: string, at: number): never {
  throw captureError(name, `is damaged: no pcapng block at byte ${at}`);
}

/** Returns the packet of a block, if it has one. A simple packet block has no time: its packets follow each other at once. */
function packetOf(
  type: number,
  { bytes, numbers, at, end }: { bytes: Buffer; numbers: Numbers; at: number; end: number },
  interfaces: readonly Interface[],
): Frame | undefined {
  const { u16, u32 } = numbers;
  if (type === BLOCK.simple && end >= at + 12) {
    const one = interfaces[0];
    const last = Math.min(end, at + 12 + u32(at + 8));
    return one && { at: 0, link: one.link, bytes: bytes.subarray(at + 12, last) };
  }
  if ((type !== BLOCK.enhanced && type !== BLOCK.obsolete) || end < at + 28) return undefined;
  const one = interfaces[type === BLOCK.enhanced ? u32(at + 8) : u16(at + 8)];
  const time = u32(at + 12) * 2 ** 32 + u32(at + 16);
  const last = Math.min(end, at + 28 + u32(at + 20));
  return one && { at: time * one.unit, link: one.link, bytes: bytes.subarray(at + 28, last) };
}

/** Microseconds, unless option if_tsresol says otherwise: a power of ten, or of two with its highest bit. */
function unitOf(bytes: Buffer, { u16 }: Numbers, from: number, end: number): number {
  for (let at = from; at + 4 <= end;) {
    const [code, length] = [u16(at), u16(at + 2)];
    if (code === OPTION.end) break;
    if (code === OPTION.resolution && length >= 1 && at + 4 < end) {
      const value = bytes.readUInt8(at + 4);
      return 1000 * (value & 0x80 ? 2 ** -(value & 0x7f) : 10 ** -value);
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return 1e-3;
}

function checkLink(link: number, name: string): void {
  if (isKnownLink(link)) return;
  const known = 'only Ethernet, Linux cooked, raw IP and loopback can be read';
  throw captureError(name, `has packets of link type ${link}: ${known}`);
}
