import { expect, test } from 'vitest';
import {
  lossy,
  mixed,
  music,
  sine,
  speech,
  throughCodec,
  whiteNoise,
} from '../testing/samples/signals.js';
import { resample, toFloat, toInt16 } from './pcm.js';
import { MIN_SIMILARITY, similarityOf } from './similarity.js';
import { joinSamples, silenceSamples } from './tone.js';

const RATE = 8000;
const PROMPT = speech(2500, RATE, -20, 100);

/** The recording as heard `ms` later: level changed, through mu-law, packets lost, some noise. */
function heardAfter(ms: number, loss: number): Int16Array {
  const quieter = PROMPT.map((sample) => sample / 2);
  const line = mixed(quieter, whiteNoise(2500, RATE, -55, 1));
  const call = throughCodec('mulaw', lossy(line, RATE, loss, 'zeros', 2));
  return joinSamples(silenceSamples(ms, RATE), call, silenceSamples(500, RATE));
}

test('the same is the same, wherever it begins', () => {
  expect(similarityOf(PROMPT, PROMPT)).toEqual({ similarity: 1, offset_ms: 0, covered: 1 });
  const found = similarityOf(heardAfter(777, 0.02), PROMPT);
  expect(found?.similarity).toBeGreaterThan(MIN_SIMILARITY);
  expect(Math.abs((found?.offset_ms ?? 0) - 777)).toBeLessThanOrEqual(10);
  expect(found?.covered).toBe(1);
});

test('a clock half a percent off does little harm', () => {
  const drifted = toInt16(resample(toFloat(PROMPT), 8000, 8040)).samples;
  expect(similarityOf(drifted, PROMPT)?.similarity).toBeGreaterThan(MIN_SIMILARITY);
});

test('something else is not', () => {
  for (let seed = 0; seed < 4; seed += 1) {
    const other = similarityOf(speech(3500, RATE, -20, seed), PROMPT);
    expect(other?.similarity).toBeLessThan(0.65);
  }
  expect(similarityOf(music(3000, RATE, -20, 1, 'band'), PROMPT)?.similarity).toBeLessThan(0.6);
  expect(similarityOf(whiteNoise(3000, RATE, -20, 1), PROMPT)?.similarity).toBeLessThan(0.5);
  expect(similarityOf(silenceSamples(3000, RATE), PROMPT)?.similarity).toBe(0);
  expect(similarityOf(new Int16Array(0), PROMPT)?.similarity).toBe(0);
});

test('half of it is half covered, and no longer similar', () => {
  const half = similarityOf(heardAfter(0, 0).subarray(0, 1250 * 8), PROMPT);
  expect(half?.covered).toBeCloseTo(0.5, 1);
  expect(half?.similarity).toBeLessThan(MIN_SIMILARITY);
  const late = similarityOf(PROMPT.subarray(500 * 8), PROMPT);
  expect(late?.offset_ms).toBeCloseTo(-500, -1);
});

test('what has no picture cannot be compared', () => {
  expect(similarityOf(PROMPT, silenceSamples(2000, RATE))).toBeUndefined();
  expect(similarityOf(PROMPT, sine(440, 2000, RATE, -20))).toBeUndefined();
  expect(similarityOf(PROMPT, PROMPT.subarray(0, 800))).toBeUndefined();
});
