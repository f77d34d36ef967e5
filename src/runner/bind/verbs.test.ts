import { expect, test } from 'vitest';
import type { CallRequest } from '../../sandbox/protocol.js';
import { argumentsText, resultText } from './verbs.js';

const call = { $: 'call', id: 'a@b' };
const requests: readonly (readonly [Partial<CallRequest>, string])[] = [
  [{ verb: 'dial', args: [{ $: 'agent', name: 'bob' }] }, 'bob'],
  [{ verb: 'hangup', args: [undefined, call] }, 'call a@b'],
  [{ verb: 'dtmf', args: ['12', undefined, call] }, '"12", call a@b'],
  [{ verb: 'verify_recording', args: [{ path: 'a.wav', real: '/secret/a.wav' }] }, '"a.wav"'],
  [{ verb: 'send_audio', args: [{ sound: 'tone', hz: [440] }] }, 'tone(440)'],
  [{ verb: 'agent', args: ['a', { password: 'pw' }] }, '"a", {"password":"***"}'],
  [{ verb: 'http', args: [[]], shown: 'GET http://x/' }, 'GET http://x/'],
];

test.each(requests)('arguments of %j', (request, text) => {
  expect(argumentsText({ call: 1, ...request } as CallRequest)).toBe(text);
});

test('only verbs of agents show their result', () => {
  const value = { hz: 440.12345, level: -9 };
  const shown = (verb: CallRequest['verb']): string | undefined =>
    resultText({ call: 1, verb, args: [] }, { value });
  expect(shown('verify_audio')).toBe('{ hz: 440.123, level: -9 }');
  expect(shown('verify_audio_connection')).toBe('{ hz: 440.123, level: -9 }');
  expect(shown('http')).toBeUndefined();
});
