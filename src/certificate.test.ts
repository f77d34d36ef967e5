import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { selfSigned } from './certificate.js';

// Loading the library takes longer than a test may.
beforeAll(async () => {
  await import('selfsigned');
});

test.each(['127.0.0.1', '2001:db8::7', 'fe80::1', 'mock.test'])(
  'for %s: its own authority, for loopback and the host',
  async (host) => {
    const { cert, key } = await selfSigned('offhook test', [host], 30);
    const read = new X509Certificate(cert);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(read.ca).toBe(true);
    expect(read.subject).toBe('CN=offhook test');
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(read.checkIP('::1')).toBe('::1');
    expect(isIP(host) === 0 ? read.checkHost(host) : read.checkIP(host)).toBe(host);
    expect(read.checkHost('other.test')).toBeUndefined();
    expect(Date.parse(read.validFrom)).toBeLessThan(Date.now());
    const days = (Date.parse(read.validTo) - Date.now()) / (24 * 3600 * 1000);
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThanOrEqual(30);
  },
);
