import { expect, test } from 'vitest';
import { OpenMessage, octetsOf, textOf } from './open-message.js';

const ODD = [
  'INVITE sip:bob@pbx SIP/2.0',
  'v:SIP/2.0/UDP a ;branch=z9hG4bK1',
  'Via: SIP/2.0/UDP b;branch=z9hG4bK2,  SIP/2.0/TCP c;branch=z9hG4bK3',
  'Subject :  x',
  '\tand more',
  'm: "a, b" <sip:a@b>;q=0.1, <sip:c@d>',
  '',
  'body\r\n\r\nwith \xfc',
].join('\r\n');

const opened = (octets: string): OpenMessage => {
  const message = OpenMessage.parse(octets);
  if (message === undefined) throw new Error('no SIP message');
  return message;
};

test('what is not touched stays octet by octet', () => {
  expect(opened(ODD).toString()).toBe(ODD);
  const message = opened(ODD);
  message.exchange('via', (value) => value);
  message.exchange('contact', (value) => value);
  expect(message.toString()).toBe(ODD);
});

test.each([
  ['LF alone', 'BYE sip:b@h SIP/2.0\nVia: a\n\nx'],
  ['both, mixed', 'BYE sip:b@h SIP/2.0\r\nVia: a\nTo:b\r\n\nx\n'],
  ['no end of the head', 'BYE sip:b@h SIP/2.0\r\nVia: a\r\n'],
  ['nothing but a start line', 'SIP/2.0 200 OK'],
  ['lines that are no fields', 'BYE sip:b@h SIP/2.0\r\n:\r\nno colon\r\n  folded\r\n\r\n'],
])('line breaks stay: %s', (_, octets) => {
  expect(opened(octets).toString()).toBe(octets);
});

test('what is no SIP message is not opened', () => {
  for (const octets of ['', '\r\n\r\n', 'hello', 'INVITE sip:b@h\r\n\r\n'])
    expect(OpenMessage.parse(octets), octets).toBeUndefined();
});

test('a request and a response tell what they are', () => {
  expect(opened(ODD)).toMatchObject({ method: 'INVITE', uri: 'sip:bob@pbx', code: undefined });
  const response = opened('SIP/2.0 0486 Busy Here\r\nCSeq: 1 INVITE\r\n\r\n');
  expect(response).toMatchObject({ method: undefined, uri: '', code: 486 });
});

test('values: short names, lists, folded lines', () => {
  const message = opened(ODD);
  expect(message.values('via')).toHaveLength(3);
  expect(message.values('contact')).toEqual(['"a, b" <sip:a@b>;q=0.1', '<sip:c@d>']);
  expect(message.value('subject')).toBe('x and more');
  expect(message.values('route')).toEqual([]);
  expect(message.value('route')).toBeUndefined();
});

test('one value of a list is exchanged, the others stay', () => {
  const message = opened(ODD);
  message.exchangeFirst('via', () => undefined);
  message.exchangeFirst('via', () => 'SIP/2.0/TLS z');
  expect(message.values('via')).toEqual(['SIP/2.0/TLS z', 'SIP/2.0/TCP c;branch=z9hG4bK3']);
  message.exchange('contact', () => undefined);
  expect(message.toString()).not.toMatch(/^m:/m);
});

test('fields are put in front, behind others, and in the place of others', () => {
  const message = opened('BYE sip:b@h SIP/2.0\r\nVia: a\r\nTo: b\r\nContent-Length: 0\r\n\r\n');
  message.prepend('Via', 'z');
  message.insert('Record-Route', '<sip:p;lr>', 'via');
  message.insert('Record-Route', '<sip:q;lr>', 'via');
  message.set('To', ['c']);
  message.give({ 'X-New': ['ü', '2'], Subject: 's', to: 'd', missing: null });
  expect(textOf(message.toString()).split('\r\n')).toEqual([
    'BYE sip:b@h SIP/2.0',
    'Via: z',
    'Via: a',
    'Record-Route: <sip:p;lr>',
    'Record-Route: <sip:q;lr>',
    'to: d',
    'X-New: ü',
    'X-New: 2',
    'Subject: s',
    'Content-Length: 0',
    '',
    '',
  ]);
  message.give({ 'x-new': null });
  expect(message.values('x-new')).toEqual([]);
});

test('texts and octets', () => {
  expect(textOf(octetsOf('Grüße'))).toBe('Grüße');
  expect(octetsOf('ü')).toHaveLength(2);
});
