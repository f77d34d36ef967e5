import { expect, test } from 'vitest';
import { levelOf } from '../audio/level.js';
import { ToneDetector } from '../audio/tone-detector.js';
import { sine, speech } from '../testing/samples/signals.js';
import { packetTimeOf } from './codec.js';
import { openOpus } from './opus.js';

const RATE = 8000;

const packetsOf = (
  codec: Awaited<ReturnType<typeof openOpus>>,
  samples: Int16Array,
  ms: number,
): Uint8Array[] => {
  const length = (RATE * ms) / 1000;
  return Array.from({ length: Math.floor(samples.length / length) }, (_, i) =>
    codec.encode(samples.subarray(i * length, (i + 1) * length)),
  );
};

const heard = (codec: Awaited<ReturnType<typeof openOpus>>, packets: Uint8Array[]): Int16Array =>
  Int16Array.from(packets.flatMap((one) => [...codec.decode(one)]));

test.each([5, 10, 20, 40, 60])('packets of %i ms carry a tone', async (ms) => {
  const codec = await openOpus();
  const tone = sine(1000, 600, RATE, -20);
  const packets = packetsOf(codec, tone, ms);
  const samples = heard(codec, packets);
  codec.close?.();
  expect(samples).toHaveLength(tone.length);
  expect(levelOf(samples)).toBeCloseTo(levelOf(tone), 0);
  expect(new ToneDetector({ rate: RATE, hz: 1000 }).push(samples).heard).toBe(true);
});

test('the packet time is the longest there is that is not longer than what is asked for', async () => {
  const codec = await openOpus();
  expect([1, 5, 30, 60, 200].map((ms) => packetTimeOf(codec, ms))).toEqual([5, 5, 20, 60, 60]);
  codec.close?.();
});

test('what the other side wants of its packets', async () => {
  const spoken = speech(2000, RATE, -20, 3);
  const sizes = async (fmtp: string): Promise<number[]> => {
    const codec = await openOpus(fmtp);
    const packets = packetsOf(codec, spoken, 20);
    codec.close?.();
    return packets.map(({ length }) => length);
  };
  const usual = await sizes('minptime=10; stereo=1;maxplaybackrate=48000');
  const mean = (all: number[]): number => all.reduce((sum, one) => sum + one, 0) / all.length;
  expect(new Set(usual).size).toBeGreaterThan(5);
  expect(mean(usual)).toBeLessThan(80);
  expect(new Set(await sizes('cbr=1'))).toEqual(new Set([60]));
  expect(mean(await sizes('maxaveragebitrate=8000'))).toBeLessThan(mean(usual) / 2);
  // in-band FEC: a packet holds the one before again, in fewer bits, so it has fewer for itself
  expect(await sizes('useinbandfec=1')).not.toEqual(usual);
  expect(await sizes('useinbandfec=0;maxaveragebitrate=x')).toEqual(usual);
});

test('fullband stereo comes down to the lower 4 kHz in one channel', async () => {
  const { createEncoder } = await import('libopus-wasm');
  const encoder = await createEncoder({ channels: 2, sampleRate: 48_000 });
  const sound = sine(700, 400, 48_000, -20);
  const codec = await openOpus();
  const packets = Array.from({ length: 20 }, (_, i) =>
    encoder.encode(
      Int16Array.from({ length: 1920 }, (_one, at) => sound[i * 960 + (at >> 1)] ?? 0),
    ),
  );
  const samples = heard(codec, packets);
  encoder.free();
  codec.close?.();
  expect(samples).toHaveLength(3200);
  expect(new ToneDetector({ rate: RATE, hz: 700 }).push(samples).heard).toBe(true);
});

test('octets that are no Opus packet are no sound, and what follows is', async () => {
  const codec = await openOpus();
  const [good = new Uint8Array()] = packetsOf(codec, sine(1000, 20, RATE, -20), 20);
  const lengths = [[], [0xff], [0x03, 0xff, 1]].map(
    (octets) => codec.decode(Uint8Array.from(octets)).length,
  );
  expect(lengths).toEqual([0, 0, 0]);
  expect(codec.decode(good)).toHaveLength(160);
  codec.close?.();
});
