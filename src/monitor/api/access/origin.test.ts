import { describe, expect, it, test } from 'vitest';
import { hostName, isFromElsewhere, isLoopback } from './origin.js';

test.each([
  ['localhost', true],
  ['LocalHost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['evil-localhost', false],
])('loopback: %s %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

test.each([
  ['localhost:8080', 'localhost'],
  ['[::1]:8080', '::1'],
  ['[::1]', '::1'],
  ['monitor.example', 'monitor.example'],
  ['localhost:evil', undefined],
  ['localhost@evil.example', undefined],
  ['a b', undefined],
  ['', undefined],
  [undefined, undefined],
])('host of %s: %s', (field, expected) => {
  expect(hostName(field)).toBe(expected);
});

describe('from another site', () => {
  const host = 'monitor.example:8080';

  it.each([
    ['a program', { host }, false],
    ['our page', { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, false],
    ['our page behind a proxy with TLS', { host, origin: `https://${host}` }, false],
    ['typed by a person', { host, 'sec-fetch-site': 'none' }, false],
    ['the port of the scheme', { host: 'm.example', origin: 'http://m.example:80' }, false],
    ['another site', { host, origin: 'https://evil.example' }, true],
    ['another port', { host, origin: 'http://monitor.example:9090' }, true],
    ['a frame without an origin', { host, origin: 'null' }, true],
    ['an image on another site', { host, 'sec-fetch-site': 'cross-site' }, true],
    ['another port of this host', { host, 'sec-fetch-site': 'same-site' }, true],
    ['a longer host', { host, origin: `http://${host}.evil.example` }, true],
    ['a user in the origin', { host, origin: `http://${host}@evil.example` }, true],
    ['an extension of a browser', { host, origin: 'moz-extension://abc' }, true],
    ['no host', { origin: 'http://monitor.example' }, true],
  ])('%s', (_what, headers, expected) => {
    expect(isFromElsewhere(headers, false)).toBe(expected);
  });

  it('where we speak TLS, a page without it is not ours', () => {
    expect(isFromElsewhere({ host, origin: `http://${host}` }, true)).toBe(true);
    expect(isFromElsewhere({ host, origin: `https://${host}` }, true)).toBe(false);
  });
});
