import { expect, test } from 'vitest';
import { sipDenial, sipPolicy, sipRule } from './sip-policy.js';

const of = (...items: string[]) => sipPolicy({ items, origin: '--allow-sip' });
const POLICY = of(
  '1???@pbx.example',
  '+4930*@*.carrier.example:5061',
  'sip:echo@10.0.0.0/8',
  '@[::1]',
  '\\*98@pbx.example',
);

test.each([
  'sip:1000@pbx.example',
  'SIPS:1000@PBX.example.',
  'sip:1000@pbx.example:5070;transport=tcp',
  'sip:1-0-0-0@pbx.example',
  'sip:%31000@pbx.example',
  'sip:1000:secret@pbx.example',
  'sip:+4930123@a.carrier.example:5061',
  'sips:+4930123@a.carrier.example',
  'sip:+4930123@a.carrier.example;transport=tls',
  'sip:echo@10.9.8.7',
  // other spellings of an address that is allowed
  'sip:echo@0xa.1',
  'sip:echo@167772161',
  'sip:echo@[::ffff:10.0.0.1]',
  'sip:echo@[::ffff:a00:1]',
  'sip:echo@[64:ff9b::10.0.0.1]',
  'sip:x@[0:0:0:0:0:0:0:1%25lo]',
  'sip:1000@pbx.example?Replaces=abc%40h%3Bto-tag%3D1',
  'sip:anybody@[::1]:5080',
  'sip:[0:0::1]',
  'sip:*98@pbx.example',
  'sip:%2A98@pbx.example',
  'sip:1000@pbx.example;maddr=pbx.example',
])('allowed: %s', (uri) => {
  expect(POLICY.uriProblem(uri)).toBeUndefined();
});

test.each([
  'sip:10000@pbx.example',
  'sip:100@pbx.example',
  'sip:1-23@pbx.example',
  'sip:+19001234@pbx.example',
  'sip:1000@pbx.example.evil.example',
  'sip:1000@evil.example',
  'sip:1000@pbx.example@evil.example',
  'sip:1000@evil.example;x=@pbx.example',
  'sip:1000@evil.example?x=@pbx.example',
  'sip:1000@pbx.example;maddr=192.0.2.1',
  'sip:1000@pbx.example;MADDR = 192.0.2.1',
  'sip:1000@pbx.example;maddr=%31%39%32.0.2.1',
  'sip:1000@pbx.example;maddr=',
  'sip:pbx.example',
  'sip:@pbx.example',
  'sip:1000;rn=+1900@pbx.example',
  'sip:+4930;rn=+19001234@a.carrier.example:5061',
  'sip:+4930123@carrier.example:5061',
  'sip:+4930123@a.carrier.example',
  'sip:echo@11.0.0.1',
  'sip:echo@ten.example',
  'sip:Echo@10.0.0.1',
  'sip:898@pbx.example',
  'sip:1%00@pbx.example',
  'sip:1%zz@pbx.example',
  'sip:1000@pbx.example%00.evil.example',
  'sip:1000@pbx%2eexample',
  'sip:1000@pbx\u3002example',
  'sip:1000@ｐbx.example',
  'sip:echo@\uff11\uff10.0.0.1',
  'sip:1000@pbx.example?Route=%3Csip:evil.example;lr%3E',
  'sip:1000@pbx.example?Subject=x&%72oute=%3Csip:evil.example%3E',
  'sip:1000@pbx.example?Record-Route=x',
  'sip:echo@0xb.1',
  'sip:echo@[::10.0.0.1]',
  'sip:echo@[2002:a00:1::]',
  'sip:echo@[64:ff9b:1::a00:1]',
  'sip:echo@0',
  'sip:echo@10.0.0.1.evil.example',
  'sip:x@[::2]',
  'sip:x@[::1].evil.example',
  'sip:1000@pbx.example\r\nRoute: <sip:evil>',
  'tel:1000',
  'http://pbx.example/',
  '<sip:1000@pbx.example>',
  '',
  `sip:${'1'.repeat(2000)}@pbx.example`,
])('denied: %s', (uri) => {
  expect(POLICY.uriProblem(uri)).toBeDefined();
});

test.each([
  ['pbx.example', true],
  ['pbx.example:5070', true],
  ['sip:pbx.example;transport=tcp', true],
  ['a.carrier.example:5061', true],
  ['a.carrier.example', false],
  ['10.1.1.1', true],
  ['[::1]:5060', true],
  ['evil.example', false],
  ['sip:pbx.example;maddr=evil.example', false],
  ['stun:10.0.0.1:3478', true],
  ['turns:evil.example:5349', false],
  ['evil.example:3478', false],
  ['', false],
])('server %s: %s', (server, allowed) => {
  expect(POLICY.serverProblem(server) === undefined).toBe(allowed);
});

test('numbers alone, everything, and nothing', () => {
  const numbers = of('1???', '+49*');
  expect(numbers.uriProblem('sip:1234@anywhere.example')).toBeUndefined();
  expect(numbers.uriProblem('sip:1900@x;maddr=y')).toBeUndefined();
  expect(numbers.uriProblem('sip:+1900@anywhere.example')).toBe('not allowed by --allow-sip');
  expect(numbers.serverProblem('anywhere.example')).toBeUndefined();
  for (const open of [of('*'), of('*@*'), sipPolicy(undefined)]) {
    expect(open.uriProblem('anything at all')).toBeUndefined();
    expect([open.open, open.closed]).toEqual([true, false]);
  }
  expect([of().open, of().closed, numbers.closed]).toEqual([false, true, false]);
  expect(of().serverProblem('pbx.example')).toBeDefined();
});

test.each([
  ['pbx.example:5060', 'names a host without "@": write @pbx.example:5060'],
  ['*.example', 'names a host without "@": write @*.example'],
  ['', 'is empty'],
  ['1@', 'is not a host name or address'],
  ['1@a*b', 'has a "*" that is neither alone nor in place of the first labels'],
])('rule %j %s', (text, problem) => {
  expect(sipRule(text)).toEqual({ problem });
});

test('a denial names the narrowest rule that would allow it, and it does', () => {
  const uri = 'sip:+1%39001234@pbx.example:5070;transport=tcp';
  const { code, message, details } = sipDenial('alice', 'dial', uri, 'not allowed by --untrusted');
  expect([code, message]).toEqual([
    'E_SIP_DENIED',
    'agent "alice": dial: not allowed by --untrusted',
  ]);
  expect(details.hint).toBe("allow it with --allow-sip '+19001234@pbx.example:5070'");
  expect(of('+19001234@pbx.example:5070').uriProblem(uri)).toBeUndefined();
});
