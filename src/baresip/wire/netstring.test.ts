import { describe, expect, test } from 'vitest';
import { LONGEST_FRAME, NetstringDecoder, NetstringError, encodeNetstring } from './netstring.js';

const TEXTS = ['', 'a', '{"x":"ä€"}', '1:,', 'x'.repeat(5000)];

describe('netstrings', () => {
  test('are decoded with borders at every byte', () => {
    const all = Buffer.from(TEXTS.slice(0, 4).map(encodeNetstring).join(''));
    for (let border = 0; border <= all.length; border++) {
      const decoder = new NetstringDecoder();
      const frames = [
        ...decoder.push(all.subarray(0, border)),
        ...decoder.push(all.subarray(border)),
      ];
      expect(frames).toEqual(TEXTS.slice(0, 4));
    }
  });

  test('are decoded byte by byte', () => {
    const decoder = new NetstringDecoder();
    const bytes = Buffer.from(TEXTS.map(encodeNetstring).join(''));
    expect([...bytes].flatMap((byte) => decoder.push(Buffer.from([byte])))).toEqual(TEXTS);
  });

  test.each([
    'HTTP/1.1 400',
    ':abc,',
    '-1:a,',
    '3:abc;',
    '1a:x,',
    '99999999:',
    `${LONGEST_FRAME + 1}:`,
    '12345678',
  ])('garbage is told at once: %s', (text) => {
    expect(() => new NetstringDecoder().push(Buffer.from(text))).toThrow(NetstringError);
  });

  test('broken UTF-8 does not break a frame', () => {
    const frame = Buffer.concat([Buffer.from('3:a'), Buffer.from([0xff]), Buffer.from('b,')]);
    expect(new NetstringDecoder().push(frame)).toEqual(['a\ufffdb']);
  });
});
