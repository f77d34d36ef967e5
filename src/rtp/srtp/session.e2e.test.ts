import { once } from 'node:events';
import { expect, test } from 'vitest';
import { ToneDetector } from '../../audio/tone-detector.js';
import { toneSamples } from '../../audio/tone.js';
import {
  agreed,
  RATE,
  rawSocket,
  samplesOf,
  session,
  withRtp,
} from '../../testing/agents/rtp-sessions.js';
import { parseRtp } from '../packet.js';
import { parseRtcp } from '../rtcp.js';
import { SrtpContext } from './context.js';
import { masterBytes, SUITES, type SrtpSuite } from './keys.js';

withRtp();

const keyOf = (suite: SrtpSuite, octet: number) => ({
  suite,
  master: Buffer.alloc(masterBytes(suite), octet),
});
const hears = (samples: Int16Array, hz: number): boolean =>
  new ToneDetector({ rate: RATE, hz }).push(samples).heard;

test.each(Object.keys(SUITES) as SrtpSuite[])('%s: audio, digits and reports', async (suite) => {
  const [alice, bob] = [await session(0), await session(1)];
  const [a, b] = [keyOf(suite, 1), keyOf(suite, 2)];
  alice.rtp.start(agreed(1, { srtp: { sends: a, receives: b } }));
  bob.rtp.start(agreed(0, { srtp: { sends: b, receives: a } }));
  alice.rtp.play(toneSamples({ hz: 440, ms: 300, rate: RATE }), false);
  await alice.told.ended;
  await alice.rtp.sendDigits('15', { durationMs: 60, gapMs: 40 });
  await bob.told.count(2);
  await alice.rtp.close();
  // BYE, with a report of what was sent
  await expect.poll(() => bob.rtp.counts().remote_sent).toBe(alice.rtp.counts().sent);
  await bob.rtp.close();
  expect(bob.told.digits).toEqual(['1', '5']);
  expect(hears(samplesOf(bob.rtp.received), 440)).toBe(true);
  expect(bob.rtp.counts()).toMatchObject({ invalid: 0, unknown: 0, lost: 0 });
});

test('what is on the wire is encrypted, and is that of the key', async () => {
  const { rtp } = await session(0);
  const [socket, reports] = [await rawSocket(1), await rawSocket(1, 1)];
  const key = keyOf('AES_CM_128_HMAC_SHA1_80', 1);
  rtp.start(agreed(1, { srtp: { sends: key, receives: key } }));
  const [packet] = (await once(socket, 'message')) as [Buffer];
  const silence = Buffer.alloc(160, 0xff);
  expect(packet).toHaveLength(12 + 160 + 10);
  expect(packet.subarray(12, 172)).not.toEqual(silence);
  const context = new SrtpContext(key);
  const plain = context.unprotect(packet);
  expect(typeof plain === 'string' ? plain : Buffer.from(parseRtp(plain)!.payload)).toEqual(
    silence,
  );
  const next = once(reports, 'message');
  await rtp.close();
  const [report] = (await next) as [Buffer];
  const read = context.unprotectReport(report);
  if (typeof read === 'string') throw new Error(read);
  expect(parseRtcp(read)?.bye).toHaveLength(1);
  expect(report.subarray(8, read.length)).not.toEqual(read.subarray(8));
});

test('with another key nothing is heard, and the session says so once', async () => {
  const [alice, bob] = [await session(0), await session(1)];
  const [a, b] = [1, 2].map((octet) => keyOf('AEAD_AES_128_GCM', octet));
  let told = 0;
  bob.told.unauthentic = () => (told += 1);
  alice.rtp.start(agreed(1, { srtp: { sends: a!, receives: a! } }));
  bob.rtp.start(agreed(0, { srtp: { sends: a!, receives: b! } }));
  await expect.poll(() => told).toBe(1);
  const { received, invalid, remote_sent } = bob.rtp.counts();
  expect({ received, remote_sent }).toEqual({ received: 0, remote_sent: undefined });
  expect(invalid).toBeGreaterThanOrEqual(25);
  bob.rtp.start(agreed(0, { srtp: { sends: a!, receives: a! } }));
  await expect.poll(() => bob.rtp.counts().received).toBeGreaterThanOrEqual(10);
  expect(told).toBe(1);
});
