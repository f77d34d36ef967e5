import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { GrowingWav } from '../audio/growing-wav.js';
import { levelOf } from '../audio/level.js';
import { ToneDetector } from '../audio/tone-detector.js';
import { toneSamples } from '../audio/tone.js';
import type { Quality } from '../model/call-quality.js';
import {
  HOST,
  RATE,
  Told,
  agreed,
  folder,
  got,
  packets,
  portOf,
  rawSocket,
  samplesOf,
  session,
  sockets,
  withRtp,
} from '../testing/agents/rtp-sessions.js';
import type { CodecName } from './codec.js';
import { RtpSession } from './session.js';

withRtp();

const hears = (samples: Int16Array, hz: number): boolean =>
  new ToneDetector({ rate: RATE, hz }).push(samples).heard;

const CODECS: readonly [CodecName, number][] = [
  ['PCMU', 0],
  ['PCMA', 8],
  ['L16', 96],
  ['G722', 9],
  ['opus', 111],
];

test.each(CODECS)('%s: both sides hear what the other plays', async (codec, payloadType) => {
  const [alice, bob] = [await session(0), await session(1)];
  const parameters = [agreed(1, { codec, payloadType }), agreed(0, { codec, payloadType })];
  await Promise.all([alice.rtp.prepare(parameters[0]!), bob.rtp.prepare(parameters[1]!)]);
  alice.rtp.start(parameters[0]!);
  bob.rtp.start(parameters[1]!);
  alice.rtp.play(toneSamples({ hz: 440, ms: 300, rate: RATE }), false);
  bob.rtp.play(toneSamples({ hz: 1000, ms: 300, rate: RATE }), false);
  await Promise.all([alice.told.ended, bob.told.ended]);
  await Promise.all([got(alice.rtp, 15), got(bob.rtp, 15)]);
  await Promise.all([alice.rtp.close(), bob.rtp.close()]);

  const heard = { alice: samplesOf(alice.rtp.received), bob: samplesOf(bob.rtp.received) };
  expect([hears(heard.bob, 440), hears(heard.bob, 1000)]).toEqual([true, false]);
  expect([hears(heard.alice, 1000), hears(heard.alice, 440)]).toEqual([true, false]);
  expect(hears(samplesOf(alice.rtp.sent), 440)).toBe(true);
  const { sent, audio_ms, invalid, unknown, lost } = alice.rtp.counts();
  expect(sent).toBeGreaterThanOrEqual(15);
  expect(audio_ms).toBeGreaterThanOrEqual(280);
  expect({ invalid, unknown, lost }).toEqual({ invalid: 0, unknown: 0, lost: 0 });
});

test('the recording grows while packets come', async () => {
  const [alice, bob] = [await session(0), await session(1)];
  alice.rtp.start(agreed(1, { receives: false }));
  bob.rtp.start(agreed(0, { sends: false }));
  expect(bob.told.streams.map(({ direction }) => direction)).toEqual(['received']);
  alice.rtp.play(toneSamples({ hz: 440, ms: 100, rate: RATE }), true);
  const wav = new GrowingWav(bob.rtp.received!);
  let samples = 0;
  await expect
    .poll(() => (samples += wav.read().reduce((sum, one) => sum + one.samples.length, 0)), {
      interval: 10,
    })
    .toBeGreaterThan(1600);
  wav.close();
  expect(bob.rtp.counts().sent).toBe(0);
});

test('digits are sent as events and come once each', async () => {
  const [alice, bob] = [await session(0), await session(1)];
  alice.rtp.start(agreed(1));
  bob.rtp.start(agreed(0));
  await alice.rtp.sendDigits('15#D!', { durationMs: 60, gapMs: 40 });
  await bob.told.count(5);
  expect(bob.told.digits.join('')).toBe('15#D!');
  expect(bob.told.durations).toEqual([60, 60, 60, 60, 60]);
  await bob.rtp.close();
  expect(bob.told.digits).toHaveLength(5);
});

test('packets of a digit: marker, one time stamp, growing duration, three ends', async () => {
  const { rtp } = await session(0);
  const socket = await rawSocket(1);
  rtp.start(agreed(1));
  const [all] = await Promise.all([
    packets(socket, 14),
    rtp.sendDigits('7', { durationMs: 100, gapMs: 60 }),
  ]);
  const events = all.filter(({ payloadType }) => payloadType === 101);
  expect(events.map(({ payload }) => [...payload])).toEqual([
    [7, 10, 0, 160],
    [7, 10, 320 >> 8, 320 & 255],
    [7, 10, 480 >> 8, 480 & 255],
    [7, 10, 640 >> 8, 640 & 255],
    ...Array.from({ length: 3 }, () => [7, 0x8a, 800 >> 8, 800 & 255]),
  ]);
  expect(events.map(({ marker }) => marker)).toEqual([true, ...Array<boolean>(6).fill(false)]);
  expect(new Set(events.map(({ timestamp }) => timestamp)).size).toBe(1);
  const first = all[0]!;
  expect(all.map(({ sequence }) => (sequence - first.sequence) & 0xffff)).toEqual(
    all.map((_, i) => i),
  );
  // audio goes on 100 ms after the digit began
  const audio = all.filter(({ payloadType }) => payloadType === 0);
  const behind = audio.find(({ sequence }) => sequence === ((events[4]!.sequence + 2) & 0xffff));
  expect((behind!.timestamp - events[0]!.timestamp) >>> 0).toBe(800);
});

test('opus: time stamps count 48 kHz, the duration of a digit 8 kHz', async () => {
  const { rtp } = await session(0);
  const socket = await rawSocket(1);
  const parameters = agreed(1, { codec: 'opus', payloadType: 111, ptimeMs: 30 });
  await rtp.prepare(parameters);
  rtp.start(parameters);
  const [all] = await Promise.all([packets(socket, 9), rtp.sendDigits('7', { durationMs: 60 })]);
  const events = all.filter(({ payloadType }) => payloadType === 101);
  expect(events.slice(0, 3).map(({ payload }) => (payload[2]! << 8) | payload[3]!)).toEqual([
    160, 320, 480,
  ]);
  // packets of 20 ms, as 30 make no frame; audio goes on behind the digit
  const audio = all.filter(({ payloadType }) => payloadType === 111);
  const steps = audio.slice(1).map(({ timestamp }, i) => (timestamp - audio[i]!.timestamp) >>> 0);
  expect(steps.filter((step) => step % 960 !== 0)).toEqual([]);
  expect(steps).toContain(960);
  const behind = audio.find(({ timestamp }) => ((timestamp - events[0]!.timestamp) | 0) > 0)!;
  expect((behind.timestamp - events[0]!.timestamp) >>> 0).toBe(960 * 3);
});

test('a session that is held sends and records nothing, and has no file open', async () => {
  const [alice, bob] = [await session(0), await session(1)];
  bob.rtp.start(agreed(0));
  alice.rtp.start(agreed(1));
  await got(alice.rtp, 3);
  alice.rtp.start(agreed(1, { sends: false, receives: false }));
  const { sent, received, audio_ms } = alice.rtp.counts();
  await got(alice.rtp, received + 10);
  expect(alice.rtp.counts()).toMatchObject({ sent, audio_ms });
  alice.rtp.start(agreed(1));
  await got(alice.rtp, received + 15);
  expect(alice.rtp.counts().audio_ms).toBeGreaterThan(audio_ms);
  expect(alice.rtp.counts().sent).toBeGreaterThan(sent);
  expect(alice.told.streams.map(({ direction }) => direction)).toEqual([
    'received',
    'sent',
    'received',
    'sent',
  ]);
  expect(new Set(alice.told.streams.map(({ path }) => path)).size).toBe(4);
});

test('digits that wait fail when the session is held or closed', async () => {
  const { rtp } = await session(0);
  await expect(rtp.sendDigits('1')).rejects.toMatchObject({ code: 'E_DTMF' });
  rtp.start(agreed(1));
  const held = rtp.sendDigits('123');
  rtp.start(agreed(1, { sends: false }));
  await expect(held).rejects.toThrow('digits could not be sent: the session does not send');
  rtp.start(agreed(1));
  const closed = rtp.sendDigits('123');
  await rtp.close();
  await expect(closed).rejects.toThrow('closed');
});

test('a port in use, an odd port and an address of nobody say so', async () => {
  const socket = await rawSocket(0);
  const options = { address: HOST, folder, sink: new Told() };
  const inUse = RtpSession.open({ ...options, port: portOf(0) });
  await expect(inUse).rejects.toMatchObject({
    code: 'E_PORTS',
    message: `RTP: UDP port ${portOf(0)} of ${HOST} is in use`,
  });
  // of the pair the upper
  sockets.splice(sockets.indexOf(socket), 1);
  socket.close();
  const upper = createSocket('udp4');
  sockets.push(upper);
  upper.bind(portOf(0) + 1, HOST);
  await once(upper, 'listening');
  const odd = `UDP port ${portOf(0) + 1} of ${HOST} is`;
  await expect(RtpSession.open({ ...options, port: portOf(0) })).rejects.toThrow(`${odd} in use`);
  await expect(RtpSession.open({ ...options, port: portOf(0) + 1 })).rejects.toThrow(`${odd} odd`);
  const nobody = RtpSession.open({ ...options, address: '192.0.2.1', port: portOf(0) });
  await expect(nobody).rejects.toThrow('does not have that address');
  // the lower one was let go each time
  expect((await session(1)).rtp).toBeDefined();
});

test('reports tell both sides loss, jitter and round trip, and BYE ends them', async () => {
  const [alice, bob] = [await session(0), await session(1)];
  alice.rtp.start(agreed(1));
  bob.rtp.start(agreed(0));
  const reported = () => [alice.rtp, bob.rtp].map((one) => one.remoteQuality()?.packet_loss);
  await expect.poll(reported, { timeout: 30_000 }).toEqual([0, 0]);
  expect(alice.rtp.counts().remote_sent).toBeGreaterThan(100);
  // The figures of a busy machine are worse; they are measured anew for each report, every 5 s.
  const isGood = ({ jitter, rtt, mos }: Quality): boolean => jitter < 20 && rtt < 100 && mos > 4;
  await expect.poll(() => alice.rtp.quality(), { timeout: 30_000 }).toSatisfy(isGood);
  expect(alice.rtp.quality()).toMatchObject({ packet_loss: 0 });
});

test('silence is sent where nothing is played', async () => {
  const { rtp } = await session(0);
  const socket = await rawSocket(1);
  rtp.start(agreed(1));
  const all = await packets(socket, 5);
  expect(all.map(({ marker }) => marker)).toEqual([true, false, false, false, false]);
  for (const { payload } of all) expect(new Set(payload)).toEqual(new Set([0xff]));
  await rtp.close();
  expect(levelOf(samplesOf(rtp.sent))).toBeLessThan(-90);
});
