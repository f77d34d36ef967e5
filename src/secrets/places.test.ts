import { expect, test } from 'vitest';
import { leastCpuMs } from '../testing/timing.js';
import { maskHeaders, maskPlaces, maskPlacesOfScript } from './places.js';

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
  // inside of the value of another name
  [
    '{"body":"{\\"a\\":\\"x\\",\\"client_secret\\":\\"y\\"}"}',
    '{"body":"{\\"a\\":\\"x\\",\\"client_secret\\":\\"***\\"}"}',
  ],
  ['/x?next=/y?token=z&a=b', '/x?next=/y?token=***&a=b'],
  ['a: b\n  token: c', 'a: b\n  token: ***'],
  // all notations share one list of names
  ['/x?api_key=a&user=b&Access-Token=c#d', '/x?api_key=***&user=b&Access-Token=***'],
  ['user=x&pin=1234&pass%77ord=y', 'user=x&pin=***&pass%77ord=***'],
  [
    '{"pin": 1234, "key": 5, "apiKey": "k", "keys": "1"}',
    '{"pin": ***, "key": 5, "apiKey": "***", "keys": "1"}',
  ],
  ['"{\\"pin\\":1234}"', '"{\\"pin\\":***}"'],
  ['{ pin: "1", bearer: \'b\' }', '{ pin: "***", bearer: \'***\' }'],
  [
    '<a:Password type="x">hush</a:Password><user>u</user>',
    '<a:Password type="x">***</a:Password><user>u</user>',
  ],
  ['<login api-key="k" name="n"/>', '<login api-key="***" name="n"/>'],
  [
    'GET / HTTP/1.1\nCookie: sid=1; b=2\nX-Client-Secret: s\nHost: x',
    'GET / HTTP/1.1\nCookie: ***\nX-Client-Secret: ***\nHost: x',
  ],
])('%s', (text, masked) => {
  expect(maskPlaces(text)).toBe(masked);
});

test.each([
  'the password is wrong: check username, password and auth_user',
  'sip:127.0.0.1:5060, sip:bob@127.0.0.1:5060',
  'WWW-Authenticate: Digest realm="x", nonce="n"',
  'passwords matter: "ok"',
  'X-Token-Type: bearer',
  "the body is not JSON: unexpected token: 'till': till close",
  "SyntaxError: unexpected token: 'x'",
  '{"key": "5", "public_key": "abc", "dtmf_key": "1", "passed": "3"}',
  'REGISTER sip:x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport=5060',
])('is left alone: %s', (text) => {
  expect(maskPlaces(text)).toBe(text);
});

test.each([
  [
    "  password: env('A_PASS'),\n  domain: 'd',\n  pin: 1234,",
    "  password: env('A_PASS'),\n  domain: 'd',\n  pin: ***",
  ],
  ["  password: env(user + '_PASS')\n  x", "  password: env(user + '_PASS')\n  x"],
  ["  password: decoded('aHVzaA'), // it", "  password: decoded('***'), // it"],
  ['  token: string;\n  password: pass.word,', '  token: string;\n  password: pass.word,'],
  ['`\nAuthorization: Bearer abc\n  next`', '`\nAuthorization: Bearer ***\n  next`'],
  ['password: `of\nthree\nlines`, to', 'password: `***`\n\n, to'],
  ["token: [\n  'a',\n  'b',\n]", "token: [\n  '***',\n  '***',\n]"],
])('of a script: %j', (text, masked) => {
  expect(maskPlacesOfScript(text)).toBe(masked);
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
  [`${'a.'.repeat(30_000)}: "token"`],
  [`${'&a'.repeat(30_000)}=token`],
  [`${'<a '.repeat(20_000)}token`],
  ['<token>'.repeat(10_000)],
  [`token${':'.repeat(60_000)}`],
  [`${'a: b\r\n c'.repeat(8_000)} token`],
  [`token: a(${')a('.repeat(20_000)}`],
  [`token: a()${' '.repeat(4000)}x\n`.repeat(15)],
])('hostile text takes no time: %#', async (text) => {
  expect(await leastCpuMs(200, () => maskPlaces(text))).toBeLessThan(200);
  expect(await leastCpuMs(200, () => maskPlacesOfScript(text))).toBeLessThan(200);
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
