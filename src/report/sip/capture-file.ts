/**
 * The two formats of capture files: pcapng (draft-ietf-opsawg-pcapng), which has interfaces with names and comments, and
 * the older pcap (draft-ietf-opsawg-pcap), which has neither. Pure: gives the bytes to append.
 */

/** A packet with its Ethernet header. */
export interface Packet {
  /** Wall-clock microseconds since 1970. */
  time: number;
  /** Whoever saw the packet: an interface of the capture. */
  seenBy: string;
  /** Absent where it is not known whether whoever saw it sent or received it. */
  sent?: boolean;
  bytes: Uint8Array;
  comment?: string;
}

export interface CaptureFormat {
  header(): Uint8Array;
  packet(packet: Packet): Uint8Array;
}

/** Not LINKTYPE_RAW: with it, libpcap refuses a second interface, because it compares two different numbers for that type. */
const LINKTYPE_ETHERNET = 1;
const MICROSECONDS = 1_000_000;
/** Longest packet; libpcap refuses a second interface with 0, which means no limit. */
const SNAPSHOT_LENGTH = 262_144;

export class Pcap implements CaptureFormat {
  header(): Uint8Array {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(SNAPSHOT_LENGTH, 16);
    header.writeUInt32LE(LINKTYPE_ETHERNET, 20);
    return header;
  }

  packet({ time, bytes }: Packet): Uint8Array {
    const header = Buffer.alloc(16);
    header.writeUInt32LE(Math.floor(time / MICROSECONDS), 0);
    header.writeUInt32LE(time % MICROSECONDS, 4);
    header.writeUInt32LE(bytes.length, 8);
    header.writeUInt32LE(bytes.length, 12);
    return Buffer.concat([header, bytes]);
  }
}

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION = {
  end: 0,
  comment: 1,
  section: { system: 3, program: 4 },
  interface: { name: 2, description: 3 },
  packet: { flags: 2 },
} as const;
/** The length of an option has 16 bits; a comment is for people. */
const LONGEST_TEXT = 4096;
const INBOUND = 1;
const OUTBOUND = 2;

interface Section {
  /** What the file is, for whoever opens it. */
  comment: string;
  /** Operating system. */
  system: string;
  /** The program that wrote it. */
  program: string;
}

export class Pcapng implements CaptureFormat {
  readonly #section: Section;
  readonly #describe: (seenBy: string) => string;
  readonly #interfaces = new Map<string, number>();

  /** @param describe the description of an interface */
  constructor(section: Section, describe: (seenBy: string) => string) {
    this.#section = section;
    this.#describe = describe;
  }

  header(): Uint8Array {
    const { comment, system, program } = this.#section;
    const body = Buffer.alloc(16);
    body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
    body.writeUInt16LE(1, 4);
    // the length of the section is not known
    body.fill(0xff, 8);
    return block(SECTION_HEADER, [
      body,
      text(OPTION.comment, comment),
      text(OPTION.section.system, system),
      text(OPTION.section.program, program),
    ]);
  }

  packet({ seenBy, ...packet }: Packet): Uint8Array {
    const known = this.#interfaces.get(seenBy);
    const number = known ?? this.#interfaces.size;
    this.#interfaces.set(seenBy, number);
    const block = packetBlock(number, packet);
    if (known !== undefined) return block;
    return Buffer.concat([interfaceBlock(seenBy, this.#describe(seenBy)), block]);
  }
}

export function interfaceBlock(name: string, description: string): Uint8Array {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(LINKTYPE_ETHERNET, 0);
  body.writeUInt32LE(SNAPSHOT_LENGTH, 4);
  return block(INTERFACE_DESCRIPTION, [
    body,
    text(OPTION.interface.name, name),
    text(OPTION.interface.description, description),
  ]);
}

/** @param number of its interface, from 0 in the order of their blocks */
export function packetBlock(number: number, packet: Omit<Packet, 'seenBy'>): Uint8Array {
  const { time, sent, bytes, comment } = packet;
  const body = Buffer.alloc(20);
  body.writeUInt32LE(number, 0);
  body.writeUInt32LE(Math.floor(time / 2 ** 32), 4);
  body.writeUInt32LE(time % 2 ** 32, 8);
  body.writeUInt32LE(bytes.length, 12);
  body.writeUInt32LE(bytes.length, 16);
  const flags = Buffer.alloc(4);
  flags.writeUInt32LE(sent === undefined ? 0 : sent ? OUTBOUND : INBOUND);
  return block(ENHANCED_PACKET, [
    body,
    padded(bytes),
    ...(comment === undefined ? [] : [text(OPTION.comment, comment)]),
    option(OPTION.packet.flags, flags),
  ]);
}

/** The blocks of a file that `Pcapng` has made. */
interface Blocks {
  section: Uint8Array;
  interfaces: readonly Uint8Array[];
  /** Packets in the order of their times; `time` is in microseconds since 1970. */
  packets: readonly { time: number; block: Uint8Array }[];
}

/** Takes a file that `Pcapng` has made apart. */
export function blocksOf(file: Buffer): Blocks {
  const interfaces: Uint8Array[] = [];
  const packets: { time: number; block: Uint8Array }[] = [];
  const sectionEnd = file.readUInt32LE(4);
  for (let at = sectionEnd; at < file.length;) {
    const block = file.subarray(at, at + file.readUInt32LE(at + 4));
    if (block.readUInt32LE(0) === INTERFACE_DESCRIPTION) interfaces.push(block);
    else packets.push({ time: block.readUInt32LE(12) * 2 ** 32 + block.readUInt32LE(16), block });
    at += block.length;
  }
  packets.sort((a, b) => a.time - b.time);
  return { section: file.subarray(0, sectionEnd), interfaces, packets };
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const content = [...parts, option(OPTION.end, new Uint8Array())];
  const length = content.reduce((sum, part) => sum + part.length, 12);
  const [head, tail] = [Buffer.alloc(8), Buffer.alloc(4)];
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  tail.writeUInt32LE(length, 0);
  return Buffer.concat([head, ...content, tail]);
}

function text(code: number, value: string): Uint8Array {
  const short = value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
  return option(code, Buffer.from(short));
}

function option(code: number, value: Uint8Array): Uint8Array {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

/** @returns the bytes with zeros behind them, up to a multiple of 32 bits */
function padded(bytes: Uint8Array): Uint8Array {
  const rest = bytes.length % 4;
  return rest === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(4 - rest)]);
}
