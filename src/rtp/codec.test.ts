import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { levelOf } from '../audio/level.js';
import { ToneDetector } from '../audio/tone-detector.js';
import { sine, speech } from '../testing/samples/signals.js';
import { codecOf } from './codec.js';

const RATE = 8000;
const ALL = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);

test.each(['PCMU', 'PCMA', 'L16', 'G722'] as const)('%s: a tone is the same tone', (name) => {
  const tone = sine(1000, 500, RATE, -20);
  const [sent, received] = [codecOf(name), codecOf(name)];
  const parts: number[] = [];
  for (let at = 0; at < tone.length; at += 160) {
    parts.push(...received.decode(sent.encode(tone.subarray(at, at + 160))));
  }
  const heard = Int16Array.from(parts);
  expect(heard).toHaveLength(tone.length);
  expect(levelOf(heard)).toBeCloseTo(levelOf(tone), 0);
  expect(new ToneDetector({ rate: RATE, hz: 1000 }).push(heard).heard).toBe(true);
});

/** Half a step at that size: G.711 divides each octave into 16, mu-law beginning at 132 below zero. */
const HALF_STEP = {
  PCMU: (size: number): number => Math.max(4, (size + 132) / 32),
  PCMA: (size: number): number => Math.max(8, size / 32),
};

test.each(['PCMU', 'PCMA'] as const)('%s: samples keep their size, octets come back', (name) => {
  const codec = codecOf(name);
  const octets = Uint8Array.from({ length: 256 }, (_, i) => i);
  const back = codec.encode(codec.decode(octets)).filter((octet, i) => octet !== octets[i]);
  // mu-law has two zeros
  expect(back.length).toBe(name === 'PCMU' ? 1 : 0);
  const levels = codec.decode(codec.encode(ALL));
  const far = levels.filter((level, i) => {
    const sample = ALL[i]!;
    return Math.abs(level - sample) > HALF_STEP[name](Math.abs(sample));
  });
  expect(far).toHaveLength(0);
});

test('octets of G.711 in its tables', () => {
  // G.711, tables 1a and 2a: the largest, zero, the smallest
  const samples = Int16Array.of(32_767, 0, -32_768);
  expect([...codecOf('PCMU').encode(samples)]).toEqual([0x80, 0xff, 0x00]);
  expect([...codecOf('PCMA').encode(samples)]).toEqual([0xaa, 0xd5, 0x2a]);
});

test('L16 has its more significant byte first', () => {
  expect([...codecOf('L16').encode(Int16Array.of(0x1234, -2))]).toEqual([0x12, 0x34, 0xff, 0xfe]);
  expect([...codecOf('L16').decode(Uint8Array.of(0x12, 0x34, 0xff, 0xfe, 9))]).toEqual([
    0x1234, -2,
  ]);
});

/** Noise and squares of five levels, then squares at full scale. */
function hardSignal(): Int16Array {
  let state = 1;
  return Int16Array.from({ length: 4000 }, (_, i) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    if (i >= 3600) return Math.floor(i / 20) % 2 === 1 ? 32_767 : -32_768;
    const level = Math.floor(i / 400) % 5;
    const square = Math.floor(i / 9) % 2 === 1 ? 6000 : -6000;
    return Math.floor((square * level) / 4) + (((state >> 12) & 0x7ff) - 1024) * level;
  });
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Both digests are of what spandsp 0.0.6 makes of the same bytes (G722_SAMPLE_RATE_8000, 64 kbit/s). */
test('G722: codes and samples of the lower band are bit by bit those of spandsp', () => {
  const codes = codecOf('G722').encode(hardSignal());
  expect(digest(codes.map((code) => code & 0x3f))).toBe(
    '4f8a420f3e75db704d72e38d791db51f2f630ebaf29ef3eea707aa9ef5dd1302',
  );
  const samples = codecOf('G722').decode(codes.map((code) => code & 0x3f));
  expect(digest(new Uint8Array(samples.buffer))).toBe(
    '8278cc46e2f9fb6012a51f972c5d8e928d0ce08d9f4f7e5e8cef1cd709a2b620',
  );
});

test('G722: speech stays as loud as it was', () => {
  const spoken = speech(2000, RATE, -20, 3);
  const heard = codecOf('G722').decode(codecOf('G722').encode(spoken));
  expect(Math.abs(levelOf(heard) - levelOf(spoken))).toBeLessThan(0.5);
  const error = heard.map((sample, i) => sample - spoken[i]!);
  expect(levelOf(spoken) - levelOf(error)).toBeGreaterThan(20);
});
