/**
 * Builds IP packets around texts that were traced without any, from the addresses in a SIP trace, so that network
 * tools can read them. Pure.
 */
import { isIPv4, isIPv6 } from 'node:net';

/** Where a message went, as "address:port" or "[address]:port"; what is no such text becomes 0.0.0.0:0. */
export interface Route {
  protocol: 'udp' | 'tcp';
  source: string;
  destination: string;
}

export interface End {
  /** 4 or 16 bytes. */
  address: Uint8Array;
  port: number;
}

/** Most a UDP datagram carries over IPv4 (RFC 768: 65,535 - 20 - 8). */
export const MOST_IN_DATAGRAM = 65_507;
/** Most of a segment, so that it fits into one packet of either version of IP. */
const MOST_IN_SEGMENT = 65_475;
const UDP = 17;
const TCP = 6;
/** Number of connections whose sequence numbers are remembered; those of older connections begin again. */
const MOST_CONNECTIONS = 20_000;

/** Makes packets; knows how far each TCP connection has come. */
export class PacketMaker {
  /** The next sequence number, by source and destination. */
  readonly #next = new Map<string, number>();

  /** One packet; several where a TCP message is too large for one. A datagram that is too large is cut. */
  packets({ protocol, source, destination }: Route, payload: Uint8Array): Uint8Array[] {
    const [from, to] = endsOf(source, destination);
    if (protocol === 'udp') {
      return [ipPacket(UDP, from, to, udp(from, to, payload.subarray(0, MOST_IN_DATAGRAM)))];
    }
    const packets: Uint8Array[] = [];
    let at = 0;
    do {
      const part = payload.subarray(at, at + MOST_IN_SEGMENT);
      at += part.length;
      const numbers = this.#advance(`${source} ${destination}`, part.length);
      const acknowledged = this.#next.get(`${destination} ${source}`) ?? 1;
      packets.push(ipPacket(TCP, from, to, tcp(from, to, part, numbers, acknowledged)));
    } while (at < payload.length);
    return packets;
  }

  #advance(direction: string, bytes: number): number {
    const number = this.#next.get(direction) ?? 1;
    this.#next.delete(direction);
    this.#next.set(direction, (number + bytes) % 2 ** 32);
    const oldest = this.#next.keys().next().value;
    if (this.#next.size > MOST_CONNECTIONS && oldest !== undefined) this.#next.delete(oldest);
    return number;
  }
}

/** Both ends in one version of IP. */
function endsOf(source: string, destination: string): [End, End] {
  const [from, to] = [parseEnd(source), parseEnd(destination)];
  const length = Math.max(from?.address.length ?? 4, to?.address.length ?? 4);
  return [from, to].map((end) =>
    end?.address.length === length
      ? end
      : { address: new Uint8Array(length), port: end?.port ?? 0 },
  ) as [End, End];
}

/** "127.0.0.1:4000", "[0:0:0:0:0:0:0:1]:4000": each end has one text. */
export function endText({ address, port }: End): string {
  if (address.length === 4) return `${address.join('.')}:${port}`;
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((address[2 * at] ?? 0) << 8) + (address[2 * at + 1] ?? 0)).toString(16),
  );
  return `[${groups.join(':')}]:${port}`;
}

/** @param text "address:port" or "[address]:port"; undefined for what is none of these */
export function parseEnd(text: string): End | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const [, six, four = '', digits] = match ?? [];
  const port = Number(digits);
  if (match === null || port > 65_535) return undefined;
  if (isIPv4(four)) return { address: Uint8Array.from(four.split('.').map(Number)), port };
  const plain = six?.replace(/%.*$/, '') ?? '';
  return isIPv6(plain) ? { address: ipv6Bytes(plain), port } : undefined;
}

function ipv6Bytes(text: string): Uint8Array {
  const groups = (part: string): number[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!isIPv4(group)) return [parseInt(group, 16)];
          const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
          return [a * 256 + b, c * 256 + d];
        });
  const [head = '', tail = ''] = text.split('::');
  const [before, after] = [groups(head), groups(tail)];
  const zeros = new Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0);
  return Uint8Array.from(
    [...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 255]),
  );
}

function udp(from: End, to: End, payload: Uint8Array): Uint8Array {
  const datagram = Buffer.alloc(8 + payload.length);
  datagram.writeUInt16BE(from.port, 0);
  datagram.writeUInt16BE(to.port, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  datagram.set(payload, 8);
  const sum = checksum(pseudoHeader(UDP, from, to, datagram.length), datagram);
  // 0 stands for "no checksum" (RFC 768)
  datagram.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return datagram;
}

const ACK_AND_PUSH = 0x18;

function tcp(
  from: End,
  to: End,
  payload: Uint8Array,
  number: number,
  acknowledged: number,
): Uint8Array {
  const segment = Buffer.alloc(20 + payload.length);
  segment.writeUInt16BE(from.port, 0);
  segment.writeUInt16BE(to.port, 2);
  segment.writeUInt32BE(number, 4);
  segment.writeUInt32BE(acknowledged, 8);
  segment.writeUInt8((20 / 4) << 4, 12);
  segment.writeUInt8(ACK_AND_PUSH, 13);
  segment.writeUInt16BE(0xffff, 14);
  segment.set(payload, 20);
  const sum = checksum(pseudoHeader(TCP, from, to, segment.length), segment);
  segment.writeUInt16BE(sum, 16);
  return segment;
}

/** What a checksum covers of the IP header (RFC 768; RFC 8200, 8.1); one form serves both versions. */
function pseudoHeader(protocol: number, from: End, to: End, length: number): Uint8Array {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(length, 0);
  tail.writeUInt32BE(protocol, 4);
  return Buffer.concat([from.address, to.address, tail]);
}

function ipPacket(protocol: number, from: End, to: End, payload: Uint8Array): Uint8Array {
  const isFour = from.address.length === 4;
  const header = isFour ? ipv4(protocol, payload) : ipv6(protocol, payload);
  const packet = Buffer.concat([header, from.address, to.address, payload]);
  if (isFour) packet.writeUInt16BE(checksum(packet.subarray(0, 20)), 10);
  return inEthernet(packet);
}

const ETHERNET_BYTES = 14;

/** An IP packet behind a header with zeros for addresses, as captures of a loopback interface have it. */
export function inEthernet(packet: Uint8Array): Uint8Array {
  const header = Buffer.alloc(ETHERNET_BYTES);
  header.writeUInt16BE((packet[0] ?? 0) >> 4 === 4 ? 0x0800 : 0x86dd, 12);
  return Buffer.concat([header, packet]);
}

/** The header without its addresses (RFC 791): "do not fragment", 64 hops. */
function ipv4(protocol: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + payload.length, 2);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(64, 8);
  header.writeUInt8(protocol, 9);
  return header;
}

/** The header without its addresses (RFC 8200, 3). */
function ipv6(protocol: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(payload.length, 4);
  header.writeUInt8(protocol, 6);
  header.writeUInt8(64, 7);
  return header;
}

/** The Internet checksum (RFC 1071) over these bytes; each part but the last has an even length. */
function checksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) {
      sum += ((part[at] ?? 0) << 8) + (part[at + 1] ?? 0);
    }
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
