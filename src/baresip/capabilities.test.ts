import { expect, test } from 'vitest';
import { compareVersions, hasCapability, listCapabilities } from './capabilities.js';

test('versions are compared by number, not by text', () => {
  const sorted = ['0.6.5', '1.0.0', '1.1.0', '2.0', '3.9.0', '3.14.0', '4.10.0-dev', '10.0.0'];
  expect([...sorted].reverse().sort(compareVersions)).toEqual(sorted);
  expect(compareVersions('2.0', '2.0.0')).toBe(0);
});

test('a capability begins with its version, and may end with one', () => {
  expect(hasCapability('1.1.0', 'uareg')).toBe(false);
  expect(hasCapability('2.0.0', 'uareg')).toBe(true);
  expect(hasCapability('4.9.0', 'uareg')).toBe(true);
  expect(hasCapability('1.1.0', 'ice_loopback')).toBe(true);
  expect(hasCapability('2.0.0', 'ice_loopback')).toBe(false);
});

test('what a script can see of a version says what older ones do', () => {
  const rows = listCapabilities();
  expect(rows.map(({ name }) => name)).toContain('call_ids');
  for (const { name, verbs, instead, since, until = '99' } of rows) {
    expect(verbs === undefined, name).toBe(instead === undefined);
    expect(compareVersions(since, until), name).toBeLessThan(0);
  }
});
