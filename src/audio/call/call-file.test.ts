import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leastCpuMs } from '../../testing/timing.js';
import {
  lossy,
  mixed,
  music,
  sine,
  speech,
  throughCodec,
  whiteNoise,
} from '../../testing/samples/signals.js';
import { audioOfFile, type SideOfCall } from './call-file.js';
import { dtmfSamples } from '../dtmf-detector.js';
import { decodeG711, throughG711 } from '../g711.js';
import { levelOf } from '../level.js';
import type { AudioMark } from '../../model/audio-mark.js';
import { marksOf } from './marks.js';
import { joinSamples, silenceSamples, toneSamples } from '../tone.js';
import { encodeWav, wavHeader } from '../wav.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-call-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function stereo(left: Int16Array, right: Int16Array): Int16Array {
  return Int16Array.from({ length: 2 * Math.max(left.length, right.length) }, (_, i) => {
    return (i % 2 === 0 ? left : right)[i >> 1] ?? 0;
  });
}

function written(content: Uint8Array): string {
  const path = join(folder, 'call.wav');
  writeFileSync(path, content);
  return path;
}

function sidesOf(left: Int16Array, right: Int16Array, rate: number): SideOfCall[] {
  return [...audioOfFile(written(encodeWav(stereo(left, right), rate, 2))).sides];
}

/** "tone 440 from to" in steps of 50 ms, to compare. */
const texts = (marks: readonly AudioMark[]): string[] =>
  marks.map(({ kind, from, to, hz }) => {
    const times = [from, to].map((ms) => Math.round(ms / 50) * 50);
    return [kind, ...(hz === undefined ? [] : [hz.join('+')]), ...times].join(' ');
  });

test.each([8000, 16_000, 48_000])(
  '%d Hz: tone, silence, level, and the samples themselves',
  (rate) => {
    const tone = joinSamples(
      silenceSamples(500, rate),
      toneSamples({ hz: 440, ms: 1000, rate, dbfs: -10 }),
      silenceSamples(500, rate),
    );
    const [sent, received] = sidesOf(tone, silenceSamples(2000, rate), rate);
    expect(texts(sent?.marks ?? [])).toEqual([
      'silence 0 500',
      'tone 440 500 1500',
      'silence 1500 2000',
    ]);
    expect(sent?.marks[1]?.level).toBeCloseTo(-10, 0);
    expect(sent?.level).toBeCloseTo(-10, 0);
    expect(received?.marks).toEqual([{ kind: 'silence', from: 0, to: 2000 }]);
    expect(received).not.toHaveProperty('level');
    expect(received?.octets.every((octet) => decodeG711('mulaw', octet) === 0)).toBe(true);
    expect([sent?.samples, sent?.rate, sent?.side]).toEqual([16_000, 8000, 'sent']);
    const heard = Int16Array.from(sent?.octets ?? [], (octet) => decodeG711('mulaw', octet));
    const direct = toneSamples({ hz: 440, ms: 1000, rate: 8000, dbfs: -10 });
    const differences = direct.map((one, i) => Math.abs(one - (heard[4000 + i] ?? 0)));
    // G.711 is exact to 3 % of a sample
    expect(Math.max(...differences.slice(80, -80))).toBeLessThan(400);
  },
);

test('above 4 kHz nothing is folded down', () => {
  const [sent] = sidesOf(sine(5000, 1000, 16_000, -10), silenceSamples(1000, 16_000), 16_000);
  expect(sent?.marks.map(({ kind }) => kind)).not.toContain('tone');
  const middle = Int16Array.from(sent?.octets ?? [], (octet) => decodeG711('mulaw', octet));
  expect(levelOf(middle.subarray(800, 7200))).toBeLessThan(-70);
});

test('octets are those of G.711', () => {
  const levels = Int16Array.from({ length: 256 }, (_, octet) => decodeG711('mulaw', octet));
  const [sent] = sidesOf(levels, levels, 8000);
  // there are two zeros
  expect([...(sent?.octets ?? [])]).toEqual(
    levels.reduce<number[]>((all, _, octet) => [...all, octet === 127 ? 255 : octet], []),
  );
  const all = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
  const [every] = sidesOf(all, all, 8000);
  const decoded = Int16Array.from(every?.octets ?? [], (octet) => decodeG711('mulaw', octet));
  expect(decoded).toEqual(decoded.toSorted());
  all.forEach((one, index) => {
    const step = Math.max(8, 2 ** (Math.floor(Math.log2(Math.abs(one) + 132)) - 4));
    const off = Math.abs(Math.max(-32_124, Math.min(32_124, one)) - (decoded[index] ?? 0));
    if (off > step / 2) throw new Error(`${one} is ${decoded[index]}`);
  });
});

test('digits, dual tones and tones one after the other', () => {
  const quiet = silenceSamples(400, 8000);
  const tones = [[350, 440], [400, 450], [950], [1400], [1800]];
  const sound = joinSamples(
    dtmfSamples('15#', 8000),
    ...tones.flatMap((hz) => [quiet, toneSamples({ hz, ms: 500, rate: 8000 })]),
  );
  const found = marksOf(throughG711('alaw', sound), 8000).marks.filter(
    ({ kind }) => kind === 'tone',
  );
  expect(texts(found)).toEqual([
    'tone 697+1209 0 100',
    'tone 770+1336 200 300',
    'tone 941+1477 400 500',
    'tone 350+440 1000 1500',
    'tone 400+450 1900 2400',
    'tone 950 2800 3300',
    'tone 1400 3700 4200',
    'tone 1800 4600 5100',
  ]);
});

test('a tone that follows another at once, and one that glides', () => {
  const steps = joinSamples(sine(600, 500, 8000, -12), sine(900, 500, 8000, -12));
  expect(texts(marksOf(steps, 8000).marks)).toEqual(['tone 600 0 500', 'tone 900 500 1000']);
  const glide = Int16Array.from({ length: 16_000 }, (_, n) => {
    const t = n / 8000;
    return Math.round(8000 * Math.sin(2 * Math.PI * (300 * t + 400 * t * t)));
  });
  expect(marksOf(glide, 8000).marks.map(({ kind }) => kind)).not.toContain('tone');
});

test.each([1, 2, 3, 4, 5, 6])('speech is speech, noise and music are sound (seed %d)', (seed) => {
  const kinds = (samples: Int16Array): string[] => {
    const heard = joinSamples(silenceSamples(400, 8000), samples, silenceSamples(400, 8000));
    const ms: Record<string, number> = {};
    for (const { kind, from, to } of marksOf(heard, 8000).marks)
      ms[kind] = (ms[kind] ?? 0) + to - from;
    return Object.keys(ms).filter((kind) => kind !== 'silence' && (ms[kind] ?? 0) > 1000);
  };
  expect(kinds(throughG711('mulaw', speech(4000, 8000, -20, seed)))).toEqual(['speech']);
  expect(kinds(whiteNoise(4000, 8000, -30, seed))).toEqual(['sound']);
  const song = music(4000, 8000, -20, seed, 'band');
  expect(kinds(mixed(song, whiteNoise(4000, 8000, -50, seed)))).not.toContain('speech');
});

test('packets that are missing are gaps, the pauses of digits and of busy tones are none', () => {
  const talk = Array.from(speech(6000, 8000, -15, 3));
  for (const at of [8000, 24_000]) talk.fill(0, at, at + 480);
  const loud = (at: number): boolean =>
    [at - 1, at + 480].every((edge) => Math.abs(talk[edge] ?? 0) > 500);
  const gaps = marksOf(Int16Array.from(talk), 8000).marks.filter(({ kind }) => kind === 'gap');
  for (const at of [8000, 24_000].filter(loud)) {
    expect(gaps).toContainEqual({ kind: 'gap', from: at / 8, to: at / 8 + 60 });
  }
  const tone = sine(440, 4000, 8000, -10);
  tone.fill(0, 16_000, 16_160);
  const inTone = marksOf(tone, 8000).marks;
  expect(texts(inTone)).toContain('tone 440 0 4000');
  const gap = inTone.find(({ kind }) => kind === 'gap');
  expect([gap?.from, gap?.to]).toEqual([2000, 2020]);
  const busy = joinSamples(
    ...Array.from({ length: 4 }, () => [
      sine(425, 480, 8000, -10),
      silenceSamples(480, 8000),
    ]).flat(),
    dtmfSamples('1212', 8000, 60, 60),
  );
  expect(marksOf(busy, 8000).marks.map(({ kind }) => kind)).not.toContain('gap');
});

test('sound that is lost now and then is still that sound', () => {
  const lost = lossy(sine(440, 3000, 8000, -10), 8000, 0.05, 'zeros', 5);
  const tones = marksOf(lost, 8000).marks.filter(({ kind }) => kind === 'tone');
  expect(texts(tones)).toEqual([expect.stringMatching(/^tone 440 0 (?:2950|3000)$/)]);
});

test('files with little or nothing in them', () => {
  const empty = written(new Uint8Array());
  expect(audioOfFile(empty)).toEqual({ ms: 0, sides: [] });
  expect(audioOfFile(written(wavHeader(8000, 2, 0)))).toEqual({ ms: 0, sides: [] });
  const one = audioOfFile(written(encodeWav(Int16Array.of(1000, -1000), 8000, 2)));
  expect(one.ms).toBe(0.125);
  expect(one.sides.map(({ samples, marks }) => [samples, marks])).toEqual([
    [1, []],
    [1, []],
  ]);
  const whole = encodeWav(stereo(sine(440, 1000, 8000, -10), sine(440, 1000, 8000, -10)), 8000, 2);
  const half = audioOfFile(written(whole.subarray(0, 44 + 16_001)));
  expect(half.ms).toBe(500);
  expect(half.sides.map(({ marks }) => texts(marks))).toEqual([
    ['tone 440 0 500'],
    ['tone 440 0 500'],
  ]);
  expect(() => audioOfFile(written(Buffer.from('no sound at all')))).toThrow(
    /does not begin with RIFF/,
  );
  expect(() => audioOfFile(join(folder, 'none.wav'))).toThrow(/ENOENT/);
});

test('ten seconds take some milliseconds', async () => {
  const talk = throughCodec('mulaw', speech(10_000, 8000, -20, 1));
  const path = written(encodeWav(stereo(talk, sine(440, 10_000, 8000, -10)), 8000, 2));
  expect(await leastCpuMs(80, () => audioOfFile(path))).toBeLessThan(80);
});
