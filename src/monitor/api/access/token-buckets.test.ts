import { expect, it, test } from 'vitest';
import { networkOf, TokenBuckets } from './token-buckets.js';

it('lets a burst through, then so many per second, each address by itself', () => {
  const buckets = new TokenBuckets({ burst: 3, per_second: 0.5 });
  const take = (now: number, address = '10.0.0.1'): number => buckets.take(address, now);
  expect([take(0), take(0), take(0), take(0)]).toEqual([0, 0, 0, 2]);
  expect(take(0, '10.0.0.2')).toBe(0);
  expect([take(1000), take(2000), take(2000)]).toEqual([1, 0, 2]);
  expect([1, 2, 3, 4].map(() => take(1e6))).toEqual([0, 0, 0, 2]);
});

it('remembers 10,000 addresses, those seen last', () => {
  const buckets = new TokenBuckets({ burst: 1, per_second: 0.001 });
  const address = (number: number): string =>
    `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  for (let count = 0; count < 20_000; count += 1) buckets.take(address(count), 0);
  expect(buckets.size).toBe(10_000);
  expect(buckets.take(address(19_999), 0)).toBeGreaterThan(0);
  expect(buckets.take(address(0), 0)).toBe(0);
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::9', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
])('the network of %s: %s', (address, expected) => {
  expect(networkOf(address)).toBe(expected);
});
