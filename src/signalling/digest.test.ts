/** Vectors of RFC 2617, 3.5 and RFC 7616, 3.9.1; choice of the algorithm: RFC 8760, 2.3. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { challengeOf, credentials, Gatekeeper } from './digest.js';
import { leastCpuMs } from '../testing/timing.js';

const GET = { method: 'GET', uri: '/dir/index.html' };
const MUFASA = { username: 'Mufasa', password: 'Circle of Life' };
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const CNONCE = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

function rfc7616(algorithm: string): string {
  return (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", ' +
    `algorithm=${algorithm}, nonce="${NONCE}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
  );
}

function answered(challenges: readonly string[], login = MUFASA, cnonce = CNONCE): string {
  const challenge = challengeOf(challenges);
  if (challenge === undefined) throw new Error('no challenge was understood');
  return credentials(login, challenge, GET, 1, cnonce);
}

describe('credentials', () => {
  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('RFC 7616, 3.9.1: %s', (algorithm, response) => {
    const text = answered([rfc7616(algorithm)]);
    expect(text).toContain(`response="${response}"`);
    expect(text).toContain(`algorithm=${algorithm}`);
    expect(text).toContain(`qop=auth, nc=00000001, cnonce="${CNONCE}"`);
    expect(text).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
  });

  it('RFC 2617, 3.5: no algorithm is MD5', () => {
    const challenge =
      'Digest realm="testrealm@host.com", qop="auth,auth-int", ' +
      'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const login = { username: 'Mufasa', password: 'Circle Of Life' };
    expect(answered([challenge], login, '0a4f113b')).toContain(
      'response="6629fae49393a05397450978507c4ef1"',
    );
  });

  it.each([
    ['MD5-sess', 'md5'],
    ['SHA-256-sess', 'sha256'],
  ])('%s mixes nonce and cnonce into the secret (RFC 7616, 3.4.2)', (algorithm, name) => {
    const hash = (text: string) => createHash(name).update(text).digest('hex');
    const secret = hash('Mufasa:http-auth@example.org:Circle of Life');
    const a1 = hash(`${secret}:${NONCE}:${CNONCE}`);
    const a2 = hash('GET:/dir/index.html');
    const response = hash(`${a1}:${NONCE}:00000001:${CNONCE}:auth:${a2}`);
    expect(answered([rfc7616(algorithm)])).toContain(`response="${response}"`);
  });

  it('names the cnonce of -sess also without qop', () => {
    const text = answered(['Digest realm="a", nonce="b", algorithm=MD5-sess']);
    expect(text).toContain(`cnonce="${CNONCE}"`);
    expect(text).not.toContain('qop');
  });

  it('without qop follows RFC 2069', () => {
    const hash = (text: string) => createHash('md5').update(text).digest('hex');
    const response = hash(`${hash('Mufasa:a:Circle of Life')}:b:${hash('GET:/dir/index.html')}`);
    const text = answered(['Digest realm="a",nonce="b"']);
    expect(text).toContain(`response="${response}"`);
    expect(text).not.toContain('nc=');
  });

  it('counts the uses of a nonce in eight hexadecimal digits', () => {
    const challenge = challengeOf([rfc7616('MD5')]);
    if (challenge === undefined) throw new Error('no challenge');
    expect(credentials(MUFASA, challenge, GET, 255)).toContain('nc=000000ff');
  });

  it('escapes quotes', () => {
    const login = { username: 'a"b\\c', password: 'x' };
    expect(answered([rfc7616('MD5')], login)).toContain(String.raw`username="a\"b\\c"`);
  });
});

describe('challengeOf', () => {
  it.each([
    {
      name: 'the first that is known (RFC 8760, 2.3)',
      values: [rfc7616('SHA-512-256'), rfc7616('SHA-256'), rfc7616('MD5')],
      algorithm: 'SHA-256',
    },
    { name: 'Digest among others', values: ['Basic realm="a"', rfc7616('md5')], algorithm: 'MD5' },
    { name: 'nothing but auth-int', values: ['Digest nonce="a", qop="auth-int"'] },
    { name: 'no nonce', values: ['Digest realm="a"'] },
    { name: 'no challenge', values: [] },
    { name: 'another scheme', values: ['Bearer realm="a"'] },
  ])('$name', ({ values, algorithm }) => {
    expect(challengeOf(values)?.algorithm).toBe(algorithm);
  });

  it.each([
    ['stale=true', true],
    ['stale=TRUE', true],
    ['stale="true"', true],
    ['stale=false', false],
    ['x=1', false],
  ])('%s', (parameter, stale) => {
    expect(challengeOf([`Digest realm="a", nonce="b", ${parameter}`])?.stale).toBe(stale);
  });

  it('reads commas, semicolons, equals signs and escapes inside of quotes', () => {
    const found = challengeOf([
      String.raw`Digest realm="a, b;c=d \"e\"" , nonce = "x,y" ,qop=auth`,
    ]);
    expect(found).toMatchObject({ realm: 'a, b;c=d "e"', nonce: 'x,y', qop: true });
  });
});

it('reads a long text without a parameter in no time', async () => {
  const took = await leastCpuMs(500, () => {
    expect(challengeOf([`Digest ${'x'.repeat(60_000)}`])).toBeUndefined();
  });
  // Time in proportion to the square of the length would be three seconds.
  expect(took).toBeLessThan(500);
});

describe('Gatekeeper', () => {
  const LOGIN = { username: 'alice', password: 's3cr3t, "x"' };
  const ASKED = { method: 'REGISTER', uri: 'sip:pbx' };

  function asked(algorithm: 'MD5' | 'SHA-256', qop: boolean) {
    const keeper = new Gatekeeper({ ...LOGIN, realm: 'pbx', algorithm, qop });
    const challenge = challengeOf([keeper.challenge()]);
    if (challenge === undefined) throw new Error('it cannot read its own challenge');
    return { keeper, challenge };
  }

  it.each([
    ['MD5', true],
    ['MD5', false],
    ['SHA-256', true],
    ['SHA-256', false],
  ] as const)('%s, qop %s: right credentials, and what is wrong with others', (algorithm, qop) => {
    const { keeper, challenge } = asked(algorithm, qop);
    const right = credentials(LOGIN, challenge, ASKED);
    expect(keeper.judge(right, 'REGISTER')).toBe('right');
    expect(keeper.judge(right, 'INVITE')).toBe('wrong');
    const judge = (login: typeof LOGIN) =>
      keeper.judge(credentials(login, challenge, ASKED), 'REGISTER');
    expect(judge({ ...LOGIN, password: 'x' })).toBe('wrong');
    expect(judge({ ...LOGIN, username: 'bob' })).toBe('wrong');
    expect(keeper.judge(undefined, 'REGISTER')).toBe('missing');
    expect(keeper.judge('Basic YTpi', 'REGISTER')).toBe('missing');
    expect(keeper.judge('Digest', 'REGISTER')).toBe('missing');
    const foreign = { ...challenge, nonce: 'not ours' };
    expect(keeper.judge(credentials(LOGIN, foreign, ASKED), 'REGISTER')).toBe('unknown');
  });

  it('says that a nonce is stale, and gives a new one each time', () => {
    const { keeper, challenge } = asked('MD5', true);
    const again = challengeOf([keeper.challenge(true)]);
    expect(again?.stale).toBe(true);
    expect(challenge.stale).toBe(false);
    expect(again?.nonce).not.toBe(challenge.nonce);
  });
});
