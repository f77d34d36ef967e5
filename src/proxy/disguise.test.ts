import { describe, expect, test } from 'vitest';
import { answersTo, branchOf, Disguise } from './disguise.js';
import { OpenMessage } from './open-message.js';

const disguise = new Disguise({
  phone: '127.0.0.1:10003',
  proxy: '127.0.0.1:10014',
  world: '127.0.0.1:10000',
  secure: '127.0.0.1:10001',
});

const message = (start: string, ...lines: string[]): OpenMessage => {
  const opened = OpenMessage.parse([start, ...lines, '', ''].join('\r\n'));
  if (opened === undefined) throw new Error('no SIP message');
  return opened;
};
const FROM = { transport: 'udp', address: '127.0.0.9', port: 7000 } as const;

describe('requests of the phone', () => {
  test.each([
    ['udp', 'UDP 127.0.0.1:10000', '<sip:a-0x1@127.0.0.1:10000>;q=1'],
    ['tcp', 'TCP 127.0.0.1:10000', '<sip:a-0x1@127.0.0.1:10000;transport=tcp>;q=1'],
    ['tls', 'TLS 127.0.0.1:10001', '<sip:a-0x1@127.0.0.1:10001;transport=tls>;q=1'],
  ] as const)('come from where the proxy listens, over %s', (transport, via, contact) => {
    const request = message(
      'INVITE sip:b@h SIP/2.0',
      'Via: SIP/2.0/UDP 127.0.0.1:10003;branch=z9hG4bK1;rport',
      'Contact: <sip:a-0x1@127.0.0.1:10003>;q=1',
      'From: <sip:a@127.0.0.1:10003>',
    );
    disguise.dressRequest(request, transport);
    expect(request.values('via')).toEqual([`SIP/2.0/${via};branch=z9hG4bK1;rport`]);
    expect(request.values('contact')).toEqual([contact]);
    expect(request.value('from')).toBe('<sip:a@127.0.0.1:10003>');
  });

  test('a longer port is another place', () => {
    const request = message('INVITE sip:b@h SIP/2.0', 'Contact: <sip:a@127.0.0.1:100030>');
    disguise.dressRequest(request, 'udp');
    expect(request.values('contact')).toEqual(['<sip:a@127.0.0.1:100030>']);
  });

  test('the next hop is the Route behind that to the proxy, else the Request-URI', () => {
    const own = 'Route: <sip:127.0.0.1:10014;lr>';
    const first = message('BYE sip:b@h SIP/2.0', own, 'Route: <sip:p1;lr>, <sip:p2;lr>');
    expect(disguise.nextHop(first)).toBe('sip:p1;lr');
    expect(first.values('route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>']);
    const second = message('BYE sip:b@h SIP/2.0', own);
    expect(disguise.nextHop(second)).toBe('sip:b@h');
    expect(second.values('route')).toEqual([]);
  });
});

describe('messages for the phone', () => {
  const invite = (...lines: string[]): OpenMessage =>
    message('INVITE sip:a@127.0.0.1:10000 SIP/2.0', ...lines, 'Call-ID: c', 'CSeq: 1 INVITE');

  test('requests get a Via and a Record-Route; ACK and CANCEL the branch of their INVITE', () => {
    const via = 'Via: SIP/2.0/UDP 127.0.0.9:7000;branch=z9hG4bKx';
    const first = invite(via);
    const branch = disguise.undressRequest(first, FROM);
    expect(first.values('via')[0]).toBe(`SIP/2.0/UDP 127.0.0.1:10014;branch=${branch};rport`);
    expect(first.values('record-route')).toEqual(['<sip:127.0.0.1:10014;lr>']);
    const cancel = message('CANCEL sip:a@h SIP/2.0', via, 'Call-ID: c', 'CSeq: 1 CANCEL');
    expect(disguise.undressRequest(cancel, FROM)).toBe(branch);
    const other = invite('Via: SIP/2.0/UDP 127.0.0.9:7001;branch=z9hG4bKx');
    expect(disguise.undressRequest(other, FROM)).not.toBe(branch);
    const inside = message('BYE sip:a@h SIP/2.0', via, 'To: <sip:a@h>;tag=1', 'CSeq: 2 BYE');
    disguise.undressRequest(inside, FROM);
    expect(inside.values('record-route')).toEqual([]);
  });

  test.each([
    [
      'SIP/2.0/UDP h;branch=z9hG4bK1;rport',
      'SIP/2.0/UDP h;branch=z9hG4bK1;rport=7000;received=127.0.0.9',
    ],
    ['SIP/2.0/UDP h;branch=z9hG4bK1', 'SIP/2.0/UDP h;branch=z9hG4bK1;received=127.0.0.9'],
    ['SIP/2.0/UDP 127.0.0.9:7000;branch=z9hG4bK1', 'SIP/2.0/UDP 127.0.0.9:7000;branch=z9hG4bK1'],
  ])('the Via %s is noted as %s', (given, noted) => {
    const request = invite(`Via: ${given}`);
    disguise.undressRequest(request, FROM);
    expect(request.values('via')[1]).toBe(noted);
  });

  test('responses get back the Via of the phone, and a Record-Route behind all others', () => {
    const response = message(
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/TCP 127.0.0.1:10000;branch=z9hG4bK1',
      'Record-Route: <sip:p2;lr>',
      'CSeq: 1 INVITE',
    );
    disguise.undressResponse(response, 'SIP/2.0/UDP 127.0.0.1:10003;branch=z9hG4bK1');
    expect(branchOf(response.values('via')[0] ?? '')).toBe('z9hG4bK1');
    expect(response.values('record-route')).toEqual(['<sip:p2;lr>', '<sip:127.0.0.1:10014;lr>']);
    const refusal = message('SIP/2.0 486 Busy', 'Via: x', 'CSeq: 1 INVITE');
    disguise.undressResponse(refusal, 'y');
    expect(refusal.values('record-route')).toEqual([]);
  });

  test('a registrar lists the binding of the phone as its own', () => {
    const response = message(
      'SIP/2.0 200 OK',
      'Via: x',
      'Contact: <sip:a@127.0.0.1:10001;transport=tls>;expires=60, <sip:b@h>',
      'CSeq: 1 REGISTER',
    );
    disguise.undressResponse(response, 'y');
    expect(response.values('contact')).toEqual(['<sip:a@127.0.0.1:10003>;expires=60', '<sip:b@h>']);
  });

  test.each([
    ['SIP/2.0/UDP 127.0.0.1:10000;branch=1', true],
    ['SIP/2.0/TLS 127.0.0.1:10001;branch=1', true],
    ['SIP/2.0/UDP 127.0.0.1:10003;branch=1', false],
    ['', false],
  ])('whether %s is a Via of ours: %s', (via, ours) => {
    expect(disguise.isOurs(via)).toBe(ours);
  });
});

test.each([
  ['SIP/2.0/UDP h:7070', 7070],
  ['SIP/2.0/UDP h', 5060],
  ['SIP/2.0/UDP h:7070;rport', 7000],
  ['SIP/2.0/UDP [::1]:7070', 7070],
])('responses to %s go to port %i', (via, port) => {
  expect(answersTo(via, FROM)).toEqual({ ...FROM, port });
});

test('over a connection responses go back where the request came from', () => {
  const from = { ...FROM, transport: 'tcp' } as const;
  expect(answersTo('SIP/2.0/TCP h:7070', from)).toEqual(from);
});
