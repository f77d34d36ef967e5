import { expect, test } from 'vitest';
import { fullName, headerOf, parseHead } from './sip-message.js';

test.each([
  ['Call-ID', 'call-id'],
  ['i', 'call-id'],
  ['V', 'via'],
  ['X-Own', 'x-own'],
  // names every object has
  ['constructor', 'constructor'],
  ['toString', 'tostring'],
  ['__proto__', '__proto__'],
])('%s is the header %s', (name, full) => {
  expect(fullName(name)).toBe(full);
});

test('a message with such names is read like any other', () => {
  const text = 'OPTIONS sip:b@h SIP/2.0\r\nconstructor: 1\r\n__proto__: 2\r\ni: x\r\n\r\n';
  const message = parseHead(text);
  expect(headerOf(message?.headers ?? [], 'call-id')).toBe('x');
  expect(message?.headers.map(([, value]) => value)).toEqual(['1', '2', 'x']);
  expect(headerOf(message?.headers ?? [], 'constructor')).toBe('1');
});
