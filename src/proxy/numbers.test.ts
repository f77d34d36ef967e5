import { expect, test } from 'vitest';
import { Numbers } from './numbers.js';

test('without requests of the script every number stays', () => {
  const numbers = new Numbers();
  for (const number of [58_000, 58_000, 58_001, 58_003]) {
    expect(numbers.outward('c', number)).toBe(number);
    expect(numbers.inward('c', number)).toBe(number);
  }
});

test('numbers of the phone go on behind those of the script', () => {
  const numbers = new Numbers();
  expect(numbers.outward('c', 10)).toBe(10);
  numbers.took('c', 11);
  numbers.took('c', 12);
  // the ACK of the INVITE, and a retransmission
  expect(numbers.outward('c', 10)).toBe(10);
  expect(numbers.outward('c', 11)).toBe(13);
  expect(numbers.outward('c', 12)).toBe(14);
  numbers.took('c', 15);
  expect(numbers.outward('c', 13)).toBe(16);
  expect(numbers.highest('c')).toBe(16);
  expect([10, 13, 14, 16].map((one) => numbers.inward('c', one))).toEqual([10, 11, 12, 13]);
});

test('a call in which the script is first', () => {
  const numbers = new Numbers();
  expect(numbers.highest('c')).toBe(0);
  numbers.took('c', 1);
  const bye = numbers.outward('c', 30_000);
  expect(bye).toBeGreaterThan(1);
  expect(numbers.inward('c', bye)).toBe(30_000);
});

test('calls do not know each other, and old ones are forgotten', () => {
  const numbers = new Numbers();
  numbers.took('first', 7);
  expect(numbers.outward('second', 1)).toBe(1);
  for (let call = 0; call < 1000; call += 1) numbers.outward(String(call), 1);
  expect(numbers.highest('first')).toBe(0);
  // long calls, too
  for (let number = 1; number < 10_000; number += 1) numbers.outward('long', number);
  expect(numbers.inward('long', 9999)).toBe(9999);
});
