import { expect, test } from 'vitest';
import { base64OfText } from './base64.js';

test.each(['', 'a', 'ab', 'abc', 'abcd', '{"a":"grün"}', '\ufeff電話 🎉', '\u0000\u007f\u0080'])(
  'base64 of %j is that of its UTF-8 bytes',
  (text) => {
    expect(base64OfText(text)).toBe(Buffer.from(text).toString('base64'));
  },
);
