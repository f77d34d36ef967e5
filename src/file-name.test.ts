import { expect, test } from 'vitest';
import { fileNamePart } from './file-name.js';

test.each([
  ['is "answered"?/..\\x', 'is-answered-..-x'],
  ['..', ''],
  ['-.a b.-', 'a-b'],
  ['Grüße_1.2', 'Grüße_1.2'],
  ['abcdefghijklmnopqrstuvwxyz', 'abcdefghijklmnopqrst'],
  // whole characters of 3 and 4 bytes
  ['字字字字字字字字', '字字字字字字'],
  ['𠀀𠀀𠀀𠀀𠀀𠀀', '𠀀𠀀𠀀𠀀𠀀'],
])('%j', (text, part) => {
  expect(fileNamePart(text, 20)).toBe(part);
});
