import { expect, test } from 'vitest';
import type { Target } from '../model/targets.js';
import { withoutSecrets } from './hidden.js';

const base = {
  name: 'ops',
  on: ['failed' as const],
  group_wait_ms: 0,
  remind_every_ms: 0,
  timeout_ms: 1,
  tries: 1,
};
const webhook = (url: string, more: object = {}): Target => ({
  ...base,
  type: 'webhook',
  url,
  headers: {},
  form: { template: 'json' },
  ...more,
});

const TEXTS: readonly [string, Target, string, string][] = [
  [
    'the path of an address',
    webhook('https://hooks.slack.com/services/T000/B000/abcdefghijklmnop'),
    'bad https://hooks.slack.com/services/T000/B000/abcdefghijklmnop or /services/T000/B000/abcdefghijklmnop, abcdefghijklmnop',
    'bad *** or ***, ***',
  ],
  [
    'the token of a bot',
    webhook('https://api.telegram.org/bot12345:AAAAAAAAAAAAAAAAAAAA/sendMessage'),
    'bot12345:AAAAAAAAAAAAAAAAAAAA is unknown',
    '*** is unknown',
  ],
  ['a query', webhook('https://x.example/?sig=topsecret'), 'no /?sig=topsecret', 'no ***'],
  ['a host is none', webhook('https://x.example/'), 'x.example / said no', 'x.example / said no'],
  [
    'key and header',
    webhook('http://h/', {
      secret: 'sign-with-this-key',
      headers: { Authorization: 'Bearer tok-123' },
    }),
    'sign-with-this-key Bearer tok-123 tok-123',
    '*** *** ***',
  ],
  [
    'routing key',
    webhook('http://h/', { form: { template: 'pagerduty', routing_key: 'R0KEY' } }),
    'invalid R0KEY',
    'invalid ***',
  ],
  [
    'password of a mail server, as written and as meant',
    { ...base, type: 'email', smtp: 'smtp://me:p%40ss%2Fword@mail', from: 'a@b', to: ['c@d'] },
    '535 p@ss/word p%40ss%2Fword of me@mail',
    '535 *** *** of me@mail',
  ],
  [
    'environment of a program',
    { ...base, type: 'exec', command: ['x'], env: { TOKEN: 'qwertz' } },
    'curl: qwertz',
    'curl: ***',
  ],
];
test.each(TEXTS)('%s', (_, target, text, masked) => {
  expect(withoutSecrets(text, target)).toBe(masked);
});
