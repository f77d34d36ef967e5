import { describe, expect, test } from 'vitest';
import { headerProblem, headerRecord, headerValues } from './headers.js';

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
