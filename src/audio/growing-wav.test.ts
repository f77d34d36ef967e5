import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sine } from '../testing/samples/signals.js';
import { GrowingWav } from './growing-wav.js';
import { joinSamples } from './tone.js';
import { wavHeader } from './wav.js';

let folder: string;
let path: string;
let wav: GrowingWav;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-wav-'));
  path = join(folder, 'dump-dec.wav');
  wav = new GrowingWav(path);
});

afterEach(() => {
  wav.close();
  rmSync(folder, { recursive: true });
});

const bytesOf = (samples: Int16Array): Buffer =>
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);

test('reads what is there, then what comes, and keeps count', () => {
  expect(wav.read()).toEqual([]);
  const tone = sine(440, 60, 8000, -20);
  writeFileSync(path, '');
  expect(wav.read()).toEqual([]);
  appendFileSync(path, wavHeader(8000, 1, 0).subarray(0, 20));
  expect(wav.read()).toEqual([]);
  appendFileSync(path, wavHeader(8000, 1, 0).subarray(20));
  expect(wav.read()).toEqual([]);
  appendFileSync(path, bytesOf(tone.subarray(0, 160)));
  const first = wav.read();
  // half a sample waits for its other half
  appendFileSync(path, bytesOf(tone.subarray(160)).subarray(0, 321));
  const second = wav.read();
  appendFileSync(path, bytesOf(tone.subarray(160)).subarray(321));
  const third = wav.read();
  expect([first, second, third].map(([one]) => one?.position)).toEqual([0, 160, 320]);
  expect(first[0]).toMatchObject({ rate: 8000, channels: 1 });
  const all = [...first, ...second, ...third].map((one) => one.samples);
  expect(joinSamples(...all)).toEqual(tone);
});

test('how long ago the last of it was written', () => {
  expect(wav.age_ms).toBeUndefined();
  writeFileSync(path, wavHeader(8000, 1, 0));
  utimesSync(path, new Date(), new Date(Date.now() - 5000));
  wav.read();
  expect(wav.age_ms).toBeGreaterThan(4900);
  appendFileSync(path, bytesOf(sine(440, 20, 8000, -20)));
  expect(wav.age_ms).toBeLessThan(1000);
});

test('a file that was emptied goes on where it was', () => {
  const tone = sine(440, 120, 8000, -20);
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([wavHeader(8000, 1, 0), bytesOf(tone.subarray(0, 800))]));
  expect(wav.read()[0]?.samples.length).toBe(800);
  truncateSync(path, 0);
  expect(wav.read()).toEqual([]);
  writeSync(file, bytesOf(tone.subarray(800)));
  closeSync(file);
  expect(wav.read()).toMatchObject([{ position: 800, samples: tone.subarray(800) }]);
});

test('stereo becomes its mean, floats become 16 bits', () => {
  const stereo = Int16Array.from([100, 300, -5, -7, 32767, 32767]);
  writeFileSync(path, Buffer.concat([wavHeader(48_000, 2, 0), bytesOf(stereo)]));
  expect(wav.read()[0]).toMatchObject({
    rate: 48_000,
    channels: 2,
    samples: Int16Array.from([200, -6, 32767]),
  });
  const header = wavHeader(8000, 1, 0);
  header.writeUInt16LE(3, 20);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(32, 34);
  const floats = Float32Array.from([0.5, -0.25]);
  writeFileSync(path, Buffer.concat([header, Buffer.from(floats.buffer)]));
  wav.close();
  expect(wav.read()[0]?.samples).toEqual(Int16Array.from([16384, -8192]));
});

test('a long file comes in pieces that join', () => {
  const long = sine(440, 10_000, 8000, -20);
  writeFileSync(path, Buffer.concat([wavHeader(8000, 1, 0), bytesOf(long)]));
  const pieces = wav.read();
  expect(pieces.length).toBeGreaterThan(1);
  const joined = joinSamples(...pieces.map((one) => one.samples));
  expect(bytesOf(joined).equals(bytesOf(long))).toBe(true);
  expect(pieces[1]?.position).toBe(pieces[0]?.samples.length);
});

test('a file that is not a WAV is an error', () => {
  writeFileSync(path, 'certainly not a WAV file');
  expect(() => wav.read()).toThrow(expect.objectContaining({ code: 'E_AUDIO_FILE' }));
});

test('more than 4 MiB are read in several turns, without a gap', () => {
  const samples = new Int16Array(5 * 1024 * 1024).map((_, at) => at % 1000);
  writeFileSync(path, Buffer.concat([wavHeader(8000, 1, 0), bytesOf(samples)]));
  const turns = [wav.read(), wav.read(), wav.read(), wav.read()];
  expect(turns.map((pieces) => pieces.length > 0)).toEqual([true, true, true, false]);
  let next = 0;
  for (const { position, samples: piece } of turns.flat()) {
    expect(position).toBe(next);
    expect(piece[0]).toBe(next % 1000);
    next += piece.length;
  }
  expect(next).toBe(samples.length);
});
