import { expect, test } from 'vitest';
import { randomOf } from '../testing/samples/signals.js';
import { Reception } from './reception.js';
import { ntpMiddle, ntpOf, parseRtcp, writeRtcp } from './rtcp.js';

const BLOCK = {
  ssrc: 0xfedcba98,
  fractionLost: 64,
  lost: -3,
  highest: 0x10005,
  jitter: 80,
  lastReport: 0x12345678,
  sinceLastReport: 65_536,
};
const SENDER = {
  ntp: [3_900_000_000, 2 ** 31] as const,
  timestamp: 4_000_000_000,
  packets: 250,
  octets: 40_000,
};

test('a sender report with SDES and BYE is read as it was written', () => {
  const written = writeRtcp({ ssrc: 7, sender: SENDER, blocks: [BLOCK], cname: 'näme', bye: true });
  expect(written.length % 4).toBe(0);
  expect(parseRtcp(written)).toEqual({
    reports: [{ ssrc: 7, sender: SENDER, blocks: [BLOCK] }],
    names: new Map([[7, 'näme']]),
    bye: [7],
  });
});

test('who has sent nothing writes a receiver report', () => {
  const written = writeRtcp({ ssrc: 7, blocks: [], cname: 'abc', bye: false });
  // RFC 3550, 6.4.2: version 2, no blocks, type 201, one word behind the header
  expect([...written.subarray(0, 8)]).toEqual([0x80, 201, 0, 1, 0, 0, 0, 7]);
  expect(parseRtcp(written)!.reports).toEqual([{ ssrc: 7, blocks: [] }]);
});

test('NTP time: seconds since 1900 and their fraction', () => {
  expect(ntpOf(500)).toEqual([2_208_988_800, 2 ** 31]);
  expect(ntpMiddle([0x11112222, 0x33334444])).toBe(0x22223333);
});

test('bytes of chance and cut packets: no throw', () => {
  const random = randomOf(9);
  const whole = writeRtcp({ ssrc: 7, sender: SENDER, blocks: [BLOCK], cname: 'abc', bye: true });
  for (let i = 0; i < 5000; i += 1) {
    const bytes = Buffer.from(whole.subarray(0, Math.floor(random() * (whole.length + 1))));
    for (let n = 0; n < 3 && bytes.length > 0; n += 1) {
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    }
    parseRtcp(bytes);
  }
  expect(parseRtcp(whole.subarray(0, whole.length - 1))).toBeUndefined();
  expect(parseRtcp(Buffer.alloc(0))).toBeUndefined();
});

/** Packets each 20 ms; a sequence number that is left out is lost. */
function received(sequences: readonly number[]): Reception {
  const source = new Reception(1);
  for (const n of sequences) source.packet(n & 0xffff, n * 160, n * 20, 8000);
  return source;
}

test('loss is counted across the end of the count, and by report', () => {
  const source = received([65_533, 65_534, 65_535, 65_536, 65_538, 65_539]);
  expect([source.expected, source.received, source.lost]).toEqual([7, 6, 1]);
  expect(source.report(0)).toMatchObject({
    lost: 1,
    fractionLost: Math.floor(256 / 7),
    highest: 65_539,
  });
  source.packet(4, 0, 0, undefined);
  expect(source.report(0)).toMatchObject({ lost: 1, fractionLost: 0 });
});

test('packets that come twice make loss negative, and no fraction of it', () => {
  expect(received([1, 2, 2, 3]).report(0)).toMatchObject({ lost: -1, fractionLost: 0 });
});

test('a count that begins anew loses nothing', () => {
  expect(received([1, 2, 3, 30_000, 30_001]).lost).toBe(0);
});

test('jitter is that of RFC 3550, A.8, in ticks of the clock, whichever it is', () => {
  const source = new Reception(1);
  // J += (|D| - J) / 16 with |D| = 5 ms
  let ms = 0;
  for (const [round, clock] of [8000, 48_000].entries()) {
    for (let i = 0; i < 6; i += 1) {
      const at = 120 * round + i * 20;
      source.packet(6 * round + i, (at * clock) / 1000, at + (i % 2) * 5, clock);
      // the first packet of a clock is compared with none
      if (i > 0) ms += (5 - ms) / 16;
    }
    expect(source.jitterMs).toBeCloseTo(ms, 6);
    expect(source.jitter).toBeCloseTo((ms * clock) / 1000, 6);
  }
});

test('the time since a sender report is told in 1/65,536 s', () => {
  const source = received([1]);
  source.senderReport(0xabcd, 1000);
  expect(source.report(1500)).toMatchObject({ lastReport: 0xabcd, sinceLastReport: 32_768 });
});
