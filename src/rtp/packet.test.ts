import { expect, test } from 'vitest';
import { ahead16, ahead32, isRtcp, parseRtp, writeRtp } from './packet.js';

const PACKET = {
  payloadType: 101,
  marker: true,
  sequence: 0xfffe,
  timestamp: 0xfffffff0,
  ssrc: 0x89abcdef,
  payload: Uint8Array.of(1, 2, 3, 4, 5),
};
const bytes = writeRtp(PACKET);

test('what is written is read', () => {
  const read = parseRtp(bytes)!;
  expect({ ...read, payload: Uint8Array.from(read.payload) }).toEqual(PACKET);
});

test('contributing sources, extension header and padding are no payload', () => {
  const head = Buffer.from(bytes.subarray(0, 12));
  head[0] = 0x80 | 0x20 | 0x10 | 2;
  const sources = Buffer.alloc(8, 9);
  const extension = Buffer.from([0xbe, 0xde, 0, 1, 7, 7, 7, 7]);
  const whole = Buffer.concat([head, sources, extension, PACKET.payload, Buffer.from([0, 0, 3])]);
  expect([...parseRtp(whole)!.payload]).toEqual([1, 2, 3, 4, 5]);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['11 bytes', bytes.subarray(0, 11)],
  ['version 1', Buffer.from([0x40, ...bytes.subarray(1)])],
  ['more sources than bytes', Buffer.from([0x8f, ...bytes.subarray(1)])],
  ['an extension header that is cut off', Buffer.from([0x90, ...bytes.subarray(1, 14)])],
  ['an extension header longer than the packet', Buffer.from([0x90, ...bytes.subarray(1), 0, 9])],
  ['no padding where padding is announced', Buffer.from([0xa0, ...bytes.subarray(1, 16), 0])],
  ['more padding than bytes', Buffer.from([0xa0, ...bytes.subarray(1, 16), 200])],
])('%s is no packet', (_, wrong) => {
  expect(parseRtp(wrong)).toBeUndefined();
});

test('RTCP on the same port is told from RTP', () => {
  expect([200, 201, 202, 203, 192, 223].map((type) => isRtcp(Uint8Array.of(0x80, type)))).toEqual(
    Array<boolean>(6).fill(true),
  );
  for (const type of [0, 8, 101, 127, 128, 128 + 34, 128 + 96, 255]) {
    expect(isRtcp(Uint8Array.of(0x80, type)), String(type)).toBe(false);
  }
});

test('numbers that wrap around are compared', () => {
  expect([ahead16(2, 0xffff), ahead16(0xffff, 2)]).toEqual([3, -3]);
  expect([ahead32(100, 2 ** 32 - 60), ahead32(2 ** 32 - 60, 100)]).toEqual([160, -160]);
});
