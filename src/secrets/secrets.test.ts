import { beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../model/run-event.js';
import { isSecretName } from '../model/secret-names.js';
import { leastCpuMs } from '../testing/timing.js';
import { Secrets } from './secrets.js';

let secrets: Secrets;
beforeEach(() => {
  secrets = new Secrets();
});

const SECRET = 'pä55 w/o+rd"1&?';
const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');
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
  ['in JSON within JSON', JSON.stringify(JSON.stringify({ x: SECRET }))],
  ['in a URL within a URL', encodeURIComponent(encodeURIComponent(SECRET))],
  ['in JSON in a URL', encodeURIComponent(JSON.stringify({ x: SECRET }))],
  ['in XML', SECRET.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
  ['in XML, by number', SECRET.replaceAll('&', '&#38;').replaceAll('"', '&#x22;')],
  [
    'all in \\u',
    SECRET.split('')
      .map((char) => `\\u${hex(char.charCodeAt(0), 4)}`)
      .join(''),
  ],
  ['all in percent', [...Buffer.from(SECRET)].map((byte) => `%${hex(byte, 2)}`).join('')],
  ['in hex', Buffer.from(SECRET).toString('hex')],
  ['in HEX', Buffer.from(SECRET).toString('hex').toUpperCase()],
  ['in capitals', SECRET.toUpperCase()],
  ['as bytes', Buffer.from(SECRET).toString('latin1')],
  ['cut', `it was "${SECRET.slice(0, 9)}..."`],
])('a known secret is masked %s', (_where, text) => {
  expect(secrets.mask(text)).toBe(text);
  secrets.note([SECRET]);
  const masked = secrets.mask(text);
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
  secrets.note(['hunter22']);
  for (const before of ['', 'a', 'ab', 'abc']) {
    for (const after of ['', 'z', 'zy', 'zyx']) {
      const text = secrets.mask(base64(before + 'hunter22' + after));
      expect(Buffer.from(text.replace('***', ''), 'base64').toString()).not.toContain('nter');
      expect(text).toContain('***');
    }
  }
});

test('each line of a key, and the longer of two secrets', () => {
  secrets.note([
    '-----BEGIN KEY-----\nMIIabcdefghijklmnop\n-----END KEY-----',
    'hush',
    'hush-hush',
  ]);
  expect(secrets.mask('| MIIabcdefghijklmnop |')).toBe('| *** |');
  expect(secrets.mask('hush-hush, hush')).toBe('***, ***');
});

test.each(['', 'abc', 'true', 'None', '***'])(
  '%j is too short or too common to mask by value',
  (value) => {
    secrets.note([value]);
    expect(secrets.mask('abc true None ***')).toBe('abc true None ***');
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
  'Authorization',
  'proxy-authorization',
  'client_secret',
  'MACHINE_KEY',
  'bearer',
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
  'key',
  'primary_key',
  'public-key',
])('%s names none', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('a value in single quotes of a shell', () => {
  secrets.note(["it's-hush"]);
  expect(secrets.mask(`curl -u 'it'\\''s-hush'`)).toBe("curl -u '***'");
});

test.each([
  'failed',
  'passed',
  'scenario',
  'E_ASSERT',
  'does not hold',
  'Equals',
  'hint',
  'errored',
  'teardown',
  'hangup',
  'call_established',
  'greater than',
  'http_answered',
  'Ringing',
])('%j is a word of the report: it is masked by its place only', (value) => {
  secrets.note([value]);
  expect(secrets.mask(`x: ${value}: y`)).toBe(`x: ${value}: y`);
  expect(secrets.mask(`{"password": "${value}"}`)).toBe('{"password": "***"}');
});

test.each(['hush', 'wonderful horse', 'failed7', 'Xpassed!', 'pw-alice', 'abc xyz', 'f.a.i.l'])(
  '%j is none',
  (value) => {
    secrets.note([value]);
    expect(secrets.mask(`x: ${value}: y`)).toBe('x: ***: y');
  },
);

test('what is part of the name of a file or scenario is not a secret, before and after it was noted', () => {
  secrets.note(['mask-words', 'lagoon', 'reception 77', '1234']);
  secrets.spare(['tests/mask-words.js', 'calls Reception 77 at 12345']);
  secrets.note(['MASK-WORDS', 'reception', '12345']);
  const text = 'mask-words MASK-WORDS reception 77 lagoon 1234 12345';
  expect(secrets.mask(text)).toBe('mask-words MASK-WORDS reception 77 *** *** 12345');
});

test.each([
  ['sip:bob@127.0.0.1:5060;transport=udp', undefined],
  ['<sip:[::1]:5060>, localhost:5060, pbx.example.org:5060, mock:5060', undefined],
  ['m=audio 5060 RTP/AVP 0', undefined],
  ['v=0\nm=audio 5060 RTP/AVP 0', undefined],
  [';rport=5060', undefined],
  ['"port": 5060, local_port: 5060, port 5060', undefined],
  ['+155506012345 150603', undefined],
  ['dtmf("5060#")', 'dtmf("***#")'],
  ['{"pin2": 5060}', '{"pin2": ***}'],
  ['user:5060', 'user:***'],
  ['sip:5060@127.0.0.1:5060', 'sip:***@127.0.0.1:5060'],
])(
  'a short number is not a secret where it is a port or part of a longer one: %s',
  (text, masked) => {
    secrets.note(['5060']);
    expect(secrets.mask(text)).toBe(masked ?? text);
  },
);

test('what names a run, its host and its versions is no secret', () => {
  const event: RunEvent = {
    type: 'run_started',
    at: 1,
    run: '20260102-030405-4f1c9a',
    time: '2026-01-02T03:04:05.678Z',
    utc_offset: '+01:00',
    host: { name: 's3cret-host', platform: 'linux', arch: 'x64', node: '20.19.0' },
    version: '0.1.0',
    scenarios: 1,
    files: 1,
    jobs: 1,
  };
  secrets.note(['s3cret-host', '20260102', '20.19.0', 'linux-x64', '0.1.0', '4f1c9a']);
  expect(secrets.maskEvent(event)).toBe(event);
});

test('an event is masked wherever it holds a secret, and what joins events stays', () => {
  secrets.note(['s3cret-1']);
  const scenario = {
    id: 'a.js#0.1',
    key: 's3cret-1/a.js › with s3cret-1',
    attempt: 1,
    order: 1,
    file: 's3cret-1/a.js',
    name: 'with s3cret-1',
    tags: ['s3cret-1'],
  };
  expect(secrets.maskEvent({ type: 'scenario_started', at: 1, scenario })).toEqual({
    ...{ type: 'scenario_started', at: 1 },
    scenario: { ...scenario, key: '***/a.js › with ***', name: 'with ***', tags: ['***'] },
  });
  const message = {
    headers: [
      ['X-Api-Key', 'k'],
      ['To', 's3cret-1'],
      ['Via', 'v'],
    ],
  };
  const event = { type: 'sip', at: 1, scenario: 'a.js#0.1', agent: 'a', message, raw: 'x' };
  expect(secrets.maskEvent(event as unknown as RunEvent)).toEqual({
    ...event,
    message: {
      headers: [
        ['X-Api-Key', '***'],
        ['To', '***'],
        ['Via', 'v'],
      ],
    },
  });
  const other: RunEvent = { type: 'log', at: 1, scenario: 'a.js#0.1', text: 'nothing secret' };
  expect(secrets.maskEvent(other)).toBe(other);
});

/** A traced message with one header field, parsed as `header`, in the text as `line`. */
function sipEvent(header: readonly [string, string], line: string) {
  return {
    type: 'sip',
    at: 1,
    scenario: 'a.js#0',
    agent: 'a',
    message: { headers: [header] },
    raw: `INVITE sip:b@h SIP/2.0\r\n${line}\r\n\r\n`,
  };
}

test.each([
  ['in its text', 'To: <sip:b@h>;x=open sesame', ['To', '<sip:b@h>;x=open sesame']],
  ['in a folded field', 'Subject: open\r\n sesame', ['Subject', 'open sesame']],
  ['behind an odd name', "X-Auth'Token: abcd", ["X-Auth'Token", 'abcd']],
])('a parsed SIP message with a secret %s is masked', (_where, line, [name = '', value = '']) => {
  secrets.note(['open sesame']);
  const event = sipEvent([name, value], line);
  const { message } = secrets.maskEvent(event as unknown as RunEvent) as unknown as typeof event;
  expect(message.headers[0]?.[1]).toBe(value.replace(/open sesame|abcd/, '***'));
});

test('a SIP message without a secret is given on as it is', () => {
  secrets.note(['open sesame']);
  const event = sipEvent(['To', '<sip:b@h>'], 'To: <sip:b@h>');
  expect(secrets.maskEvent(event as unknown as RunEvent)).toBe(event);
});

/** An INVITE as an agent writes it. */
const INVITE = `INVITE sip:bob@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1%20a\r\n${'X-Some-Header: some value of it\r\n'.repeat(20)}\r\n`;

test('three thousand secrets are all masked, and cost little for each message', async () => {
  const values = Array.from({ length: 3000 }, (_, index) => `tok-${index}-abcdef${index * 7919}`);
  const noted = await leastCpuMs(1500, () => {
    secrets = new Secrets();
    secrets.note(values);
  });
  expect(noted).toBeLessThan(1500);
  expect(secrets.mask(`the last one is ${values.at(-1)}`)).toBe('the last one is ***');
  secrets.note(['SuperSecretPw77']);
  expect(secrets.mask('the password is SuperSecretPw77')).toBe('the password is ***');
  for (let count = 0; count < 50; count += 1) secrets.mask(INVITE);
  const masked = await leastCpuMs(200, () => {
    for (let count = 0; count < 200; count += 1) secrets.mask(INVITE);
  });
  expect(masked).toBeLessThan(200);
});

test.each([
  [
    'one beginning, many lengths',
    Array.from({ length: 500 }, (_, n) => 'a'.repeat(40 + n) + 'b'),
    'a',
  ],
  ['short ones', ['aaab', 'aaaab', 'aaaaab', 'aaaaaaaab', 'aaaaaaaaaaaab'], 'a'],
  ['dots', ['......x'], '.'],
  ['escapes', ['%%%%%x'], '%25'],
])('hostile values and texts take no time: %s', async (_what, values, part) => {
  secrets.note(values);
  secrets.mask('warm');
  const text = part.repeat(60_000 / part.length);
  expect(await leastCpuMs(1000, () => secrets.mask(text))).toBeLessThan(1000);
});

test('of very many secrets with one beginning, one that was not noted is masked too, up to its end', () => {
  const head = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.';
  secrets.note(Array.from({ length: 40 }, (_, n) => head + 'x'.repeat(n + 1)));
  expect(secrets.mask(`"${head}yyy", and`)).toBe('"***", and');
});

test('of a very long value the beginning is kept: it is masked all the same', () => {
  const long = Array.from({ length: 100 }, (_, n) => `part${n * 7919}`).join('-');
  secrets.note([long]);
  expect(
    secrets.mask(`{"a":"${long}","b":1} ${encodeURIComponent(long)} ${long.slice(0, 300)}...`),
  ).toBe('{"a":"***","b":1} *** ***');
});
