import { expect, test } from 'vitest';
import { matchesPath } from './path-pattern.js';
import { leastCpuMs } from '../testing/timing.js';

test.each([
  ['/a', '/a', true],
  ['/a', '/a/', false],
  ['/a.b', '/aXb', false],
  ['/calls/*', '/calls/7', true],
  ['/calls/*', '/calls/', true],
  ['/calls/*', '/calls/7/x', false],
  ['/calls/*/events', '/calls/7/events', true],
  ['/calls/*/events', '/calls/events', false],
  ['/**', '/', true],
  ['/a/**/z', '/a/b/c/z', true],
  ['/a/**', '/a', false],
  ['**/z', '/a/b/z', true],
  ['/a***b', '/a/x/b', true],
  ['/*a*b*', '/xxaxxbxx', true],
  ['/*a*b*', '/xxbxxaxx', false],
])('%s and %s: %s', (pattern, path, expected) => {
  expect(matchesPath(pattern, path)).toBe(expected);
});

test('takes time in proportion to pattern and path, whatever they are', async () => {
  const took = await leastCpuMs(1000, () => {
    expect(matchesPath('/' + '*a'.repeat(12) + 'b', '/' + 'a'.repeat(2000))).toBe(false);
  });
  expect(took).toBeLessThan(1000);
});
