import { expect, test } from 'vitest';
import { PacketMaker } from './ip-packets.js';

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');
const payload = Buffer.from('hi!');

test('a datagram over IPv4, byte by byte', () => {
  const [packet, ...more] = new PacketMaker().packets(
    { protocol: 'udp', source: '127.0.0.1:5060', destination: '10.1.2.3:65535' },
    payload,
  );
  expect(more).toEqual([]);
  const ethernet = `${'00'.repeat(12)}0800`;
  const ip = '4500001f000040004011afc97f0000010a010203';
  expect(hex(packet).slice(0, 28)).toBe(ethernet);
  expect(hex(packet).slice(28, 68)).toBe(ip);
  expect(hex(packet).slice(68)).toBe(`13c4ffff000bd7a5${hex(payload)}`);
});

/** RFC 1071: over all that a checksum covers, itself included, the sum is all ones. */
function sum(...parts: readonly Uint8Array[]): number {
  let total = 0;
  for (const part of parts) {
    part.forEach((byte, at) => (total += at % 2 === 0 ? byte * 256 : byte));
  }
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  return total;
}

test.each([
  { protocol: 'udp', source: '127.0.0.1:5060', destination: '10.1.2.3:65535', ip: 20 },
  { protocol: 'udp', source: '[::1]:5060', destination: '[fe80::a:1%eth0]:1', ip: 40 },
  { protocol: 'tcp', source: '192.168.0.255:5060', destination: '10.1.2.3:65535', ip: 20 },
  { protocol: 'tcp', source: '[2001:db8::192.0.2.1]:5060', destination: '[::]:9', ip: 40 },
] as const)('checksums of $protocol from $source are right', ({ ip, ...route }) => {
  const [packet = Buffer.alloc(0)] = new PacketMaker().packets(route, payload);
  const header = packet.subarray(14, 14 + ip);
  const inner = packet.subarray(14 + ip);
  if (ip === 20) expect(sum(header)).toBe(0xffff);
  const addresses = ip === 20 ? header.subarray(12) : header.subarray(8);
  const tail = [0, inner.length, 0, route.protocol === 'udp' ? 17 : 6];
  expect(sum(addresses, Uint8Array.from(tail), inner)).toBe(0xffff);
  expect(hex(packet).endsWith(hex(payload))).toBe(true);
});

test('IPv6 addresses, with zeros left out anywhere and with an end in dots', () => {
  const route = {
    protocol: 'udp',
    source: '[2001:db8::192.0.2.1]:1',
    destination: '[::]:2',
  } as const;
  const [packet] = new PacketMaker().packets(route, payload);
  expect(hex(packet?.subarray(14 + 8, 14 + 40))).toBe(
    `20010db80000000000000000c0000201${'0'.repeat(32)}`,
  );
});

test('a TCP message is as many segments as it takes, each after the one before', () => {
  const maker = new PacketMaker();
  const to = { protocol: 'tcp', source: '127.0.0.1:1', destination: '127.0.0.1:2' } as const;
  const back = { protocol: 'tcp', source: '127.0.0.1:2', destination: '127.0.0.1:1' } as const;
  const numbers = (packets: readonly Uint8Array[]): number[][] =>
    packets.map((packet) => {
      const view = Buffer.from(packet).subarray(34);
      return [view.readUInt32BE(4), view.readUInt32BE(8), view.length - 20];
    });
  expect(numbers(maker.packets(to, Buffer.alloc(70_000)))).toEqual([
    [1, 1, 65_475],
    [65_476, 1, 4525],
  ]);
  expect(numbers(maker.packets(back, payload))).toEqual([[1, 70_001, 3]]);
  expect(numbers(maker.packets(to, payload))).toEqual([[70_001, 4, 3]]);
});

test('a datagram that is too large is cut, and what is no address is zeros', () => {
  const maker = new PacketMaker();
  const route = { protocol: 'udp', source: '', destination: 'h:99999' } as const;
  const [packet, ...more] = maker.packets(route, Buffer.alloc(70_000));
  expect(more).toEqual([]);
  expect(packet?.length).toBe(14 + 65_535);
  expect(hex(packet?.subarray(26, 38))).toBe('0'.repeat(24));
  const [mixed] = maker.packets({ ...route, destination: '[::1]:7' }, payload);
  expect(hex(mixed?.subarray(22, 58))).toBe(`${'0'.repeat(63)}100000007`);
});
