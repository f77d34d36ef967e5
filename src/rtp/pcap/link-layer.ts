/** UDP datagrams out of captured packets, whatever link they were captured on. Pure. */

export interface Datagram {
  /** "192.0.2.1:4000", "[2001:db8::1]:4000". */
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

/**
 * Link types (https://www.tcpdump.org/linktypes.html): length of the header, and offset of the EtherType in it; without a `type`
 * the payload is IP.
 */
const LINKS: Readonly<Record<number, { length: number; type?: number }>> = {
  // BSD loopback: four bytes with the address family in the byte order of the host
  0: { length: 4 },
  108: { length: 4 },
  // Ethernet
  1: { length: 14, type: 12 },
  // raw IP, and either version of it
  12: { length: 0 },
  14: { length: 0 },
  101: { length: 0 },
  228: { length: 0 },
  229: { length: 0 },
  // Linux "any" interface: LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2
  113: { length: 16, type: 14 },
  276: { length: 20, type: 0 },
};
const VLAN: readonly number[] = [0x8100, 0x88a8, 0x9100];
const IP: readonly number[] = [0x0800, 0x86dd];
const UDP = 17;
/** Extension headers of IPv6 that say how long they are (RFC 8200, 4): hop-by-hop, routing, destination, fragment. */
const EXTENSIONS: readonly number[] = [0, 43, 60];
const FRAGMENT = 44;

export function isKnownLink(link: number): boolean {
  return link in LINKS;
}

/** Undefined for anything but UDP over IP, and for a fragment of a datagram. */
export function udpOf(link: number, frame: Buffer): Datagram | undefined {
  const ip = ipOf(link, frame);
  if (ip === undefined || ip.length < 20) return undefined;
  const version = ip.readUInt8(0) >> 4;
  const carried = version === 4 ? overIpv4(ip) : version === 6 ? overIpv6(ip) : undefined;
  if (carried === undefined || carried.bytes.length < 8) return undefined;
  const { bytes, from, to } = carried;
  const [sourcePort, destinationPort] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
  // behind a short datagram Ethernet has padding
  const payload = bytes.subarray(8, Math.max(8, bytes.readUInt16BE(4)));
  return {
    source: `${from}:${sourcePort}`,
    destination: `${to}:${destinationPort}`,
    sourcePort,
    destinationPort,
    payload,
  };
}

function ipOf(link: number, frame: Buffer): Buffer | undefined {
  const layout = LINKS[link];
  if (layout === undefined || frame.length <= layout.length) return undefined;
  if (layout.type === undefined) return frame.subarray(layout.length);
  let start = layout.length;
  let type = frame.readUInt16BE(layout.type);
  while (VLAN.includes(type) && start + 4 <= frame.length) {
    type = frame.readUInt16BE(start + 2);
    start += 4;
  }
  return IP.includes(type) ? frame.subarray(start) : undefined;
}

interface Carried {
  bytes: Buffer;
  from: string;
  to: string;
}

function overIpv4(ip: Buffer): Carried | undefined {
  // a fragment: one behind the first, or the first of several
  const isPart = (ip.readUInt16BE(6) & 0x3fff) !== 0;
  if (isPart || ip.readUInt8(9) !== UDP) return undefined;
  const text = (at: number): string => ip.subarray(at, at + 4).join('.');
  const bytes = ip.subarray((ip.readUInt8(0) & 15) * 4);
  return { bytes, from: text(12), to: text(16) };
}

function overIpv6(ip: Buffer): Carried | undefined {
  if (ip.length < 40) return undefined;
  let next = ip.readUInt8(6);
  let at = 40;
  while (EXTENSIONS.includes(next) && at + 8 <= ip.length) {
    next = ip.readUInt8(at);
    at += 8 + 8 * ip.readUInt8(at + 1);
  }
  if (next === FRAGMENT || next !== UDP) return undefined;
  const text = (start: number): string =>
    `[${Array.from({ length: 8 }, (_, i) => ip.readUInt16BE(start + 2 * i).toString(16)).join(':')}]`;
  return { bytes: ip.subarray(at), from: text(8), to: text(24) };
}
