import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson, identified, identityField } from './canonical.js';
import { type Identity, isSigned, readIdentity, type ReadOptions } from './read.js';
import { signIdentity, type SignOptions } from './sign.js';

const NOW = 1_443_208_345;
const X5U = 'https://cert.example.org/passport.cer';

function pair(namedCurve = 'prime256v1'): { private_key: string; public_key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return {
    private_key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    public_key: String(publicKey.export({ type: 'spki', format: 'pem' })),
  };
}
const KEYS = pair();

function signed(more: Partial<SignOptions> = {}): string {
  return signIdentity({
    private_key: KEYS.private_key,
    x5u: X5U,
    orig: '+1 (215) 555-0121',
    dest: '+12155550131',
    iat: NOW,
    ...more,
  });
}

function read(value: string, more: ReadOptions = {}): Identity {
  return readIdentity(value, { public_key: KEYS.public_key, now: NOW, ...more });
}

const payloadOf = (value: string): string =>
  Buffer.from(identityField(value)?.parts[1] ?? '', 'base64url').toString();

describe('canonical form', () => {
  test('keys in order at every level, no blanks', () => {
    const value = { b: [{ d: 1, c: 'x y' }], a: null, B: true };
    expect(canonicalJson(value)).toBe('{"B":true,"a":null,"b":[{"c":"x y","d":1}]}');
  });

  // RFC 8225, appendix A
  test('header and payload are signed as the RFC writes them', () => {
    const value = signed({
      iat: 1_471_375_418,
      orig: '+12155551212',
      dest: 'sip:alice@example.com',
    });
    expect(identityField(value)?.parts.slice(0, 2)).toEqual([
      'eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9',
      'eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6MTQ3MTM3NTQxOCwib3JpZyI6eyJ0biI6IjEyMTU1NTUxMjEyIn19',
    ]);
  });

  test.each([
    ['+49 (30) 123-45.67', { tn: '49301234567' }],
    ['*21#', { tn: '*21#' }],
    ['tel:+1-215-555-0121;ext=5', { tn: '12155550121' }],
    ['sip:+1.215.555.0121@Example.com', { tn: '12155550121' }],
    ['sip:2155550121@example.com;user=phone', { tn: '2155550121' }],
    ['sip:2155550121@Example.com:5070;transport=tcp', { uri: 'sip:2155550121@example.com' }],
    ['sips:Alice@EXAMPLE.com', { uri: 'sips:Alice@example.com' }],
    ['sip:+anna@example.com', { uri: 'sip:+anna@example.com' }],
    ['urn:service:sos', { uri: 'urn:service:sos' }],
  ])('%s', (text, claim) => {
    expect(identified(text)).toEqual(claim);
  });
});

// draft-ietf-stir-passport-09, appendix A: signed by others
test('ES256 as others sign it', () => {
  const key = createPublicKey(`-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8HNbQd/TmvCKwPKHkMF9fScavGeH
78YTU8qLS8I5HLHSSmlATLcslQMhNC/OhlWBYC626nIlo7XeebYS7Sb37g==
-----END PUBLIC KEY-----`);
  const text =
    'eyJhbGciOiJFUzI1NiIsInR5cCI6InBhc3Nwb3J0IiwieDV1IjoiaHR0cHM6Ly9jZXJ0LmV4YW1wbGUub3JnL3Bhc3Nwb3J0LmNlciJ9.' +
    'eyJkZXN0Ijp7InVyaSI6WyJzaXA6YWxpY2VAZXhhbXBsZS5jb20iXX0sImlhdCI6IjE0NDMyMDgzNDUiLCJvcmlnIjp7InRuIjoiMTIxNTU1NTEyMTIifX0';
  const signature =
    'rq3pjT1hoRwakEGjHCnWSwUnshd0-zJ6F1VOgFWSjHBr8Qjpjlk-cpFYpFYsojNCpTzO3QfPOlckGaS6hEck7w';
  expect(isSigned(text, signature, key)).toBe(true);
  expect(isSigned(`${text}A`, signature, key)).toBe(false);
});

test('a SHAKEN token: claims, parameters, and that it is valid', () => {
  const value = signed({ attest: 'A', origid: '123e4567-e89b-12d3-a456-426655440000' });
  expect(value).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86};info=<[^>]*>;alg=ES256;ppt=shaken$/);
  expect(payloadOf(value)).toBe(
    `{"attest":"A","dest":{"tn":["12155550131"]},"iat":${NOW},"orig":{"tn":"12155550121"},"origid":"123e4567-e89b-12d3-a456-426655440000"}`,
  );
  expect(read(value, { orig: 'tel:+12155550121', dest: 'sip:+12155550131@x' })).toEqual({
    compact: false,
    header: { alg: 'ES256', ppt: 'shaken', typ: 'passport', x5u: X5U },
    payload: JSON.parse(payloadOf(value)) as unknown,
    info: X5U,
    alg: 'ES256',
    ppt: 'shaken',
    valid: true,
  });
});

test('several destinations, other claims, and some left out', () => {
  const dest = ['+1215', 'sip:a@b', '+1216'];
  const value = signed({ dest, attest: 'B', claims: { origid: null, rcd: { nam: 'Anna' } } });
  expect(JSON.parse(payloadOf(value))).toEqual({
    attest: 'B',
    dest: { tn: ['1215', '1216'], uri: ['sip:a@b'] },
    iat: NOW,
    orig: { tn: '12155550121' },
    rcd: { nam: 'Anna' },
  });
});

test('the parameters as others write them: quoted, with blanks, in any order', () => {
  const value = signed({ attest: 'A' }).replace(/;.*/, ` ; PPT = "shaken" ;info= <${X5U}>`);
  expect(read(value)).toMatchObject({ valid: true, ppt: 'shaken', info: X5U });
});

test('the compact form: put together from the message', () => {
  const value = signed({ compact: true });
  expect(value).toMatch(/^\.\.[\w-]{86};info=/);
  const message = { orig: 'sip:+12155550121@a', dest: '+12155550131', iat: NOW };
  expect(read(value, message)).toMatchObject({ compact: true, valid: true });
  expect(read(value, { ...message, dest: '+12155550132' })).toMatchObject({ code: 438 });
  expect(read(value)).toMatchObject({ code: 438 });
  expect(read(value).reason).toContain('compact');
});

describe('what is wrong, and the response to it', () => {
  test.each<[what: string, value: string, code: number, reason: RegExp, more?: ReadOptions]>([
    ['nothing', '', 428, /no Identity header/],
    ['no token', 'hello', 438, /three parts/],
    ['two tokens', `${signed()}, ${signed()}`, 438, /not one token/],
    ['half a compact form', `.${signed().split('.').slice(1).join('.')}`, 438, /three parts/],
    ['no info', signed().replace(/;.*/, ''), 436, /info/],
    ['another info', signed().replace(/info=<[^>]*>/, 'info=<https://x>'), 438, /x5u/],
    ['another alg', signed().replace('alg=ES256', 'alg=RS256'), 437, /RS256/],
    ['alg of the token', signed({ header: { alg: 'none' } }), 437, /"none"/],
    ['typ', signed({ header: { typ: 'jwt' } }), 438, /^typ of the token is "jwt"/],
    ['ppt of the header alone', `${signed()};ppt=shaken`, 438, /ppt/],
    ['no JSON', signed().replace(/\.[^.]*\./, '.eyJh.'), 438, /payload/],
    ['an array', signed().replace(/\.[^.]*\./, '.W10.'), 438, /payload/],
    ['iat as text', signed({ claims: { iat: String(NOW) } }), 438, /iat is "1443208345"/],
    ['no orig', signed({ claims: { orig: null } }), 438, /orig is absent/],
    ['dest as text', signed({ claims: { dest: '1' } }), 438, /dest is "1"/],
    ['attest', signed({ attest: 'A', claims: { attest: 'D' } }), 438, /attest is "D"/],
    ['no origid', signed({ attest: 'A', claims: { origid: null } }), 438, /origid is absent/],
    ['too old', signed({ iat: NOW - 61 }), 403, /^iat is 61 s ago \(limit 60 s\)$/],
    ['ahead', signed({ iat: NOW + 61 }), 403, /61 s ahead/],
    ['another caller', signed(), 438, /^orig is/, { orig: '+12155550122' }],
    ['another callee', signed(), 438, /^dest is/, { dest: 'sip:bob@x' }],
    ['another key', signed({ private_key: pair().private_key }), 438, /signature/],
    ['a claim that was changed', signed().replace('.eyJk', '.eyJl'), 438, /dest is absent/],
  ])('%s', (_what, value, code, reason, more) => {
    const identity = read(value, more);
    expect(identity).toMatchObject({ valid: false, code });
    expect(identity.reason).toMatch(reason);
  });

  test('one octet of the signature', () => {
    const value = signed();
    const [token = '', ...rest] = value.split(';');
    const last = token.charAt(token.length - 10) === 'A' ? 'B' : 'A';
    const changed = token.slice(0, -10) + last + token.slice(-9);
    expect(read([changed, ...rest].join(';'))).toMatchObject({ valid: false, code: 438 });
    expect(read(value)).toMatchObject({ valid: true });
  });

  test('JSON that is nested without end', () => {
    const deep = Buffer.from(`{"a":${'['.repeat(9000)}${']'.repeat(9000)}}`).toString('base64url');
    expect(read(signed().replace(/\.[^.]*\./, `.${deep}.`))).toMatchObject({
      code: 438,
      reason: 'the payload of the token is not a JSON object',
    });
  });
});

test('60 s are allowed, and what the options say', () => {
  expect(read(signed({ iat: NOW - 60 }))).toMatchObject({ valid: true });
  expect(read(signed({ iat: NOW - 600 }), { max_age: 600 })).toMatchObject({ valid: true });
});

test('without a key all but the signature is looked at', () => {
  expect(readIdentity(signed(), { now: NOW }).valid).toBeUndefined();
  expect(readIdentity(signed(), { now: NOW + 99 })).toMatchObject({ valid: false, code: 403 });
});

test.each([
  ['no PEM', 'hello', /must be a private key on the curve P-256, as PEM: not a private key/],
  ['a public key', KEYS.public_key, /not a private key/],
  ['another curve', pair('secp384r1').private_key, /a secp384r1 key/],
])('a key that cannot sign: %s', (_what, private_key, message) => {
  expect(() => signed({ private_key })).toThrow(message);
});

test('a key that cannot be read, and one that cannot check', () => {
  expect(() => read(signed(), { public_key: 'x' })).toThrow(/"public_key" must be a public key/);
  expect(() => read(signed(), { certificate: 'x' })).toThrow(/"certificate" must be a certificate/);
  const other = pair('secp384r1').public_key;
  expect(read(signed(), { public_key: other })).toMatchObject({ code: 437 });
});
