import { X509Certificate, createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { agentCertificate } from './certificate.js';

test('is a valid self-signed certificate with its key', () => {
  const pem = agentCertificate();
  const certificate = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')));
  const key = createPrivateKey(pem.slice(0, pem.indexOf('-----BEGIN CERTIFICATE')));
  expect(certificate.verify(certificate.publicKey)).toBe(true);
  expect(certificate.checkPrivateKey(key)).toBe(true);
  expect(certificate.subject).toBe('CN=offhook agent');
  expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1');
  expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now());
  expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 3600 * 24 * 365 * 1000);
  expect(agentCertificate()).toBe(pem);
});
