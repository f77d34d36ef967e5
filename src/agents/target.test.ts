import { describe, expect, test } from 'vitest';
import { targetUri, type Caller } from './target.js';

const caller: Caller = { name: 'alice', domain: 'pbx.test:5070', transport: 'udp' };
const alone: Caller = { name: 'alice', domain: undefined, transport: 'udp' };

describe('what is dialled', () => {
  test.each([
    ['123', 'sip:123@pbx.test:5070'],
    ['+49 (30) 123-45.6/7', 'sip:+49301234567@pbx.test:5070'],
    ['#31#123', 'sip:%2331%23123@pbx.test:5070'],
    ['*8', 'sip:*8@pbx.test:5070'],
    ['tel:+49-30-123;phone-context=x', 'sip:+4930123@pbx.test:5070'],
    ['bob', 'sip:bob@pbx.test:5070'],
    ['b;o?b', 'sip:b%3Bo%3Fb@pbx.test:5070'],
    ['bob@other.test', 'sip:bob@other.test'],
    ['sip:bob@other.test:5080;transport=tcp', 'sip:bob@other.test:5080;transport=tcp'],
    ['SIP:bob@other.test', 'sip:bob@other.test'],
    ['sips:bob@other.test', 'sip:bob@other.test;transport=tls'],
    ['sip:#1@other.test', 'sip:%231@other.test'],
    ['sip:50%@other.test', 'sip:50%25@other.test'],
    ['sip:a%20b@other.test', 'sip:a%20b@other.test'],
    ['sip:jörg@other.test', 'sip:j%C3%B6rg@other.test'],
    ['sip:other.test', 'sip:other.test'],
    ['sip:bob@[::1]:5060', 'sip:bob@[::1]:5060'],
    [' 123 ', 'sip:123@pbx.test:5070'],
  ])('%s', (target, uri) => {
    expect(targetUri(target, caller)).toBe(uri);
  });

  test.each([
    '',
    ' ',
    '\r\n',
    '123\r\nX: y',
    'a b',
    'sip:a b@h',
    'sip:a@h\nX',
    'sip:a@h>',
    'sip:"a"@h',
    'sip:',
    'sip:@',
    'sip:a@',
    'sip:a@h?X-Foo=1',
    'sip:a@b@c',
    'sip:a@-',
    'sip:a@h:port',
    'tel:',
    'tel:abc',
    'tel:+',
    'a<b',
    'http://x',
    '\u0000',
    'sip:a@h;x=\u007f',
  ])('refused: %j', (target) => {
    expect(() => targetUri(target, caller)).toThrow(
      expect.objectContaining({ code: 'E_TARGET' }) as Error,
    );
  });

  test('nothing that is sent on can break a command', () => {
    for (let code = 0; code < 0x180; code++) {
      const char = String.fromCharCode(code);
      for (const target of [
        `1${char}2`,
        `a${char}b`,
        `sip:a${char}b@h.test`,
        `sip:a@h.test;p=${char}`,
      ]) {
        const uri = dialled(target);
        if (uri !== undefined) expect(uri).toMatch(/^sip:[\x21\x23-\x3b\x3d\x3f-\x7e]+$/);
      }
    }
  });

  test('a serverless agent has no domain to put a number in', () => {
    for (const target of ['123', 'bob', 'tel:+49']) {
      expect(() => targetUri(target, alone)).toThrow(/needs a domain/);
    }
    expect(targetUri('sip:bob@127.0.0.1:5080', alone)).toBe('sip:bob@127.0.0.1:5080');
    const overTcp: Caller = { ...alone, transport: 'tcp' };
    expect(targetUri('sip:bob@127.0.0.1:5080', overTcp)).toBe(
      'sip:bob@127.0.0.1:5080;transport=tcp',
    );
    expect(targetUri('sip:bob@h;transport=udp', overTcp)).toBe('sip:bob@h;transport=udp');
  });
});

function dialled(target: string): string | undefined {
  try {
    return targetUri(target, caller);
  } catch {
    return undefined;
  }
}
