import { expect, test } from 'vitest';
import { mixed, sine, whiteNoise } from '../testing/samples/signals.js';
import { LevelMeter, levelOf } from './level.js';
import { strongestFrequencies } from './spectrum.js';
import { joinSamples, silenceSamples, toneSamples } from './tone.js';

const RATE = 8000;

test('levels are those of a sine of that amplitude', () => {
  expect(levelOf(sine(1000, 100, RATE, 0))).toBeCloseTo(0, 1);
  expect(levelOf(sine(1000, 100, RATE, -37))).toBeCloseTo(-37, 1);
  expect(levelOf(toneSamples({ hz: 1000, ms: 100, rate: RATE }))).toBeCloseTo(-10, 1);
  const meter = new LevelMeter(RATE);
  const state = meter.push(joinSamples(silenceSamples(500, RATE), sine(440, 1500, RATE, -20)));
  expect(state.recent_dbfs).toBeCloseTo(-20, 0);
  expect(state.peak_dbfs).toBeCloseTo(-20, 0);
  expect(state).toMatchObject({
    first_sound: 4000,
    longest_silence: 4000,
    silence: 0,
    samples: 16_000,
  });
  expect(meter.push(silenceSamples(100, RATE)).silence).toBeGreaterThanOrEqual(640);
});

test('the strongest frequencies of a sum, to the hertz', () => {
  const sum = mixed(
    sine(350, 300, RATE, -20),
    sine(440, 300, RATE, -14),
    sine(2600, 300, RATE, -30),
  );
  expect(strongestFrequencies(sum, RATE).map(({ hz }) => hz)).toEqual([440, 350, 2600]);
  expect(strongestFrequencies(silenceSamples(300, RATE), RATE)).toEqual([]);
  expect(strongestFrequencies(whiteNoise(300, RATE, -20, 1), RATE, 2).length).toBe(2);
});
