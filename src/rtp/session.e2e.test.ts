import { once } from 'node:events';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GrowingWav } from '../audio/growing-wav.js';
import { levelOf } from '../audio/level.js';
import { ToneDetector } from '../audio/tone-detector.js';
import { toneSamples } from '../audio/tone.js';
import { decodeWav } from '../audio/wav.js';
import { takeSlot, type Slot } from '../baresip/start/ports.js';
import { CLOCK } from './clock.js';
import type { CodecName } from './codec.js';
import { parseRtp, writeRtp, type RtpPacket } from './packet.js';
import type { RtpParameters, RtpSink, RtpStream } from './parameters.js';
import { RtpSession } from './session.js';

const HOST = '127.0.0.1';
const RATE = 8000;

let folder: string;
let slot: Slot;
let open: RtpSession[];
let sockets: Socket[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-rtp-'));
  slot = await takeSlot(HOST);
  open = [];
  sockets = [];
});

afterEach(async () => {
  await Promise.all(open.map((session) => session.close()));
  for (const socket of sockets) socket.close();
  expect(CLOCK.idle, 'a timer is left').toBe(true);
  slot.release();
  rmSync(folder, { recursive: true });
});

/** Something to wait for. */
class Told implements RtpSink {
  readonly digits: string[] = [];
  readonly durations: number[] = [];
  readonly streams: RtpStream[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  readonly ended: Promise<void>;
  playedToEnd!: () => void;

  constructor() {
    this.ended = new Promise((resolve) => (this.playedToEnd = resolve));
  }

  digit(digit: string, durationMs: number): void {
    this.digits.push(digit);
    this.durations.push(durationMs);
    for (const { count, resolve } of this.#waiting) if (this.digits.length >= count) resolve();
  }

  stream(stream: RtpStream): void {
    this.streams.push(stream);
  }

  async count(count: number): Promise<void> {
    if (this.digits.length >= count) return;
    await new Promise<void>((resolve) => this.#waiting.push({ count, resolve }));
  }
}

/** The n-th port of the slot: even. */
const portOf = (n: number): number => slot.rtp[0] + 2 * n;

async function session(n: number): Promise<{ rtp: RtpSession; told: Told }> {
  const told = new Told();
  const rtp = await RtpSession.open({ address: HOST, port: portOf(n), folder, sink: told });
  open.push(rtp);
  return { rtp, told };
}

function agreed(to: number, more: Partial<RtpParameters> = {}): RtpParameters {
  return {
    remote: { address: HOST, port: portOf(to) },
    codec: 'PCMU',
    payloadType: 0,
    ptimeMs: 20,
    telephoneEvent: 101,
    sends: true,
    receives: true,
    ...more,
  };
}

async function rawSocket(n: number): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(portOf(n), HOST);
  await once(socket, 'listening');
  return socket;
}

/** Packets that come to a socket, until there are so many. */
async function packets(socket: Socket, count: number): Promise<RtpPacket[]> {
  const all: RtpPacket[] = [];
  await new Promise<void>((resolve) => {
    socket.on('message', (bytes) => {
      const packet = parseRtp(Uint8Array.from(bytes));
      if (packet !== undefined) all.push(packet);
      if (all.length === count) resolve();
    });
  });
  socket.removeAllListeners('message');
  return all;
}

/** Until the session has got so many packets, or datagrams that are none. */
async function got(rtp: RtpSession, count: number): Promise<void> {
  await expect
    .poll(() => rtp.counts().received + rtp.counts().invalid, { interval: 5, timeout: 5000 })
    .toBeGreaterThanOrEqual(count);
}

function samplesOf(path: string | undefined): Int16Array {
  const sound = decodeWav(readFileSync(path!), path!);
  expect(sound.rate).toBe(RATE);
  return Int16Array.from(sound.channels[0]!, (one) => Math.round(one * 32768));
}

const hears = (samples: Int16Array, hz: number): boolean =>
  new ToneDetector({ rate: RATE, hz }).push(samples).heard;

const CODECS: readonly [CodecName, number][] = [
  ['PCMU', 0],
  ['PCMA', 8],
  ['L16', 96],
  ['G722', 9],
];

test.each(CODECS)('%s: both sides hear what the other plays', async (codec, payloadType) => {
  const [alice, bob] = [await session(0), await session(1)];
  alice.rtp.start(agreed(1, { codec, payloadType }));
  bob.rtp.start(agreed(0, { codec, payloadType }));
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
  socket.close();
  sockets = [];
  const upper = createSocket('udp4');
  sockets.push(upper);
  upper.bind(portOf(0) + 1, HOST);
  await once(upper, 'listening');
  const odd = `UDP port ${portOf(0) + 1} of ${HOST} is`;
  await expect(RtpSession.open({ ...options, port: portOf(0) })).rejects.toThrow(`${odd} in use`);
  await expect(RtpSession.open({ ...options, port: portOf(0) + 1 })).rejects.toThrow(`${odd} odd`);
  const nobody = RtpSession.open({ ...options, address: '192.0.2.1', port: portOf(0) });
  await expect(nobody).rejects.toThrow('none of this host');
  // the lower one was let go each time
  expect((await session(1)).rtp).toBeDefined();
});

test('loss is filled with silence, order is restored, what came twice is left out', async () => {
  const { rtp } = await session(0);
  rtp.start(agreed(1, { sends: false, codec: 'L16', payloadType: 96 }));
  const socket = await rawSocket(1);
  const send = (n: number): void => {
    const payload = Buffer.alloc(320);
    for (let i = 0; i < 160; i += 1) payload.writeInt16BE(1000 + n, 2 * i);
    const [sequence, timestamp] = [65_534 + n, 2 ** 32 - 160 + 160 * n];
    const packet = { payloadType: 96, marker: false, ssrc: 7, sequence, timestamp, payload };
    socket.send(writeRtp(packet), portOf(0), HOST);
  };
  // 3 comes before 2, 4 twice, 5 never; then the count goes on
  for (const n of [0, 1, 3, 2, 4, 4, 6]) send(n);
  await got(rtp, 7);
  await rtp.close();
  const samples = samplesOf(rtp.received);
  const each = Array.from({ length: samples.length / 160 }, (_, i) => samples[i * 160]);
  expect(each).toEqual([1000, 1001, 1002, 1003, 1004, 0, 1006]);
  expect(rtp.counts()).toMatchObject({ received: 7, audio_ms: 120 });
});

test('reports tell both sides loss, jitter and round trip, and BYE ends them', async () => {
  const [alice, bob] = [await session(0), await session(1)];
  alice.rtp.start(agreed(1));
  bob.rtp.start(agreed(0));
  const reported = () => [alice.rtp, bob.rtp].map((one) => one.remoteQuality()?.packet_loss);
  await expect.poll(reported, { timeout: 12_000 }).toEqual([0, 0]);
  expect(alice.rtp.counts().remote_sent).toBeGreaterThan(100);
  const quality = alice.rtp.quality()!;
  expect(quality).toMatchObject({ packet_loss: 0 });
  expect(quality.jitter).toBeLessThan(20);
  expect(quality.rtt).toBeLessThan(100);
  expect(quality.mos).toBeGreaterThan(4);
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
