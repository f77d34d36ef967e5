import { describe, expect, it } from 'vitest';
import { fieldParameters, parametersOf, parseUri } from './uri.js';

describe('parseUri', () => {
  it.each([
    ['sip:alice@pbx.example', { scheme: 'sip', user: 'alice', host: 'pbx.example' }],
    ['SIPS:alice@pbx:5061', { scheme: 'sips', user: 'alice', host: 'pbx', port: 5061 }],
    ['sip:pbx', { scheme: 'sip', host: 'pbx' }],
    ['sip:@pbx', { scheme: 'sip', user: '', host: 'pbx' }],
    ['sip:a:secret@pbx', { user: 'a:secret' }],
    ['sip:user;par=u%40example.net@pbx', { user: 'user;par=u%40example.net', host: 'pbx' }],
    ['sip:[2001:db8::10]:5070', { host: '2001:db8::10', port: 5070 }],
    ['sip:[2001:db8::10:5070]', { host: '2001:db8::10:5070' }],
    ['sip:user@[::ffff:192.0.2.2];transport=tcp', { host: '::ffff:192.0.2.2' }],
    ['sip:user@pbx?Route=%3Csip:a%3E', { user: 'user', host: 'pbx' }],
    ['  sip:pbx  ', { host: 'pbx' }],
  ])('%s', (text, wanted) => {
    expect(parseUri(text)).toMatchObject(wanted);
  });

  it('has a port only where one is written', () => {
    expect(parseUri('sip:pbx')).not.toHaveProperty('port');
    expect(parseUri('sip:pbx')).not.toHaveProperty('user');
  });

  it.each([
    '',
    'sip:',
    'sip:a b',
    'sip:a@',
    'tel:+4930',
    'http://pbx',
    'sip:2001:db8::10',
    'sip:[::1',
    'sip:a@b@c',
    'sip:pbx:port',
    'sip:pbx:123456',
    '<sip:a@b>',
    'nobodyKnowsThisScheme:x',
  ])('%j is no SIP URI', (text) => {
    expect(parseUri(text)).toBeUndefined();
  });

  it('knows parameters by lower-case names, the first of each counts', () => {
    const found = parseUri('sip:a@b;Transport=TCP;lr;x=1;X=2;y=a=b')?.parameters;
    expect([...(found ?? [])]).toEqual([
      ['transport', 'TCP'],
      ['lr', ''],
      ['x', '1'],
      ['y', 'a=b'],
    ]);
  });
});

describe('fieldParameters', () => {
  it.each([
    ['<sip:a@b;lr>;tag=1', { tag: '1' }],
    ['"x <sip:q>;tag=0" <sip:a@b> ; tag = 1', { tag: '1' }],
    ['sip:a@b;tag=1', { tag: '1' }],
    ['SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9', { rport: '', branch: 'z9' }],
    ['<sip:a@b>;tag=1;x=">"', { tag: '1' }],
    ['<sip:a@b>', {}],
    ['', {}],
  ])('%s', (value, wanted) => {
    expect(Object.fromEntries(fieldParameters(value))).toMatchObject(wanted);
    expect(fieldParameters(value).has('lr')).toBe(false);
  });

  it('knows names that every object has', () => {
    expect(parametersOf(';constructor=1;__proto__=2').get('__proto__')).toBe('2');
    expect(parametersOf('').has('constructor')).toBe(false);
  });
});
