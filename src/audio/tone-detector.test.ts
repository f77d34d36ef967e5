import { describe, expect, test } from 'vitest';
import {
  between,
  lossy,
  mixed,
  music,
  randomOf,
  sine,
  speech,
  throughCodec,
  whiteNoise,
} from '../testing/samples/signals.js';
import { silenceSamples, joinSamples } from './tone.js';
import {
  LEAST_TONE_DBFS,
  MIX_MS,
  MIX_SHARE,
  ToneDetector,
  toneProblem,
  toneTolerance,
  type ToneDemand,
  type ToneState,
} from './tone-detector.js';

const RATE = 8000;
const CODECS = ['none', 'alaw', 'mulaw'] as const;
const LOSSES = ['zeros', 'repeat', 'cut'] as const;

function listen(samples: Int16Array, demand: Omit<ToneDemand, 'rate'>, rate = RATE): ToneState {
  return new ToneDetector({ rate, ...demand }).push(samples);
}

describe('a tone that is there', () => {
  test('is heard at -30 dBFS, off frequency, through G.711, with 1 % of packets lost', () => {
    const random = randomOf(7);
    for (let i = 0; i < 18; i += 1) {
      const hz = between(random, 200, 3400);
      const off = between(random, -1, 1) * toneTolerance(hz);
      const clean = sine(hz + off, 700, RATE, -30, between(random, 0, 6));
      const lost = lossy(clean, RATE, 0.01, LOSSES[i % 3]!, i);
      const { heard, run } = listen(throughCodec(CODECS[i % 3]!, lost), { hz, for_ms: 500 });
      expect(heard, `${hz} Hz ${off}`).toBe(true);
      expect(Math.abs((run?.hz[0] ?? 0) - hz - off)).toBeLessThan(1);
      expect(run?.dbfs).toBeCloseTo(-30, 0);
    }
  });

  test.each([8000, 16_000, 24_000, 44_100, 48_000])('is heard at %i Hz', (rate) => {
    expect(listen(sine(1004.5, 200, rate, -30, 1), { hz: 1000 }, rate).heard).toBe(true);
  });

  test('gives its place in samples, and the moment it was certain', () => {
    const tone = sine(440, 300, RATE, -20);
    const stream = joinSamples(silenceSamples(125, RATE), tone, silenceSamples(500, RATE));
    const { run, heard_at, present, position } = listen(stream, { hz: 440, for_ms: 200 });
    expect(run?.start).toBe(1000);
    expect(run?.end).toBe(3400);
    expect(heard_at).toBeGreaterThan(1000 + 1400);
    expect(heard_at).toBeLessThanOrEqual(1000 + 1600);
    expect([present, position]).toEqual([false, stream.length]);
  });

  test('is heard however the stream is cut into pieces', () => {
    const stream = joinSamples(whiteNoise(333, RATE, -30, 1), sine(600, 400, RATE, -20));
    const whole = listen(stream, { hz: 600 });
    const pieces = new ToneDetector({ rate: RATE, hz: 600 });
    for (let at = 0; at < stream.length; at += 77) pieces.push(stream.subarray(at, at + 77));
    expect(pieces.state).toEqual(whole);
    expect(whole.heard).toBe(true);
  });

  test('is heard beside a constant and some noise, not when noise carries a third', () => {
    const tone = sine(440, 300, RATE, -20);
    const constant = tone.map((sample) => sample + 500);
    expect(listen(constant, { hz: 440 }).heard).toBe(true);
    const noisy = (dbfs: number): Int16Array => mixed(tone, whiteNoise(300, RATE, dbfs, 3));
    expect(listen(noisy(-29), { hz: 440 }).heard).toBe(true);
    const loud = listen(noisy(-23), { hz: 440 });
    expect(loud.heard).toBe(false);
  });

  test('is heard together with another', () => {
    const both = throughCodec('mulaw', mixed(sine(350, 200, RATE, -20), sine(440, 200, RATE, -25)));
    const found = listen(both, { hz: [350, 440] }).run?.hz;
    expect(found?.map(Math.round)).toEqual([350, 440]);
    expect(listen(both, { hz: 440 }).heard).toBe(false);
    expect(listen(both, { hz: [350, 500] }).heard).toBe(false);
    expect(listen(sine(440, 200, RATE, -20), { hz: [350, 440] }).heard).toBe(false);
  });
});

describe('a tone that is not there', () => {
  test('is not heard in silence, noise, speech, nor in its neighbours', () => {
    const random = randomOf(9);
    for (let i = 0; i < 12; i += 1) {
      const hz = between(random, 200, 3400);
      const aside = (i % 2 ? 1 : -1) * between(random, 40, 60);
      const sounds = [
        silenceSamples(200, RATE),
        whiteNoise(200, RATE, -20, i),
        speech(200, RATE, -15, i),
        sine(hz + aside, 200, RATE, -10, i),
      ];
      for (const sound of sounds) {
        expect(listen(throughCodec(CODECS[i % 3]!, sound), { hz }).heard).toBe(false);
      }
      expect(listen(music(200, RATE, -15, i, 'band'), { hz }).heard).toBe(false);
    }
  });

  test('is not heard when shorter than demanded', () => {
    expect(
      listen(joinSamples(sine(440, 80, RATE, -20), silenceSamples(200, RATE)), { hz: 440 }).heard,
    ).toBe(false);
    const state = listen(sine(440, 450, RATE, -20), { hz: 440, for_ms: 500 });
    expect(state.heard).toBe(false);
    expect(state.longest?.end).toBe(3600);
  });

  test('is not heard when a break of 100 ms parts it', () => {
    const half = sine(440, 300, RATE, -20);
    const stream = joinSamples(half, silenceSamples(100, RATE), half);
    expect(listen(stream, { hz: 440, for_ms: 400 }).heard).toBe(false);
    const bridged = joinSamples(half, silenceSamples(40, RATE), half);
    expect(listen(bridged, { hz: 440, for_ms: 400 }).heard).toBe(true);
  });

  test('is weak, not heard, below the least level', () => {
    const state = listen(sine(440, 300, RATE, LEAST_TONE_DBFS - 3), { hz: 440 });
    expect(state.heard).toBe(false);
    expect(state.weak_dbfs).toBeCloseTo(LEAST_TONE_DBFS - 3, 0);
  });
});

describe('a tone inside a mix', () => {
  const mix = { share: MIX_SHARE, for_ms: MIX_MS };

  test('is heard beside others, each of them', () => {
    const all = [440, 480, 620, 1000];
    const stream = throughCodec('alaw', mixed(...all.map((hz) => sine(hz, 600, RATE, -25, hz))));
    for (const hz of all) expect(listen(stream, { hz, ...mix }).heard, `${hz}`).toBe(true);
    for (const hz of [400, 530, 700, 1040]) {
      expect(listen(stream, { hz, ...mix }).heard, `${hz}`).toBe(false);
    }
  });

  test('is heard under speech of its level, and is not found in speech or noise without it', () => {
    const voice = speech(1500, RATE, -20, 4);
    expect(listen(mixed(voice, sine(1000, 1500, RATE, -18)), { hz: 1000, ...mix }).heard).toBe(
      true,
    );
    expect(listen(voice, { hz: 1000, ...mix }).heard).toBe(false);
    expect(listen(whiteNoise(1000, RATE, -20, 4), { hz: 1000, ...mix }).heard).toBe(false);
  });
});

test('what cannot be listened for is said', () => {
  expect(toneProblem([440], 8000)).toBeUndefined();
  expect(toneProblem([3950], 8000)).toContain('outside 60 to 3900 Hz');
  expect(toneProblem([440, 470], 8000)).toContain('less than 40 Hz apart');
  expect(toneTolerance(440)).toBe(15);
  expect(toneTolerance(1000)).toBe(20);
  expect(toneTolerance(3000)).toBe(35);
});
