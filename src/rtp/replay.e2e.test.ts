import { expect, test } from 'vitest';
import { agreed, packets, rawSocket, session, withRtp } from '../testing/agents/rtp-sessions.js';

withRtp();

test('a recorded stream is replayed with its own times, types and gaps', async () => {
  const { rtp } = await session(0);
  const socket = await rawSocket(1);
  rtp.start(agreed(1));
  await packets(socket, 2);
  const recorded = [0, 1, 3, 4].map((n) => ({
    at: 30 * n,
    payloadType: n === 4 ? 77 : 0,
    marker: n === 3,
    sequence: (65_534 + n) & 0xffff,
    timestamp: (2 ** 32 - 240 + 240 * n) >>> 0,
    ssrc: 1,
    payload: Buffer.alloc(240, n),
  }));
  const began = performance.now();
  const [all] = await Promise.all([packets(socket, 8), rtp.replay(recorded)]);
  expect(performance.now() - began).toBeGreaterThan(100);
  const first = all.findIndex(({ payload }) => payload.length === 240);
  const replayed = all.slice(first, first + 4);
  const base = replayed[0]!;
  expect(base.ssrc).not.toBe(1);
  expect(
    replayed.map(({ sequence, timestamp, payloadType, marker, payload }) => [
      (sequence - base.sequence) & 0xffff,
      (timestamp - base.timestamp) >>> 0,
      payloadType,
      marker,
      payload[0],
    ]),
  ).toEqual([
    [0, 0, 0, false, 0],
    [1, 240, 0, false, 1],
    [3, 720, 0, true, 3],
    [4, 960, 77, false, 4],
  ]);
  // what is played goes on behind it, in the same stream
  const next = all[first + 4]!;
  expect([next.ssrc, (next.sequence - base.sequence) & 0xffff, next.payloadType]).toEqual([
    base.ssrc,
    5,
    0,
  ]);
});

test('a replay ends when the session is held', async () => {
  const { rtp } = await session(0);
  rtp.start(agreed(1));
  const packet = { at: 0, payloadType: 0, marker: false, sequence: 0, timestamp: 0, ssrc: 0 };
  const payload = Buffer.alloc(160);
  const long = rtp.replay([0, 60_000].map((at) => ({ ...packet, at, payload })));
  rtp.start(agreed(1, { sends: false }));
  await expect(long).rejects.toThrow('RTP: replay ended early: the session does not send any more');
});
