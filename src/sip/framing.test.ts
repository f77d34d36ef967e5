import { describe, expect, it } from 'vitest';
import { StreamFraming } from './framing.js';

const BODY = 'v=0\r\n\r\nsecond\n\nline';
const WITH_BODY = `INVITE sip:a@b SIP/2.0\r\nCSeq: 1 INVITE\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;
const COMPACT = `MESSAGE sip:a@b SIP/2.0\r\nl:3\r\n\r\nabc`;
const PLAIN = 'SIP/2.0 200 OK\r\nCSeq: 1 INVITE\r\n\r\n';
const ALL = [WITH_BODY, COMPACT, PLAIN];

describe('StreamFraming', () => {
  it('cuts a stream that comes in two parts, wherever they part', () => {
    const whole = ALL.join('');
    for (let at = 0; at <= whole.length; at += 1) {
      const framing = new StreamFraming();
      expect([...framing.take(whole.slice(0, at)), ...framing.take(whole.slice(at))]).toEqual(ALL);
    }
  });

  it('cuts a stream that comes octet by octet', () => {
    const framing = new StreamFraming();
    expect(Array.from(ALL.join('')).flatMap((octet) => framing.take(octet))).toEqual(ALL);
  });

  it('leaves keep-alives out (RFC 5626, 3.5.1)', () => {
    const framing = new StreamFraming();
    expect(framing.take('\r\n\r\n')).toEqual([]);
    expect(framing.take(`\r\n\r\n\r\n${PLAIN}\r\n\r\n${COMPACT}\r\n`)).toEqual([PLAIN, COMPACT]);
  });

  it('reads bare line feeds', () => {
    const text = 'OPTIONS sip:a@b SIP/2.0\nContent-Length: 1\n\nx';
    expect(new StreamFraming().take(text + PLAIN)).toEqual([text, PLAIN]);
  });

  it('takes two equal lengths for one', () => {
    const text = 'OPTIONS sip:a@b SIP/2.0\r\nl: 1\r\nContent-Length: 1\r\n\r\nx';
    expect(new StreamFraming().take(text)).toEqual([text]);
  });

  it.each([
    ['a head without an end', 'x'.repeat(64 * 1024 + 1), 'no end of the header within 64 KiB'],
    ['a negative length', PLAIN.replace('CSeq', 'Content-Length: -1\r\nCSeq'), 'is "-1"'],
    ['a length that is none', PLAIN.replace('CSeq', 'l: 1e3\r\nCSeq'), 'is "1e3"'],
    ['two lengths', PLAIN.replace('CSeq', 'l: 3\r\nl: 5\r\nCSeq'), 'is 3 and 5'],
    ['too long a body', PLAIN.replace('CSeq', 'l: 99999999999\r\nCSeq'), 'a body of 99999999999'],
  ])('gives up at %s', (_name, text, message) => {
    expect(() => new StreamFraming().take(text)).toThrow(message);
  });

  it('waits for the end of a head of just 64 kB', () => {
    const framing = new StreamFraming();
    const head = `OPTIONS sip:a@b SIP/2.0\r\nX: ${'x'.repeat(64 * 1024 - 28)}`;
    expect(framing.take(head)).toEqual([]);
    expect(framing.take('\r\n\r\n')).toHaveLength(1);
  });
});
