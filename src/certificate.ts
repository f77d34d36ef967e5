/**
 * Self-signed certificates (RFC 5280) for the TLS servers that Offhook itself runs. Each process makes new ones: no key is
 * ever stored. The library is loaded with the first certificate, because most runs need none.
 */
import { createPublicKey } from 'node:crypto';
import { isIP } from 'node:net';

/** Both as PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

const DAY_MS = 24 * 3600 * 1000;

/** Makes a certificate for "localhost", the loopback addresses and `hosts`. It is its own CA, so that clients can be told to trust it. */
export async function selfSigned(
  commonName: string,
  hosts: readonly string[],
  days: number,
): Promise<Certificate> {
  const { generate } = await import('selfsigned');
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...hosts])];
  const now = Date.now();
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // The certificate is valid from yesterday, because the clock of a client may be behind ours.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + days * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: names.map((host) =>
          isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host },
        ),
      },
    ],
  });
  return { cert, key };
}

export interface KeyPair {
  private_key: string;
  public_key: string;
  certificate: string;
}

const KEY_DAYS = 30;

/** A key on the curve P-256 and a certificate for it, all as PEM. */
export async function keyPair(commonName: string): Promise<KeyPair> {
  const { cert, key } = await selfSigned(commonName, [], KEY_DAYS);
  const publicKey = createPublicKey(cert).export({ type: 'spki', format: 'pem' });
  return { private_key: key, public_key: String(publicKey), certificate: cert };
}
