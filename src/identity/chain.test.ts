import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { beforeAll, expect, test } from 'vitest';
import { certificatesIn, chainProblem } from './chain.js';
import { readIdentity } from './read.js';
import { signIdentity } from './sign.js';

interface Issued {
  readonly cert: string;
  readonly private: string;
}

const DAY_S = 24 * 3600;
const NOW = Math.floor(Date.now() / 1000);

async function issued(name: string, cA: boolean, by?: Issued, days = 30): Promise<Issued> {
  return generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date((NOW - DAY_S) * 1000),
    notAfterDate: new Date((NOW + days * DAY_S) * 1000),
    extensions: [{ name: 'basicConstraints', cA, critical: true }],
    ...(by === undefined ? {} : { ca: { key: by.private, cert: by.cert } }),
  });
}

let root: Issued, namesake: Issued, between: Issued, leaf: Issued, below: Issued, old: Issued;
let ofOld: Issued;

beforeAll(async () => {
  [root, namesake, old] = await Promise.all([
    issued('root', true),
    issued('root', true),
    issued('old root', true, undefined, 1),
  ]);
  [between, ofOld] = await Promise.all([issued('between', true, root), issued('late', false, old)]);
  leaf = await issued('SHAKEN 1234', false, between);
  below = await issued('below', false, leaf);
});

const problem = (chain: readonly Issued[], trusted: readonly Issued[], now = NOW) =>
  chainProblem(
    chain.map(({ cert }) => new X509Certificate(cert)),
    trusted.map(({ cert }) => new X509Certificate(cert)),
    now,
  );

test('a chain to an authority, whatever else is in the list', () => {
  expect(problem([leaf, between], [namesake, root])).toBeUndefined();
  expect(problem([leaf, namesake, between], [root])).toBeUndefined();
  expect(problem([leaf], [between])).toBeUndefined();
  expect(problem([leaf], [leaf])).toBeUndefined();
});

test('what is missing, false or too old says so', () => {
  const issuer = 'the certificate of CN=SHAKEN 1234 was issued by CN=between';
  expect(problem([leaf], [root])).toContain(issuer);
  expect(problem([leaf, between], [namesake])).toContain('CN=between was issued by CN=root');
  expect(problem([below, leaf, between], [root])).toBe(
    'CN=SHAKEN 1234, the issuer of CN=below, is not a certificate authority',
  );
  expect(problem([ofOld], [old], NOW + 2 * DAY_S)).toContain('of CN=old root is only valid from');
  // the certificate has signed itself, and is not trusted
  expect(problem([root], [namesake])).toBe(
    'CN=root has signed its certificate itself, and is not trusted',
  );
  expect(problem([root, root], [namesake])).toContain('no chain to a trusted authority');
  expect(problem([], [root])).toBe('the certificate has no chain to a trusted authority');
});

test('read_identity answers 437 for an issuer nobody trusts', () => {
  const value = signIdentity({
    private_key: leaf.private,
    x5u: 'https://cert.example.org/a.pem',
    orig: '+12155550121',
    dest: '+12155550131',
  });
  const certificate = `${leaf.cert}\n${between.cert}`;
  expect(certificatesIn(certificate)).toHaveLength(2);
  expect(readIdentity(value, { certificate, trusted: root.cert }).valid).toBe(true);
  const wrong = readIdentity(value, { certificate, trusted: namesake.cert });
  expect(wrong).toMatchObject({ valid: false, code: 437 });
  expect(wrong.reason).toContain('was issued by CN=root');
  expect(readIdentity(value, { certificate: leaf.cert }).valid).toBe(true);
  expect(() => readIdentity(value, { certificate, trusted: 'none' })).toThrow(/"trusted" must be/);
  expect(() => readIdentity(value, { trusted: root.cert })).toThrow('needs the option');
});
