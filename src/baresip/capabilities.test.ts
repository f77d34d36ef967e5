import { expect, test } from 'vitest';
import { compareVersions, hasCapability, listCapabilities } from './capabilities.js';

test('versions are compared by number, not by text', () => {
  const sorted = ['0.6.5', '1.0.0', '1.1.0', '2.0', '3.9.0', '3.14.0', '4.10.0-dev', '10.0.0'];
  expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
  expect(compareVersions('2.0', '2.0.0')).toBe(0);
});

test('a capability begins with its version', () => {
  expect(hasCapability('1.1.0', 'uareg')).toBe(false);
  expect(hasCapability('2.0.0', 'uareg')).toBe(true);
  expect(listCapabilities()).toContainEqual({
    name: 'call_ids',
    since: '1.1.0',
    what: expect.any(String) as string,
  });
});
