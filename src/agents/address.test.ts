import { expect, test } from 'vitest';
import { hostPort, isLoopback, isOwnAddress, localAddress } from './address.js';

test('an IPv6 address stands in brackets where a port follows', () => {
  expect(hostPort('127.0.0.1', 5060)).toBe('127.0.0.1:5060');
  expect(hostPort('::1', 5060)).toBe('[::1]:5060');
});

test('only addresses of interfaces are our own', () => {
  expect(isOwnAddress('127.0.0.1')).toBe(true);
  expect(isOwnAddress('127.0.0.2')).toBe(false);
  expect(isOwnAddress('203.0.113.77')).toBe(false);
  expect(isOwnAddress('2001:db8::77')).toBe(false);
});

test('loopback', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopback)).toBe(true);
  expect(['192.0.2.1', '2001:db8::1'].some(isLoopback)).toBe(false);
});

test('the address towards a next hop on loopback is loopback', async () => {
  expect(await localAddress(undefined)).toBe('127.0.0.1');
  expect(await localAddress('localhost:5070')).toBe('127.0.0.1');
  expect(['::1', '127.0.0.1']).toContain(await localAddress('[::1]:5070'));
});

test('towards a host nobody knows it is loopback, never every address', async () => {
  expect(await localAddress('nowhere.invalid')).toBe('127.0.0.1');
});
