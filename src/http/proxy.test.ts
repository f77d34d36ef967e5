import { expect, test } from 'vitest';
import { proxyFor } from './proxy.js';

const PROXY = { http_proxy: 'http://p:3128', HTTPS_PROXY: 's:1' };
const hostOf = (url: string, more: Record<string, string> = {}): string | undefined =>
  proxyFor(new URL(url), { ...PROXY, ...more })?.host;

test.each([
  ['http://a.example/', {}, 'p:3128'],
  ['https://a.example/', {}, 's:1'],
  ['http://a.example/', { http_proxy: '', HTTP_PROXY: 'http://q:2' }, undefined],
  ['http://a.example/', { NO_PROXY: '*' }, undefined],
  ['http://a.example/', { no_proxy: 'b.example,a.example' }, undefined],
  ['http://a.example/', { no_proxy: '.example' }, undefined],
  ['http://a.example/', { no_proxy: '*.example' }, undefined],
  ['http://a.example/', { no_proxy: 'example' }, undefined],
  ['http://notexample/', { no_proxy: 'example' }, 'p:3128'],
  ['http://a.example:81/', { no_proxy: 'a.example:80' }, 'p:3128'],
  ['http://a.example:81/', { no_proxy: 'a.example:81' }, undefined],
  ['http://10.1.2.3/', { no_proxy: '10.0.0.0/8' }, undefined],
  ['http://11.1.2.3/', { no_proxy: '10.0.0.0/8' }, 'p:3128'],
  ['http://[fd00::1]/', { no_proxy: 'fd00::/8' }, undefined],
  ['http://[fd00::1]/', { no_proxy: 'fd00::1' }, undefined],
  ['http://localhost/', {}, undefined],
  ['http://127.9.9.9/', {}, undefined],
  ['http://[::1]/', {}, undefined],
])('%s with %j: %s', (url, more, expected) => {
  expect(hostOf(url, more)).toBe(expected);
});

test('a proxy that is not an http URL is told by its name, never by its value', () => {
  expect(() => hostOf('http://a.example', { http_proxy: 'socks5://u:secret@p' })).toThrow(
    /^http: the proxy in HTTP_PROXY is not an http or https URL$/,
  );
});
