import { describe, expect, it } from 'vitest';
import { isSound, SENT_RATE, soundOf, soundText, toneOf } from './sounds.js';

/** The step from the last sample to the first one, beside the largest step within. */
function seam(samples: Int16Array): { seam: number; largest: number } {
  let largest = 0;
  for (let i = 1; i < samples.length; i += 1)
    largest = Math.max(largest, Math.abs((samples[i] ?? 0) - (samples[i - 1] ?? 0)));
  return { seam: Math.abs((samples[0] ?? 0) - (samples.at(-1) ?? 0)), largest };
}

describe('sounds', () => {
  it.each([[[440]], [[350, 440]], [[1004.5]], [[99.9, 620]]])(
    'the tone %j begins again without a break',
    (hz) => {
      const { samples, repeats } = toneOf(hz);
      const { seam: step, largest } = seam(samples);
      expect(repeats).toBe(true);
      expect(step).toBeLessThanOrEqual(largest);
      expect(samples.length % SENT_RATE).toBe(0);
    },
  );

  it('are shown as the script wrote them', () => {
    expect(soundText({ sound: 'tone', hz: [440] })).toBe('tone(440)');
    expect(soundText({ sound: 'tone', hz: [350, 440] })).toBe('tones([350, 440])');
    expect(soundText({ sound: 'file', path: 'a "b".wav' })).toBe('file("a \\"b\\".wav")');
    expect(soundText({ sound: 'silent' })).toBe('silent()');
    expect(isSound({ sound: 'silent' })).toBe(true);
    expect([null, 'tone', { hz: [1] }].some(isSound)).toBe(false);
  });

  it('silence is not sound at all', () => {
    expect(soundOf({ sound: 'silent' })).toBeUndefined();
  });
});
