import { describe, expect, test } from 'vitest';
import { mosOf, qualityOf } from './call-quality.js';

const clean = { packet_loss: 0, jitter: 0, rtt: 0 };

describe('reference values', () => {
  test.each(['PCMU', 'PCMA', 'pcmu', undefined])(
    'G.711 (%s) on a clean network: R = 93.2',
    (codec) => {
      expect(mosOf({ ...clean, ...(codec === undefined ? {} : { codec }) })).toBe(4.41);
    },
  );

  // G.107, table B.1, gives the MOS of these R (4.024 as 4.03); the loss that leads to each R follows from equation 7-29.
  test.each([
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ])('R = %d is a MOS of %d', (r, mos) => {
    const impairment = 93.2 - r;
    const loss = (25.1 * impairment) / (95 - impairment);
    expect(Math.abs(mosOf({ ...clean, packet_loss: loss }) - mos)).toBeLessThan(0.011);
  });

  test('delay by Cole and Rosenbluth: Id is 4.26 at the knee of 177.3 ms, 38.1 at 400 ms', () => {
    const sameAsLoss = (impairment: number): number =>
      mosOf({ ...clean, packet_loss: (25.1 * impairment) / (95 - impairment) });
    expect(mosOf({ ...clean, rtt: 2 * 177.3 })).toBe(sameAsLoss(4.2552));
    expect(mosOf({ ...clean, rtt: 800 })).toBe(sameAsLoss(0.024 * 400 + 0.11 * 222.7));
  });

  test('G.729 starts lower; a codec without a rating counts as G.711', () => {
    expect(mosOf({ ...clean, codec: 'G729' })).toBe(4.1);
    expect(mosOf({ ...clean, codec: 'opus', packet_loss: 3 })).toBe(
      mosOf({ ...clean, codec: 'PCMA', packet_loss: 3 }),
    );
  });
});

describe('always', () => {
  const grid = [0, 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 1e6];

  test.each(['packet_loss', 'jitter', 'rtt'] as const)('more %s never sounds better', (axis) => {
    for (const codec of ['PCMU', 'G729', 'opus']) {
      for (const base of grid) {
        const others = { packet_loss: Math.min(base, 100), jitter: base, rtt: base, codec };
        const scores = grid.map((value) => mosOf({ ...others, [axis]: value }));
        expect(scores).toEqual([...scores].sort((a, b) => b - a));
      }
    }
  });

  test('between 1 and 4.5 with two decimals, whatever comes in', () => {
    for (const packet_loss of [-5, ...grid]) {
      for (const rtt of [-1, ...grid]) {
        const mos = mosOf({ packet_loss, rtt, jitter: -1 });
        expect(mos).toBeGreaterThanOrEqual(1);
        expect(mos).toBeLessThanOrEqual(4.5);
        expect(mos).toBe(Number(mos.toFixed(2)));
      }
    }
    expect(mosOf({ packet_loss: 100, jitter: 1e6, rtt: 1e6 })).toBe(1);
  });
});

describe('rtcp_stats of baresip', () => {
  const stats = (rx: object, rtt: unknown): string =>
    JSON.stringify({ tx: { sent: 250, lost: 0, jit: 1000 }, rx, rtt });

  test('microseconds become ms, counts a percentage', () => {
    expect(qualityOf(stats({ sent: 245, lost: 5, jit: 6125 }, 40000))).toEqual({
      mos: mosOf({ packet_loss: 2, jitter: 6.13, rtt: 40 }),
      rtt: 40,
      jitter: 6.13,
      packet_loss: 2,
    });
  });

  test('the codec counts', () => {
    const clear = stats({ sent: 250, lost: 0, jit: 0 }, 0);
    expect(qualityOf(clear, 'PCMA')?.mos).toBe(4.41);
    expect(qualityOf(clear, 'G729')?.mos).toBe(4.1);
  });

  test('duplicates are no negative loss, an underflown round trip is none', () => {
    const odd = stats({ sent: 250, lost: -3, jit: 0 }, 4294967200);
    expect(qualityOf(odd)).toEqual({ mos: 4.41, rtt: 0, jitter: 0, packet_loss: 0 });
  });

  test.each([
    ['all zero', stats({ sent: 0, lost: 0, jit: 0 }, 0)],
    ['nothing received', stats({ sent: 0, lost: 40, jit: 0 }, 900)],
    ['no JSON', '{"tx":'],
    ['empty', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['no rx', '{"tx":{},"rtt":0}'],
    ['text for numbers', stats({ sent: '250', lost: 0, jit: 0 }, 0)],
    ['no rtt', stats({ sent: 250, lost: 0, jit: 0 }, undefined)],
  ])('unknown: %s', (_, text) => {
    expect(qualityOf(text)).toBeUndefined();
  });
});
