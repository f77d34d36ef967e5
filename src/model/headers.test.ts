import { describe, expect, test } from 'vitest';
import { headerRecord, headerValues } from './headers.js';

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
