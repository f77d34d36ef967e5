import { X509Certificate, createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { selfSigned } from './certificate.js';

test('is its own authority, for loopback and the host', () => {
  for (const host of ['127.0.0.1', '2001:db8::7', 'mock.test']) {
    const { cert, key } = selfSigned(host);
    const read = new X509Certificate(cert);
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.checkIP('::1')).toBe('::1');
    expect(isIP(host) === 0 ? read.checkHost(host) : read.checkIP(host)).toBe(host);
    expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now());
  }
});
