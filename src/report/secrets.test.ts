import { expect, test } from 'vitest';
import { maskHeaders, maskSecrets } from './secrets.js';

test.each([
  ['"a", {"password": "x\\"y", "domain": "d"}', '"a", {"password": "***", "domain": "d"}'],
  ["{ password: 'x', domain: 'd' }", "{ password: '***', domain: 'd' }"],
  ['{ password: `x` }', '{ password: `***` }'],
  ['{"password": "cut of', '{"password": "***"'],
  ['{"Authorization": "Bearer abc"}', '{"Authorization": "***"}'],
  ['<sip:a@b>;auth_pass=hush;regint=0', '<sip:a@b>;auth_pass=***;regint=0'],
  ['dial sip:a:hush@b.org', 'dial sip:a:***@b.org'],
  [
    'INVITE x\r\nProxy-Authorization: Digest username="a",\r\n nonce="n", response="cafe"\r\nTo: x',
    'INVITE x\r\nProxy-Authorization: Digest username="a",\r\n nonce="n", response="***"\r\nTo: x',
  ],
  ['a\nAuthorization: Basic YTpi\nb', 'a\nAuthorization: Basic ***\nb'],
  ['INVITE x\r\nX-Auth-Token: ab c\r\nTo: x', 'INVITE x\r\nX-Auth-Token: ***\r\nTo: x'],
  ['{"x-tenant-secret":["a"],"to":["b"]}', '{"x-tenant-secret":["***"],"to":["b"]}'],
  ['{"token": [ "a", "b,c" ], "to": ["b", "c"]}', '{"token": [ "***", "***" ], "to": ["b", "c"]}'],
  ['{"token": [\n  "a",\n  "cut of', '{"token": [\n  "***",\n  "***"'],
  ['"{\\"token\\":[\\"a\\",\\"b\\"]}"', '"{\\"token\\":[\\"***\\",\\"***\\"]}"'],
])('%s', (text, masked) => {
  expect(maskSecrets(text)).toBe(masked);
});

test.each([
  'the password is wrong: check username, password and auth_user',
  'sip:127.0.0.1:5060, sip:bob@127.0.0.1:5060',
  'WWW-Authenticate: Digest realm="x", nonce="n"',
  'passwords matter: "ok"',
  'X-Token-Type: bearer',
])('is left alone: %s', (text) => {
  expect(maskSecrets(text)).toBe(text);
});

test.each([
  ['sip:'.repeat(16_000)],
  ['a-'.repeat(32_000) + ' password'],
  [`sip:${'a'.repeat(30_000)}:${'b'.repeat(30_000)} password`],
  [`password:"${'\\\\'.repeat(30_000)}`.repeat(2)],
  ['password'.repeat(8_000)],
  [`password${' '.repeat(60_000)}`],
  [`${' '.repeat(60_000)}token`],
  [`token: ${'a\r\n '.repeat(20_000)}`],
  [`token: [${'"a", '.repeat(20_000)}`],
  ['token: ["a'.repeat(10_000)],
])('hostile text takes no time: %#', (text) => {
  const began = performance.now();
  maskSecrets(text);
  expect(performance.now() - began).toBeLessThan(200);
});

test('headers', () => {
  const shown = maskHeaders([
    ['authorization', 'Digest username="a", response=cafe, nc=1'],
    ['To', '<sip:b@c>'],
  ]);
  expect(shown).toEqual([
    ['authorization', 'Digest username="a", response="***", nc=1'],
    ['To', '<sip:b@c>'],
  ]);
});
