import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeFrame, type CtrlEvent } from './events.js';
import { NetstringDecoder } from './netstring.js';

const TRANSCRIPTS = new URL('../../testing/transcripts/', import.meta.url);

describe.each(['1.0.0', '1.1.0', '4.9.0'])('frames of baresip %s', (version) => {
  const frames = (agent: string) =>
    new NetstringDecoder()
      .push(readFileSync(new URL(`${version}-${agent}.ctrl`, TRANSCRIPTS)))
      .map(decodeFrame);

  test('are all understood', () => {
    expect([...frames('alice'), ...frames('bob')].filter((one) => one.kind === 'garbage')).toEqual(
      [],
    );
  });

  test('tell the life of a call by one id', () => {
    const events = frames('bob').filter((one): one is CtrlEvent => one.kind === 'event');
    const [first] = events.filter((one) => one.name === 'CALL_INCOMING');
    expect(first).toMatchObject({
      outgoing: false,
      peerUri: expect.stringMatching(/^sip:alice@127/) as string,
    });
    const ofCall = events.filter((one) => one.call === first?.call).map((one) => one.name);
    expect(ofCall).toEqual(
      expect.arrayContaining(['CALL_INCOMING', 'CALL_ESTABLISHED', 'CALL_CLOSED']),
    );
  });
});

describe('decoding', () => {
  test('a reply', () => {
    expect(
      decodeFrame('{"response":true,"ok":false,"data":"Invalid argument","token":"7"}'),
    ).toEqual({ kind: 'reply', ok: false, data: 'Invalid argument', token: '7' });
  });

  test('a MESSAGE has a frame of its own kind', () => {
    const frame = decodeFrame('{"message":true,"from":"sip:a@b","body":"hi"}');
    expect(frame).toMatchObject({
      kind: 'event',
      name: 'MESSAGE',
      fields: { from: 'sip:a@b', body: 'hi' },
    });
  });

  test('unknown events keep every field as text', () => {
    const frame = decodeFrame('{"event":true,"type":"NEW","n":1,"o":{"a":[true]},"z":null}');
    expect(frame).toMatchObject({ name: 'NEW', fields: { n: '1', o: '{"a":[true]}', z: '' } });
  });

  test('raw control characters of remote texts are no garbage', () => {
    expect(decodeFrame('{"event":true,"type":"X","param":"a\tb\u0001"}')).toMatchObject({
      param: 'a\tb\u0001',
    });
  });

  test.each(['', 'null', '[1]', '7', '{"a":1}', '{"event":"yes"}', '{', 'x'.repeat(100)])(
    'garbage: %s',
    (text) => {
      expect(decodeFrame(text)).toEqual({ kind: 'garbage', text });
    },
  );
});
