import { expect, test } from 'vitest';
import type { HeaderField, SipMessage } from './sip-message.js';
import { Credentials } from './credentials.js';

function message(headers: HeaderField[], code?: number): SipMessage {
  return {
    direction: code === undefined ? 'sent' : 'received',
    transport: 'UDP',
    local: '',
    remote: '',
    method: 'REGISTER',
    call_id: 'r',
    cseq: 1,
    headers,
    body: '',
    ...(code === undefined ? {} : { code }),
  };
}
const plain = message([]);
const answering = (nonce: string, field = 'Authorization') =>
  message([[field, `Digest username="a", realm="r", nonce="${nonce}", response="00"`]]);
const challenge = (nonce: string, more = '') =>
  message([['WWW-Authenticate', `Digest realm="r", nonce="${nonce}"${more}`]], 401);
const proxyChallenge = (nonce: string) =>
  message([['Proxy-Authenticate', `Digest realm="r", nonce="${nonce}"`]], 407);

test.each([
  ['another nonce', challenge('n2')],
  ['the same nonce', challenge('n1')],
  ['stale=false', challenge('n2', ', stale=false')],
])('a second challenge refuses the credentials made for the first: %s', (_what, second) => {
  const credentials = new Credentials();
  expect(credentials.refusedBy(plain, challenge('n1'))).toBe(false);
  expect(credentials.refusedBy(answering('n1'), second)).toBe(true);
});

test('407 refuses Proxy-Authorization', () => {
  const credentials = new Credentials();
  expect(credentials.refusedBy(plain, proxyChallenge('n1'))).toBe(false);
  expect(credentials.refusedBy(answering('n1', 'Proxy-Authorization'), proxyChallenge('n2'))).toBe(
    true,
  );
});

test('a proxy that challenges after the registrar has refused nothing', () => {
  const credentials = new Credentials();
  expect(credentials.refusedBy(plain, challenge('n1'))).toBe(false);
  expect(credentials.refusedBy(answering('n1'), proxyChallenge('p1'))).toBe(false);
});

test('a refresh with a nonce of before is only challenged', () => {
  const credentials = new Credentials();
  credentials.refusedBy(plain, challenge('n1'));
  expect(credentials.refusedBy(answering('n1'), message([], 200))).toBe(false);
  expect(credentials.refusedBy(answering('n1'), challenge('n2'))).toBe(false);
  expect(credentials.refusedBy(answering('n2'), challenge('n3'))).toBe(true);
});

test('stale is believed once', () => {
  const credentials = new Credentials();
  credentials.refusedBy(plain, challenge('n0'));
  const seen = [1, 2].map((at) =>
    credentials.refusedBy(answering(`n${at - 1}`), challenge(`n${at}`, ', stale=TRUE')),
  );
  expect(seen).toEqual([false, true]);
});

test('any other refusal is none of the credentials', () => {
  const credentials = new Credentials();
  credentials.refusedBy(plain, challenge('n1'));
  expect(credentials.refusedBy(answering('n1'), message([], 403))).toBe(false);
});
