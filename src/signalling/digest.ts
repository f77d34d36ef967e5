/** Digest authentication of SIP, on both sides (RFC 3261, 22; RFC 7616; RFC 8760): MD5 and SHA-256, with qop or without. */
import { createHash, randomBytes } from 'node:crypto';
import { parametersOf } from '../sip/uri.js';
import { Recent } from './recent.js';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: Algorithm;
  /** Whether `auth` is offered. */
  readonly qop: boolean;
  readonly opaque?: string;
  readonly stale: boolean;
}

type Algorithm = 'MD5' | 'SHA-256' | 'MD5-sess' | 'SHA-256-sess';

const HASHES: ReadonlyMap<string, readonly [algorithm: Algorithm, hash: string]> = new Map([
  ['md5', ['MD5', 'md5']],
  ['sha-256', ['SHA-256', 'sha256']],
  ['md5-sess', ['MD5-sess', 'md5']],
  ['sha-256-sess', ['SHA-256-sess', 'sha256']],
]);

/** A header's parameters: `Digest realm="a", nonce="b"`. Undefined for another scheme. */
export function digestParameters(value: string): ReadonlyMap<string, string> | undefined {
  const match = /^\s*Digest\s+(.*)$/is.exec(value);
  if (match === null) return undefined;
  // The parameters are a list with commas, which quoted values may hold as well.
  // A name is looked for only where one begins: a long text without any would take the square of its length.
  const parts =
    (match[1] ?? '').match(/(?<![^\s,])[^\s,=]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s,]*)/g) ?? [];
  const plain = new Map<string, string>();
  for (const part of parts) {
    for (const [name, text] of parametersOf(part.replace(/;/g, '\u0000'))) {
      plain.set(name, unquoted(text.replace(/\u0000/g, ';')));
    }
  }
  return plain;
}

/** A quoted-string (RFC 3261, 25.1). */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function unquoted(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

/** The first challenge that can be answered: a server lists its favourite first (RFC 8760, 2.3). */
export function challengeOf(values: readonly string[]): Challenge | undefined {
  for (const value of values) {
    const given = digestParameters(value);
    const [algorithm] = HASHES.get((given?.get('algorithm') ?? 'MD5').toLowerCase()) ?? [];
    const nonce = given?.get('nonce');
    if (given === undefined || algorithm === undefined || nonce === undefined) continue;
    const opaque = given.get('opaque');
    const qop = given.get('qop');
    if (qop !== undefined && !/(?:^|[\s,])auth(?:$|[\s,])/i.test(qop)) continue;
    return {
      realm: given.get('realm') ?? '',
      nonce,
      algorithm,
      qop: qop !== undefined,
      ...(opaque === undefined ? {} : { opaque }),
      stale: given.get('stale')?.toLowerCase() === 'true',
    };
  }
  return undefined;
}

/** A request as far as credentials depend on it. */
export interface Asked {
  readonly method: string;
  readonly uri: string;
}

/** The value of Authorization or Proxy-Authorization. `count`: how often the nonce was used, this time included. */
export function credentials(
  { username, password }: Login,
  challenge: Challenge,
  { method, uri }: Asked,
  count = 1,
  cnonce = randomBytes(8).toString('hex'),
): string {
  const { realm, nonce, algorithm, opaque } = challenge;
  const nc = count.toString(16).padStart(8, '0');
  const qop = challenge.qop ? { nc, cnonce } : undefined;
  const response = digest({
    username,
    realm,
    password,
    nonce,
    algorithm,
    method,
    uri,
    cnonce,
    qop,
  });
  return [
    `Digest username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop === undefined ? [] : [`qop=auth, nc=${nc}, cnonce="${cnonce}"`]),
    // RFC 7616, 3.4: -sess needs the cnonce also without qop.
    ...(qop === undefined && algorithm.endsWith('-sess') ? [`cnonce="${cnonce}"`] : []),
  ].join(', ');
}

interface DigestInput extends Login, Asked {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: Algorithm;
  readonly cnonce: string;
  readonly qop?: { readonly nc: string; readonly cnonce: string } | undefined;
}

function digest(given: DigestInput): string {
  const { username, realm, password, nonce, algorithm, method, uri, cnonce, qop } = given;
  const [, name = 'md5'] = HASHES.get(algorithm.toLowerCase()) ?? [];
  const hash = (text: string): string => createHash(name).update(text, 'utf8').digest('hex');
  const secret = hash(`${username}:${realm}:${password}`);
  const a1 = algorithm.endsWith('-sess') ? hash(`${secret}:${nonce}:${cnonce}`) : secret;
  const a2 = hash(`${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${qop.nc}:${qop.cnonce}:auth`;
  return hash(`${a1}:${middle}:${a2}`);
}

/** How a peer asks others for a login. */
export interface ChallengeWish extends Login {
  readonly realm: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  readonly qop: boolean;
}

/** Credentials for an older nonce are stale. */
const NONCES_KEPT = 10_000;

/** Asks for a login and checks it, as a registrar or proxy does. */
export class Gatekeeper {
  readonly #wish: ChallengeWish;
  readonly #nonces = new Recent<true>(NONCES_KEPT);

  constructor(wish: ChallengeWish) {
    this.#wish = wish;
  }

  /** The value of WWW-Authenticate or Proxy-Authenticate. */
  challenge(stale = false): string {
    const { realm, algorithm, qop } = this.#wish;
    const nonce = randomBytes(16).toString('hex');
    this.#nonces.set(nonce, true);
    const more = `${qop ? ', qop="auth"' : ''}${stale ? ', stale=true' : ''}`;
    return `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}${more}`;
  }

  /** Whether the credentials answer a challenge of ours. `unknown`: their nonce is not ours, so they are stale. */
  judge(value: string | undefined, method: string): 'right' | 'wrong' | 'missing' | 'unknown' {
    const given = value === undefined ? undefined : digestParameters(value);
    if (given === undefined) return 'missing';
    const { realm, username, password, algorithm } = this.#wish;
    const nonce = given.get('nonce') ?? '';
    if (this.#nonces.get(nonce) === undefined) return 'unknown';
    const nc = given.get('nc');
    const cnonce = given.get('cnonce') ?? '';
    const uri = given.get('uri') ?? '';
    const qop = given.has('qop') && nc !== undefined ? { nc, cnonce } : undefined;
    const expected = digest({
      username,
      realm,
      password,
      nonce,
      algorithm,
      method,
      uri,
      cnonce,
      qop,
    });
    const isRight = given.get('username') === username && given.get('response') === expected;
    return isRight ? 'right' : 'wrong';
  }
}
