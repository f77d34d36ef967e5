import { describe, expect, it } from 'vitest';
import { SIGNAL_NAMES, COUNTRIES } from '../audio/signal-plans.js';
import { AUDIO_KINDS, SIGNALS } from './audio-arguments.js';

describe('arguments about audio', () => {
  it('names the signals there are plans for', () => {
    expect(SIGNALS).toEqual([...SIGNAL_NAMES, 'dtmf']);
    for (const country of COUNTRIES)
      expect(AUDIO_KINDS.signal_options({ country })).toBeUndefined();
  });

  it.each([
    { kind: 'hz', value: 440, hint: undefined, ok: true },
    { kind: 'hz', value: '440', hint: 'write it without quotes: 440', ok: false },
    { kind: 'hz', value: 10, hint: undefined, ok: false },
    { kind: 'hz', value: NaN, hint: undefined, ok: false },
    { kind: 'sent_hz', value: 3900, hint: undefined, ok: false },
    { kind: 'several_hz', value: [], hint: 'write [350, 440]', ok: false },
    { kind: 'several_hz', value: [350, 440], hint: undefined, ok: true },
    { kind: 'listen', value: '5s', hint: undefined, ok: true },
    { kind: 'listen', value: { for: '1s' }, hint: undefined, ok: true },
    { kind: 'listen', value: { fro: '1s' }, hint: 'did you mean "for"?', ok: false },
    { kind: 'signal', value: 'busi', hint: 'did you mean "busy"?', ok: false },
    { kind: 'signal_options', value: { country: 'UK' }, hint: 'did you mean "uk"?', ok: false },
    { kind: 'signal_options', value: { digits: '12#' }, hint: undefined, ok: true },
    { kind: 'signal_options', value: { digits: 123 }, hint: 'write "123#"', ok: false },
    { kind: 'recording_options', value: { min_similarity: 0 }, hint: undefined, ok: false },
    { kind: 'sound', value: { sound: 'tone', hz: [440] }, hint: undefined, ok: true },
    { kind: 'sound', value: { sound: 'file' }, hint: /write send_audio/, ok: false },
  ] as const)('$kind: $value', ({ kind, value, hint, ok }) => {
    const problem = AUDIO_KINDS[kind](value);
    expect(problem === undefined).toBe(ok);
    if (hint !== undefined) expect(problem?.hint).toMatch(hint);
  });
});
