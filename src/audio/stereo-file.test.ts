import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sine } from '../testing/samples/signals.js';
import { toInt16 } from './pcm.js';
import { StereoFile, type Side } from './stereo-file.js';
import { ToneDetector } from './tone-detector.js';
import { decodeWav } from './wav.js';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'offhook-stereo-'));
  path = join(folder, 'call.wav');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function sides(): Record<Side, Int16Array> {
  const [left, right] = decodeWav(readFileSync(path), path).channels;
  return { sent: toInt16(left!).samples, received: toInt16(right!).samples };
}

test('sides are joined by time; what nobody wrote is silence', async () => {
  const file = new StereoFile(path, 8000);
  const tone = sine(440, 20, 8000, -10);
  file.write('received', tone, 8000, 100);
  file.write('sent', tone, 8000, 30);
  file.write('sent', tone, 8000, 110);
  file.write('received', tone, 8000, 200);
  const { sent, received } = sides();
  expect(sent.subarray(240, 400)).toEqual(tone);
  expect(sent.subarray(880, 1040)).toEqual(tone);
  expect(received.subarray(800, 960)).toEqual(tone);
  expect(received.subarray(1600)).toEqual(tone);
  expect(
    [...sent.subarray(400, 880), ...received.subarray(960, 1600)].every((one) => one === 0),
  ).toBe(true);
  const bytes = readFileSync(path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  expect(await file.close()).toEqual({ ms: 220, bytes: bytes.length, sha256 });
});

test('the file is valid after every write, without being closed', async () => {
  const file = new StereoFile(path, 8000);
  for (let i = 0; i < 20; i += 1) {
    file.write(i % 2 ? 'sent' : 'received', sine(440, 20, 8000, -10), 8000, i * 20);
    const bytes = readFileSync(path);
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
    expect(decodeWav(bytes, path).ms).toBe((i + 1) * 20);
  }
  await file.close();
});

test('another rate is converted, an early start is cut off', async () => {
  const file = new StereoFile(path, 8000);
  const tone = sine(440, 200, 48_000, -10);
  for (let at = 0; at < 200; at += 20) {
    file.write('received', tone.subarray(at * 48, (at + 20) * 48), 48_000, at);
  }
  file.write('sent', sine(600, 300, 8000, -10), 8000, -100);
  await file.close();
  const { sent, received } = sides();
  expect(new ToneDetector({ rate: 8000, hz: 440 }).push(received).heard).toBe(true);
  expect(new ToneDetector({ rate: 8000, hz: 600 }).push(sent).run?.end).toBe(1600);
  expect(sent.length).toBe(1600);
});

test('a file that cannot be written is told', () => {
  expect(() => new StereoFile(join(folder, 'none', 'call.wav'), 8000)).toThrow(
    /audio file ".*call.wav": cannot be written: ENOENT/,
  );
});
