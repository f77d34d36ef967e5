import { describe, expect, it } from 'vitest';
import { dtmfSamples } from '../audio/dtmf-detector.js';
import { joinSamples, silenceSamples } from '../audio/tone.js';
import type { HeardSignal, HeardTone } from '../schema/types.gen.js';
import { mixed, sine, speech } from '../testing/samples/signals.js';
import { DtmfJudge } from './dtmf-judge.js';
import { SilenceJudge, ToneJudge } from './judges.js';
import { SampleClock, type Judge } from './listen.js';

const RATE = 8000;

/** The first verdict on samples pushed in frames of 20 ms. */
function verdict<T>(judge: Judge<T>, samples: Int16Array): T | undefined {
  const clock = new SampleClock(0, RATE, 0);
  judge.begin(RATE);
  for (let at = 0; at < samples.length; at += 160) {
    const frame = samples.subarray(at, at + 160);
    clock.piece(at, frame.length, ((at + frame.length) * 1000) / RATE);
    const heard = judge.hear(frame, clock);
    if (heard !== undefined) return heard;
  }
  return undefined;
}

const later = (samples: Int16Array): Int16Array => joinSamples(silenceSamples(200, RATE), samples);
const tone = (forMs?: number): ToneJudge => new ToneJudge('bob', 'verify_audio', 440, forMs);

describe('ToneJudge', () => {
  it.each([
    { what: 'silence', samples: silenceSamples(500, RATE), words: /^silence, level -120 dBFS$/ },
    {
      what: 'another sound',
      samples: later(mixed(sine(480, 800, RATE, -12), sine(620, 800, RATE, -14))),
      words: /^wrong tone: strongest 480 Hz \(-1\d.* dBFS\), 620 Hz \(-1\d.* dBFS\); level/,
    },
    {
      what: 'a weak tone',
      samples: later(sine(440, 800, RATE, -54)),
      words: /^weak tone: -5[34](\.\d)? dBFS \(at least -50 dBFS\)$/,
    },
    {
      what: 'a short one',
      samples: later(sine(440, 300, RATE, -20)),
      words: /^there for (29\d|30\d) ms only, -20(\.\d)? dBFS; level/,
    },
    {
      what: 'one shorter than a window',
      samples: later(sine(440, 60, RATE, -20)),
      words: /^there for less than 100 ms without a break; level/,
    },
    {
      what: 'one that comes and goes',
      samples: joinSamples(...Array.from({ length: 6 }, () => later(sine(440, 60, RATE, -20)))),
      words: /^there for less than 100 ms without a break; level/,
    },
    {
      what: 'one with a second one beside it',
      samples: later(mixed(sine(440, 800, RATE, -12), sine(620, 800, RATE, -14))),
      words:
        /^the tone is not alone: it has 6\d % of the energy \(at least 85 %\): strongest 440 Hz .*, 620 Hz/,
    },
  ])('tells $what', ({ samples, words }) => {
    const judge = tone(500);
    expect(verdict<HeardTone>(judge, samples)).toBeUndefined();
    expect(judge.instead().what).toMatch(words);
  });

  it('never names what it wanted as a wrong tone', () => {
    for (const hz of [425, 432, 440, 448, 455]) {
      for (const ms of [25, 45, 65, 85, 99]) {
        for (const beside of [undefined, 300, 700]) {
          const other = beside === undefined ? [] : [sine(beside, ms, RATE, -14)];
          const burst = mixed(sine(hz, ms, RATE, -12), ...other);
          const judge = tone(500);
          verdict(judge, joinSamples(...[1, 2, 3].map(() => later(burst))));
          expect(judge.instead().what).not.toMatch(
            /^wrong tone: strongest 4(2[5-9]|[34]\d|5[0-5]) Hz/,
          );
        }
      }
    }
  });

  it('need not be asked again before there can be a verdict', () => {
    const judge = tone();
    expect(judge.missing_ms).toBe(100);
    verdict(judge, silenceSamples(200, RATE));
    expect(judge.missing_ms).toBe(Infinity);
    verdict(judge, later(sine(440, 60, RATE, -20)));
    expect(judge.missing_ms).toBeGreaterThan(20);
    expect(judge.missing_ms).toBeLessThan(50);
    // at a neighbouring tone, the judge asks for looks as rarely as in silence, not as often as at a tone that may be the right one
    verdict(judge, sine(480, 500, RATE, -20));
    expect(judge.missing_ms).toBeGreaterThan(90);
    const long = tone(2000);
    verdict(long, sine(440, 500, RATE, -20));
    expect(long.missing_ms).toBeGreaterThan(1490);
    expect(long.missing_ms).toBeLessThan(1510);
  });
});

describe('SilenceJudge', () => {
  it('is satisfied by so much of it, and tells the longest', () => {
    const judge = new SilenceJudge(300);
    const broken = joinSamples(silenceSamples(200, RATE), sine(440, 100, RATE, -20));
    expect(verdict(judge, broken)).toBeUndefined();
    expect(judge.instead().what).toMatch(/^longest 200 ms, level .* strongest 440 Hz/);
    expect(judge.missing_ms).toBe(300);
    expect(verdict(judge, later(silenceSamples(200, RATE)))).toMatchObject({ level: -120 });
  });
});

describe('DtmfJudge', () => {
  const heard = (digits: string, samples: Int16Array): HeardSignal | undefined =>
    verdict(new DtmfJudge(digits), samples);

  it('hears digits one after the other, whatever came before', () => {
    const found = heard('123', later(dtmfSamples('9123', RATE, 80, 80)));
    expect(found?.seen).toMatch(/^"9123", (\d+, ){3}\d+ ms long$/);
    expect(found?.detect_ms).toBeGreaterThan(350);
    expect(found?.detect_ms).toBeLessThan(400);
    expect(Math.abs((found?.onset_ms ?? 0) - 360)).toBeLessThan(20);
  });

  it('not in another order, nor with one between; tells which came', () => {
    for (const other of ['132', '1923', '12'])
      expect(heard('123', dtmfSamples(other, RATE))).toBeUndefined();
    const judge = new DtmfJudge('123');
    verdict(judge, dtmfSamples('132', RATE));
    expect(judge.instead().what).toMatch(/^heard "132", 9\d|1\d\d/);
  });

  it('tells one tone of the two, and silence', () => {
    const judge = new DtmfJudge('1');
    verdict(judge, sine(697, 300, RATE, -10));
    expect(judge.instead().what).toMatch(/^no digit, strongest 697 Hz/);
    verdict(judge, silenceSamples(200, RATE));
    expect(judge.instead().what).toBe('silence');
  });

  it('hears none in speech', () => {
    for (let digit = 0; digit < 10; digit += 1)
      expect(heard(String(digit), speech(1000, RATE, -15, digit))).toBeUndefined();
  });
});
