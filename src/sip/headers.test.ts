import { describe, expect, test } from 'vitest';
import { headerLines, headerProblem, headerRecord, headerValues } from './headers.js';

describe('reading', () => {
  const fields = [
    ['Via', 'SIP/2.0/UDP 192.0.2.1'],
    ['v', 'SIP/2.0/UDP 192.0.2.2'],
    ['X-Note', 'first\r\n\tsecond'],
  ] as const;

  test('compact forms and any case are one header, folded values one line', () => {
    expect(headerValues(fields, 'VIA')).toEqual(['SIP/2.0/UDP 192.0.2.1', 'SIP/2.0/UDP 192.0.2.2']);
    expect(headerValues(fields, 'x-note')).toEqual(['first second']);
    expect(headerValues(fields, 'To')).toEqual([]);
  });

  test('all of them by name', () => {
    expect(headerRecord(fields)).toEqual({
      via: ['SIP/2.0/UDP 192.0.2.1', 'SIP/2.0/UDP 192.0.2.2'],
      'x-note': ['first second'],
    });
  });

  test.each(['constructor', '__proto__', 'toString'])('a peer may call a header %s', (name) => {
    const odd = [
      [name, '1'],
      [name, '2'],
    ] as const;
    expect(Object.entries(headerRecord(odd))).toEqual([[name.toLowerCase(), ['1', '2']]]);
    expect(headerValues(odd, name)).toEqual(['1', '2']);
  });
});

describe('several values in one field (RFC 3261, 7.3.1)', () => {
  test.each([
    ['Supported', 'replaces, timer,100rel', ['replaces', 'timer', '100rel']],
    ['v', 'SIP/2.0/UDP a;branch=1, SIP/2.0/TCP b', ['SIP/2.0/UDP a;branch=1', 'SIP/2.0/TCP b']],
    [
      'P-Asserted-Identity',
      '"Doe, Jane" <sip:jane@h>,<tel:+15550100>',
      ['"Doe, Jane" <sip:jane@h>', '<tel:+15550100>'],
    ],
    [
      'Diversion',
      '<sip:a@h;x=1,2>;reason="no, answer", <sip:b@h>;reason=unconditional',
      ['<sip:a@h;x=1,2>;reason="no, answer"', '<sip:b@h>;reason=unconditional'],
    ],
    ['Warning', '399 h "a \\"b, c\\"", 370 h "d"', ['399 h "a \\"b, c\\""', '370 h "d"']],
    ['Contact', '<sip:a@h>, ,<sip:b@h>,', ['<sip:a@h>', '<sip:b@h>']],
    ['Contact', '*', ['*']],
    ['Supported', '', ['']],
    ['Route', '<sip:unclosed@h,lr', ['<sip:unclosed@h,lr']],
    ['Call-Info', '"unclosed, <sip:a@h>', ['"unclosed, <sip:a@h>']],
  ])('%s: %s', (name, value, values) => {
    expect(headerValues([[name, value]], name)).toEqual(values);
    expect(Object.values(headerRecord([[name, value]]))).toEqual([values]);
    // the value is the one on the wire
    expect(headerLines([[name, value]], name)).toEqual([value]);
  });

  test.each([
    ['WWW-Authenticate', 'Digest realm="r", nonce="n", algorithm=MD5'],
    ['Authorization', 'Digest username="a", realm="r"'],
    ['Proxy-Authenticate', 'Digest realm="r", nonce="n"'],
    ['Authentication-Info', 'nextnonce="n", qop=auth'],
    ['Date', 'Sat, 13 Nov 2010 23:29:00 GMT'],
    ['Subject', 'Lunch, then a walk'],
    ['User-Agent', 'Phone 1.0 (Linux, x86)'],
    ['X-Note', 'one, two'],
  ])('a comma of %s is part of the value', (name, value) => {
    expect(headerValues([[name, value]], name)).toEqual([value]);
  });

  test('fields and lists mix, in order', () => {
    const fields = [
      ['Allow', 'INVITE, ACK'],
      ['allow', 'BYE'],
    ] as const;
    expect(headerValues(fields, 'Allow')).toEqual(['INVITE', 'ACK', 'BYE']);
    expect(headerRecord(fields)).toEqual({ allow: ['INVITE', 'ACK', 'BYE'] });
  });
});

describe('sending', () => {
  test.each([
    ['X-Tenant', 'acme'],
    ["x!%*_+`'~.1", 'a'],
    ['P-Asserted-Identity', '"Jörg" <sip:j@x.test>;a=b?c=%20,"q"'],
    ['Diversion', '<sip:1@h>;reason=unconditional'],
    ['Subject', '  padded  '],
    ['s', 'compact, and free to set'],
    ['X-Emoji', '\u{1f4de}'],
  ])('%s can be sent', (name, value) => {
    expect(headerProblem(name, value)).toBeUndefined();
  });

  test.each([
    ['', 'has no name'],
    ['X Y', 'holds " "'],
    ['X:', 'holds ":"'],
    ['X-Ä', 'holds "Ä"'],
    ['X\r\nVia', 'holds "\\r"'],
    ['X-\u{1f4de}', 'holds "\u{1f4de}"'],
    ['X"', 'holds "\\""'],
  ])('name %j', (name, problem) => {
    expect(headerProblem(name, 'v')).toContain(problem);
  });

  test.each(
    'Via From To Call-ID CSeq Contact Max-Forwards Route Record-Route Content-Length Content-Type Authorization Proxy-Authorization v f t i m l c VIA pRoXy-AuThOrIzAtIoN'.split(
      ' ',
    ),
  )('%s is not for a script to set', (name) => {
    expect(headerProblem(name, 'v')).toBe('is written by the agent itself and cannot be set');
  });

  test.each([
    ['', 'has an empty value, which cannot be sent'],
    [' \t', 'has an empty value, which cannot be sent'],
    ['a\r\nVia: x', 'has a line break in its value'],
    ['a\nb', 'has a line break in its value'],
    ['a\r', 'has a line break in its value'],
    ['a\0b', 'has the control character "\\u0000" in its value'],
    ['a\tb', 'has the control character "\\t" in its value'],
    ['a\x7fb', 'has the control character "\x7f" in its value'],
    ['a\ud83d', 'has half a character (a lone surrogate) in its value'],
  ])('value %j', (value, problem) => {
    expect(headerProblem('X-Note', value)).toBe(problem);
  });
});
