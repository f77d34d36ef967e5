/**
 * A self-signed certificate for a mock server. Node reads X.509 but does not write it: this writes the few
 * parts one needs, in DER (RFC 5280, 4.1; ITU-T X.690).
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

export interface Certificate {
  cert: string;
  key: string;
}

const DAY_MS = 24 * 3600 * 1000;

/** For "localhost", the loopback addresses and that host; valid for 30 days. */
export function selfSigned(host: string): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const now = Date.now();
  const algorithm = sequence(oid('1.2.840.10045.4.3.2'));
  const name = sequence(
    tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, 'offhook mock server'))),
  );
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    sequence(utcTime(now - DAY_MS), utcTime(now + 30 * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(extension('2.5.29.17', alternativeNames(host)), BASIC_CONSTRAINTS)),
  );
  const signature = sign('sha256', body, createPrivateKey(privateKey.export(PEM)));
  const der = sequence(body, algorithm, bitString(signature));
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export(PEM)),
  };
}

const PEM = { type: 'pkcs8', format: 'pem' } as const;

function alternativeNames(host: string): Buffer {
  const addresses = ['127.0.0.1', '::1', ...(isIP(host) === 0 ? [] : [host])];
  const names = ['localhost', ...(isIP(host) === 0 ? [host] : [])];
  return sequence(
    ...names.map((one) => tagged(0x82, one)),
    ...[...new Set(addresses)].map((one) => tagged(0x87, addressBytes(one))),
  );
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [first, last] = [groups(head), groups(tail)];
  const middle = Array<string>(8 - first.length - last.length).fill('0');
  return Buffer.from(
    [...first, ...middle, ...last].map((group) => group.padStart(4, '0')).join(''),
    'hex',
  );
}

/** CA: TRUE, so that the certificate can be named as its own authority. */
const BASIC_CONSTRAINTS = extension('2.5.29.19', sequence(tagged(0x01, Buffer.from([0xff]))));

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, value));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, `${digits}Z`);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const groups = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

function tagged(tag: number, content: Buffer | string): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const { length } = bytes;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}
