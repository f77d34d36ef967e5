import { expect, test } from 'vitest';
import { mixed, sine, whiteNoise } from '../testing/signals.js';
import { LevelMeter, levelOf } from './level.js';
import { strongestFrequencies } from './spectrum.js';
import { joinSamples, silenceSamples, toneSamples } from './tone.js';
import { ToneListener, type ToneReport } from './tone-listener.js';

const RATE = 8000;

function reportOf(samples: Int16Array, for_ms = 500): ToneReport {
  const listener = new ToneListener({ rate: RATE, hz: 440, for_ms });
  for (let at = 0; at < samples.length; at += 160) listener.push(samples.subarray(at, at + 160));
  return listener.report();
}

test('why a tone was not heard', () => {
  const later = (samples: Int16Array): Int16Array =>
    joinSamples(silenceSamples(200, RATE), samples);
  expect(reportOf(new Int16Array(0)).seen).toBe('no audio came');
  expect(reportOf(silenceSamples(1000, RATE)).seen).toBe('silence (below -60 dBFS) for 1000 ms');
  const busy = mixed(sine(480, 800, RATE, -12), sine(620, 800, RATE, -14));
  const wrong = reportOf(later(busy));
  expect(wrong.finding).toBe('other');
  expect(wrong.strongest).toEqual([
    { hz: 480, dbfs: expect.closeTo(-12, 0) as number },
    { hz: 620, dbfs: expect.closeTo(-14, 0) as number },
  ]);
  expect(wrong.seen).toMatch(
    /^other sound: 480 Hz at -12 dBFS, 620 Hz at -14 dBFS \(440 Hz held \d+ % of it at best\), sound since 200 ms$/,
  );
  expect(reportOf(later(sine(440, 800, RATE, -54))).seen).toBe(
    '440 Hz too weak: -54 dBFS, sound since 200 ms',
  );
  expect(reportOf(later(sine(440, 300, RATE, -20))).seen).toBe(
    '440 Hz for 300 ms at -20 dBFS, not for 500 ms, sound since 200 ms',
  );
  expect(reportOf(later(sine(440, 800, RATE, -20)))).toMatchObject({
    finding: 'heard',
    sound_ms: 200,
  });
});

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
