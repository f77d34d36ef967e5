import { expect, test } from 'vitest';
import { parseSdp } from '../sdp.js';
import { isOfType, multipartText, partsOf } from './multipart.js';

const messageOf = (contentType: string, body: string) => ({
  headers: [['c', contentType]] as const,
  body,
});

test('parts that were put together come apart', () => {
  const parts = [
    { headers: [['Content-Type', 'application/sdp'] as const], body: 'v=0\r\ns=-\r\n' },
    { headers: [], body: 'a\r\n--offhook-part' },
  ];
  const { contentType, body } = multipartText(parts);
  expect(contentType).toBe('multipart/mixed;boundary=offhook-part-1');
  expect(partsOf(messageOf(contentType, body))).toEqual([
    { ...parts[0], content_type: 'application/sdp' },
    { ...parts[1], content_type: 'text/plain' },
  ]);
});

test.each([
  [
    'preamble and epilogue are left out, a boundary may be quoted',
    'Multipart/Mixed; x=1;boundary="a b"',
    'preamble\r\n--a b\r\n\r\none\r\n--a b  \r\n\r\ntwo\r\n--a b--\r\nepilogue\r\n--a b\r\n\r\nthree',
    ['one', 'two'],
  ],
  ['bare line feeds', 'multipart/mixed;boundary=x', '--x\nA: b\n\none\n--x--', ['one']],
  ['no last boundary', 'multipart/mixed;boundary=x', '--x\r\n\r\none\r\n', ['one\r\n']],
  [
    'a longer word is no boundary',
    'multipart/mixed;boundary=x',
    '--x\n\na\n--xy\nb\n--x--',
    ['a\n--xy\nb'],
  ],
  [
    'a boundary inside of a line is none',
    'multipart/mixed;boundary=x',
    '--x\n\na --x\n--x--',
    ['a --x'],
  ],
  ['no empty line behind the headers', 'multipart/mixed;boundary=x', '--x\nA: b\n--x--', ['']],
  ['no part', 'multipart/mixed;boundary=x', 'text', []],
])('%s', (_, type, body, bodies) => {
  expect(partsOf(messageOf(type, body))?.map((one) => one.body)).toEqual(bodies);
});

test.each(['application/sdp', 'multipart/mixed', 'text/plain;boundary=x'])(
  'no parts: %s',
  (type) => {
    expect(partsOf(messageOf(type, '--x\r\n\r\none\r\n--x--'))).toBeUndefined();
  },
);

test('a media type is compared without case and parameters', () => {
  expect(isOfType(' Application/SDP ;x=1', 'application/sdp')).toBe(true);
  expect(isOfType('application/sdpx', 'application/sdp')).toBe(false);
});

test('the session description is that of its part, whatever stands before', () => {
  const xml = '<recording>\r\nv=1\r\nm=audio 1 RTP/AVP 8\r\n</recording>';
  const sdp = 'v=0\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=label:left';
  const { body } = multipartText([
    { headers: [['Content-Type', 'application/rs-metadata+xml']], body: xml },
    { headers: [['Content-Type', 'application/sdp']], body: sdp },
  ]);
  expect(parseSdp(body)?.media).toMatchObject([{ port: 4000, label: 'left' }]);
});
