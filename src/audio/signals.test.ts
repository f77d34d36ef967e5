import { describe, expect, test } from 'vitest';
import {
  speech,
  throughCodec,
  whiteNoise,
  mixed,
  sine,
  lossy,
} from '../testing/samples/signals.js';
import { DtmfDetector, dtmfSamples } from './dtmf-detector.js';
import { SignalDetector, signalSamples, type SignalState } from './signal-detector.js';
import {
  COUNTRIES,
  SIGNAL_NAMES,
  planText,
  signalPlan,
  type Country,
  type SignalName,
} from './signal-plans.js';
import { joinSamples, silenceSamples } from './tone.js';

const RATE = 8000;
const NATIONAL = ['dial', 'busy', 'congestion', 'ringback'] as const;

function made(name: SignalName, country: Country, ms: number): Int16Array {
  return throughCodec('alaw', signalSamples(signalPlan(name, country), ms, RATE));
}

/** Pushes samples in frames of 20 ms, as they come on a call. */
function listen(samples: Int16Array, name: SignalName, country: Country = 'us'): SignalState {
  const detector = new SignalDetector(signalPlan(name, country), RATE);
  for (let at = 0; at < samples.length; at += 160) {
    if (detector.push(samples.subarray(at, at + 160)).heard) break;
  }
  return detector.state;
}

describe('named signals', () => {
  const all = COUNTRIES.flatMap((country) => NATIONAL.map((name) => [country, name] as const));

  test.each(all)('%s %s is heard, in time', (country, name) => {
    const plan = signalPlan(name, country);
    const cycle = plan.parts.reduce((sum, { ms }) => sum + ms, 0);
    const limit = cycle === Infinity ? 2200 : (cycle < 2500 ? 2 * cycle : cycle) + 300;
    const state = listen(
      joinSamples(silenceSamples(300, RATE), made(name, country, 8000)),
      name,
      country,
    );
    expect(state.heard, state.seen).toBe(true);
    expect(state.detect_ms).toBeLessThan(limit);
    expect(Math.abs((state.start ?? 0) - 2400)).toBeLessThanOrEqual(80);
  });

  test.each(COUNTRIES)('%s: no signal is taken for another', (country) => {
    for (const sent of NATIONAL) {
      const samples = made(sent, country, 6500);
      for (const name of NATIONAL) {
        expect(listen(samples, name, country).heard, `${sent} as ${name}`).toBe(name === sent);
      }
    }
  });

  test('special information, fax calling and answer tone', () => {
    expect(
      listen(joinSamples(made('sit', 'us', 1200), silenceSamples(200, RATE)), 'sit').heard,
    ).toBe(true);
    expect(listen(made('fax_cng', 'us', 7500), 'fax_cng').heard).toBe(true);
    expect(
      listen(joinSamples(made('fax_ced', 'us', 3300), silenceSamples(300, RATE)), 'fax_ced').heard,
    ).toBe(true);
    const american = joinSamples(
      ...(
        [
          [913.8, 274],
          [1370.6, 274],
          [1776.7, 380],
        ] as const
      ).map(([hz, ms]) => sine(hz, ms, RATE, -15)),
      silenceSamples(300, RATE),
    );
    const state = listen(american, 'sit');
    expect(state.heard, state.seen).toBe(true);
    const backwards = joinSamples(
      ...[1800, 1400, 950].map((hz) => sine(hz, 330, RATE, -15)),
      silenceSamples(300, RATE),
    );
    expect(listen(backwards, 'sit').heard).toBe(false);
  });

  test('survives one lost packet in a hundred, and a beginning in mid-tone', () => {
    const busy = lossy(made('busy', 'de', 8000), RATE, 0.01, 'zeros', 3);
    expect(listen(busy.subarray(1111), 'busy', 'de').heard).toBe(true);
  });

  test('what was there instead is told', () => {
    const { seen, heard } = listen(made('congestion', 'us', 2000), 'busy');
    expect(heard).toBe(false);
    expect(seen).toMatch(/480 \+ 620 Hz 25\d ms, 2[45]\d ms off/);
    expect(listen(silenceSamples(500, RATE), 'busy').seen).toBe(
      'nothing of 480 + 620 Hz, 500 ms on, 500 ms off',
    );
    expect(planText(signalPlan('dial', 'fr'))).toBe('440 Hz, continuous');
    expect(planText(signalPlan('sit', 'fr'))).toBe('950 Hz 330 ms, 1400 Hz 330 ms, 1800 Hz 330 ms');
  });

  test('speech is none of them', () => {
    const voice = speech(3000, RATE, -18, 21);
    for (const name of SIGNAL_NAMES) expect(listen(voice, name).heard, name).toBe(false);
  });
});

describe('DTMF in the sound', () => {
  const DIGITS = '0123456789*#ABCD';
  const heard = (samples: Int16Array): string =>
    new DtmfDetector(RATE)
      .push(samples)
      .map(({ digit }) => digit)
      .join('');

  test.each([
    [100, 100],
    [50, 50],
    [40, 40],
  ])('%i ms long, %i ms apart', (ms, pause) => {
    for (const shift of [0, 7, 23]) {
      const samples = joinSamples(new Int16Array(shift), dtmfSamples(DIGITS, RATE, ms, pause));
      expect(heard(throughCodec('mulaw', samples))).toBe(DIGITS);
    }
  });

  test('1.5 % off frequency, not 3.5 %; not when too short', () => {
    const pair = (factor: number, ms: number): Int16Array =>
      joinSamples(
        mixed(sine(770 * factor, ms, RATE, -15), sine(1477 * factor, ms, RATE, -15, 1)),
        silenceSamples(60, RATE),
      );
    expect([1, 1.015, 0.985].map((factor) => heard(pair(factor, 60)))).toEqual(['6', '6', '6']);
    expect([1.035, 0.965].map((factor) => heard(pair(factor, 60)))).toEqual(['', '']);
    expect(heard(pair(1, 20))).toBe('');
  });

  test('tells where', () => {
    const stream = joinSamples(silenceSamples(200, RATE), dtmfSamples('5', RATE));
    const [digit] = new DtmfDetector(RATE).push(stream);
    expect(Math.abs((digit?.start ?? 0) - 1600)).toBeLessThanOrEqual(80);
    expect(Math.abs((digit?.end ?? 0) - 2400)).toBeLessThanOrEqual(80);
  });

  test('none in one tone, in noise, in speech', () => {
    expect(heard(sine(770, 500, RATE, -10))).toBe('');
    expect(heard(whiteNoise(2000, RATE, -15, 1))).toBe('');
    expect(heard(speech(4000, RATE, -15, 2))).toBe('');
  });
});
