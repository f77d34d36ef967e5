import { afterEach, expect, test } from 'vitest';
import { isSecretName } from '../model/secret-names.js';
import { forgetSecrets, noteSecrets } from './known-secrets.js';
import { maskHeaders, maskSecrets } from './secrets.js';

afterEach(forgetSecrets);

const SECRET = 'pä55 w/o+rd"1&?';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.each([
  ['plain', SECRET],
  ['in JSON', JSON.stringify({ x: SECRET })],
  ['in a URL', `https://h/?a=${encodeURIComponent(SECRET)}&b=1`],
  [
    'in a URL, lower case',
    encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  ],
  ['in a form', new URLSearchParams({ a: SECRET }).toString()],
  [
    'in a SIP URI',
    `sip:a@h;x=${encodeURIComponent(SECRET).replace(/%(?:2B|26|3D|24|2C)/g, decodeURIComponent)}`,
  ],
  ['in base64', base64(SECRET)],
  ['in base64url', Buffer.from(SECRET).toString('base64url')],
  ['in base64, one character in front', base64(`x${SECRET}`)],
  ['in base64 with others around', base64(`ab${SECRET}and more`)],
  ['in basic credentials', base64(`alice:${SECRET}`)],
  ['cut', `it was "${SECRET.slice(0, 9)}..."`],
])('a known secret is masked %s', (_where, text) => {
  expect(maskSecrets(text)).toBe(text);
  noteSecrets([SECRET]);
  const masked = maskSecrets(text);
  expect(masked).toContain('***');
  for (const form of [
    SECRET,
    encodeURIComponent(SECRET),
    base64(SECRET).slice(2, -3),
    SECRET.slice(0, 6),
  ])
    expect(masked).not.toContain(form);
});

test('an inner part of base64 that is the secret alone is gone, whatever surrounds it', () => {
  noteSecrets(['hunter22']);
  for (const before of ['', 'a', 'ab', 'abc']) {
    for (const after of ['', 'z', 'zy', 'zyx']) {
      const text = maskSecrets(base64(before + 'hunter22' + after));
      expect(Buffer.from(text.replace('***', ''), 'base64').toString()).not.toContain('nter');
      expect(text).toContain('***');
    }
  }
});

test('each line of a key, and the longer of two secrets', () => {
  noteSecrets(['-----BEGIN KEY-----\nMIIabcdefghijklmnop\n-----END KEY-----', 'hush', 'hush-hush']);
  expect(maskSecrets('| MIIabcdefghijklmnop |')).toBe('| *** |');
  expect(maskSecrets('hush-hush, hush')).toBe('***, ***');
});

test.each(['', 'abc', 'true', 'None', '***'])(
  '%j is too short or too common to mask by value',
  (value) => {
    noteSecrets([value]);
    expect(maskSecrets('abc true None ***')).toBe('abc true None ***');
  },
);

test.each([
  'A_PASS',
  'password',
  'apiKey',
  'X-Api-Key',
  'X-Auth-Token',
  'PGPASSWORD',
  'AWS_SECRET_ACCESS_KEY',
  'GITHUB_TOKEN',
  'VOICEMAIL_PIN',
  'DB_PASSWORD_1',
  'Cookie',
])('%s names a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});
test.each([
  'PWD',
  'OLDPWD',
  'HOME',
  'TOKEN_TTL',
  'SSH_KEY_FILE',
  'KEYBOARD',
  'PASSED',
  'COMPASS_X',
  'A_USER',
  'INIT_CWD',
  'PASSWORD_REQUIRED',
  'passed',
])('%s names none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('headers that carry credentials', () => {
  expect(
    maskHeaders([
      ['X-Api-Key', 'abc'],
      ['Authorization', 'Bearer abc'],
      ['Set-Cookie', 'sid=1'],
    ]).map(([, value]) => value),
  ).toEqual(['***', 'Bearer ***', '***']);
});

test('many secrets and long texts take no time', () => {
  noteSecrets(
    Array.from({ length: 200 }, (_, index) => `secret-number-${index}-${'x'.repeat(40)}`),
  );
  const text = 'INVITE sip:bob@127.0.0.1 SIP/2.0\r\nsecret-number...\r\n'.repeat(2000);
  maskSecrets('warm');
  const began = performance.now();
  maskSecrets(text);
  expect(performance.now() - began).toBeLessThan(500);
});
