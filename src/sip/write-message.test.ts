import { describe, expect, it } from 'vitest';
import { received } from '../testing/samples/sip-text.js';
import { messageText, type HeaderField } from './sip-message.js';
import { octetsOf, withHeaders, writeMessage } from './write-message.js';

const OWN: readonly HeaderField[] = [
  ['Via', 'SIP/2.0/UDP a'],
  ['From', '<sip:a@b>'],
  ['Via', 'SIP/2.0/UDP b'],
  ['Content-Length', '0'],
];

describe('withHeaders', () => {
  it.each([
    ['nothing', undefined, OWN],
    ['a new name comes last', { 'X-A': '1' }, [...OWN, ['X-A', '1']]],
    [
      'a known name takes the place of all of its fields',
      { VIA: 'x' },
      [['VIA', 'x'], OWN[1], OWN[3]],
    ],
    ['a compact name is the same name', { f: 'x' }, [OWN[0], ['f', 'x'], OWN[2], OWN[3]]],
    [
      'several values are several fields, in their order',
      { From: ['1', '2'] },
      [OWN[0], ['From', '1'], ['From', '2'], OWN[2], OWN[3]],
    ],
    ['null leaves a name out', { v: null }, [OWN[1], OWN[3]]],
    ['null for a name that is not there', { 'X-A': null }, OWN],
    ['an empty value', { 'X-A': '' }, [...OWN, ['X-A', '']]],
    [
      'several names, in their order',
      { B: '1', A: '2', From: null },
      [OWN[0], OWN[2], OWN[3], ['B', '1'], ['A', '2']],
    ],
  ] as const)('%s', (_name, given, wanted) => {
    expect(withHeaders(OWN, given)).toEqual(wanted);
  });

  it('leaves its argument as it is', () => {
    const own = [...OWN];
    withHeaders(own, { Via: null });
    expect(own).toEqual(OWN);
  });
});

describe('octetsOf', () => {
  it.each(['', 'a', 'grüße', '大停電', '😀', 'a\ud800b', '\udc00'])('%j', (text) => {
    expect(octetsOf(text)).toBe(Buffer.byteLength(text, 'utf8'));
  });
});

describe('writeMessage', () => {
  it.each([
    { start: 'OPTIONS sip:a@b SIP/2.0', headers: OWN, body: '' },
    { start: 'SIP/2.0 200 OK', headers: [['To', '<sip:a@b>;tag=1'] as const], body: 'v=0\r\n' },
    { start: 'SIP/2.0 200 ', headers: [], body: '\r\n\r\n' },
  ])('writes what is read again, octet for octet: $start', (parts) => {
    const text = writeMessage(parts);
    const head = text.slice(0, text.length - parts.body.length - 4).split('\r\n');
    const message = received(head, parts.body);
    expect(message.headers).toEqual(parts.headers);
    expect(message.body).toBe(parts.body);
    expect(messageText(message)).toBe(text);
    expect(writeMessage({ ...parts, headers: message.headers, body: message.body })).toBe(text);
  });
});
