import { expect, test } from 'vitest';
import { capturedPackets, inOrder } from './captured-packets.js';
import { Pcap } from './capture-file.js';
import { PacketMaker } from './ip-packets.js';

const TIME = 1_767_323_045_000_123;
const route = { protocol: 'udp', source: '127.0.0.1:4000', destination: '127.0.0.1:4002' } as const;
const ENDS = ['127.0.0.1:4000', '127.0.0.1:4002'];
const [udp = Buffer.alloc(0)] = new PacketMaker().packets(route, Buffer.from('rtp'));
const [six = Buffer.alloc(0)] = new PacketMaker().packets(
  { ...route, source: '[::1]:1', destination: '[::1]:2' },
  Buffer.from('rtp'),
);
const [tcp = Buffer.alloc(0)] = new PacketMaker().packets(
  { ...route, protocol: 'tcp' },
  Buffer.from('sip'),
);

/** A file as Pcap writes it, with its link type and magic number changed. */
function file(frames: readonly Uint8Array[], linkType = 1, magic = 0xa1b2c3d4): Buffer {
  const format = new Pcap();
  const packets = frames.map((bytes) => format.packet({ time: TIME, seenBy: '', bytes }));
  const all = Buffer.concat([format.header(), ...packets]);
  all.writeUInt32LE(magic, 0);
  all.writeUInt32LE(linkType, 20);
  return all;
}

test('UDP packets with time and ports, whatever else there is, in pieces of any size', () => {
  const whole = file([udp, tcp, Buffer.from('short'), six]);
  for (const size of [1, 7, 100, whole.length]) {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < whole.length; at += size) pieces.push(whole.subarray(at, at + size));
    expect([...capturedPackets(pieces)]).toEqual([
      { time: TIME, ends: ENDS, ip: udp.subarray(14) },
      { time: TIME, ends: ['[0:0:0:0:0:0:0:1]:1', '[0:0:0:0:0:0:0:1]:2'], ip: six.subarray(14) },
    ]);
  }
});

test('every kind of interface; nanoseconds; a packet that is cut off', () => {
  const ip = udp.subarray(14);
  const sll = Buffer.concat([Buffer.alloc(14), Buffer.from([8, 0]), ip]);
  const sll2 = Buffer.concat([Buffer.from([8, 0]), Buffer.alloc(18), ip]);
  for (const [linkType, frame] of [
    [101, ip],
    [113, sll],
    [276, sll2],
  ] as const) {
    const [packet] = capturedPackets([file([frame], linkType)]);
    expect(packet).toEqual({ time: TIME, ends: ENDS, ip });
  }
  const [nano] = capturedPackets([file([udp], 1, 0xa1b23c4d)]);
  expect(nano?.time).toBe(TIME - 123);
  expect([...capturedPackets([file([udp]).subarray(0, -1)])]).toEqual([]);
  expect([...capturedPackets([])]).toEqual([]);
});

test('what is no capture file is no empty one', () => {
  expect(() => [...capturedPackets([Buffer.alloc(24)])]).toThrow('not a capture file');
});

test('packets that overtook each other are put in order, and few are held at a time', () => {
  let read = 0;
  function* shuffled(): Generator<{
    time: number;
    ends: readonly [string, string];
    ip: Uint8Array;
  }> {
    for (let number = 0; number < 10_000; number += 1) {
      read += 1;
      // every second packet is 30 ms late
      const time = TIME + number * 10_000 - (number % 2 === 0 ? 0 : 30_000);
      yield { time, ends: ['a', 'b'], ip: new Uint8Array() };
    }
  }
  const times: number[] = [];
  let most = 0;
  for (const { time } of inOrder(shuffled())) {
    times.push(time);
    most = Math.max(most, read - times.length);
  }
  expect(times).toHaveLength(10_000);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // at most the packets of one second wait to be ordered
  expect(most).toBeLessThan(110);
});
