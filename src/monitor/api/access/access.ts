/** Who asks: bearer tokens of programs, sessions of browsers. No token is kept as text, none is ever sent. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../message/api-error.js';
import type { ApiToken, Role } from '../api-options.js';

/** Who asks, and how that was shown. `nobody`: no tokens are configured, so everybody on this machine may do all. */
export interface Identity {
  readonly name: string;
  readonly role: Role;
  readonly by: 'token' | 'session' | 'nobody';
}

const SESSION_COOKIE = 'offhook_session';
export const SESSION_MS = 12 * 3600_000;
/** With more sessions than that, the oldest one is logged out. */
const MOST_SESSIONS = 1000;
const LONGEST_TOKEN = 4096;

interface Session {
  readonly identity: Identity;
  readonly until: number;
}

export class Access {
  readonly #tokens: readonly { readonly identity: Identity; readonly digest: Buffer }[];
  /** The key is the digest of the session's id: a dump of the memory shows no id that a browser could send. */
  readonly #sessions = new Map<string, Session>();
  readonly #secure: boolean;

  constructor(tokens: readonly ApiToken[], secure: boolean) {
    this.#secure = secure;
    this.#tokens = tokens.map(({ name, token, role }) => ({
      identity: { name, role, by: 'token' },
      digest: digestOf(token),
    }));
  }

  get hasTokens(): boolean {
    return this.#tokens.length > 0;
  }

  /** Undefined: nobody we know. A token that is wrong is not made good by a cookie. */
  identify(headers: IncomingHttpHeaders, now = Date.now()): Identity | undefined {
    if (!this.hasTokens) return { name: 'local', role: 'operate', by: 'nobody' };
    const { authorization, cookie } = headers;
    if (authorization !== undefined) {
      const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
      return token === undefined ? undefined : this.#ofToken(token);
    }
    const id = cookieOf(cookie);
    return id === undefined ? undefined : this.#ofSession(id, now);
  }

  /** @returns value of Set-Cookie, and who it is; undefined: the token is wrong */
  login(
    token: string,
    now = Date.now(),
  ): { readonly identity: Identity; readonly cookie: string } | undefined {
    const known = this.#ofToken(token);
    if (known === undefined) return undefined;
    const id = randomBytes(32).toString('base64url');
    const identity: Identity = { ...known, by: 'session' };
    this.#sessions.set(keyOf(id), { identity, until: now + SESSION_MS });
    this.#forget(now);
    return { identity, cookie: this.#cookie(id, SESSION_MS / 1000) };
  }

  /** @returns value of Set-Cookie that takes the cookie away */
  logout(headers: IncomingHttpHeaders): string {
    const id = cookieOf(headers.cookie);
    if (id !== undefined) this.#sessions.delete(keyOf(id));
    return this.#cookie('', 0);
  }

  /** Compares with every token, so that the time does not reveal which token is similar. */
  #ofToken(token: string): Identity | undefined {
    if (token.length > LONGEST_TOKEN) return undefined;
    const digest = digestOf(token);
    let found: Identity | undefined;
    for (const known of this.#tokens) {
      if (timingSafeEqual(known.digest, digest)) found = known.identity;
    }
    return found;
  }

  #ofSession(id: string, now: number): Identity | undefined {
    const session = this.#sessions.get(keyOf(id));
    return session !== undefined && session.until > now ? session.identity : undefined;
  }

  #forget(now: number): void {
    for (const [key, { until }] of this.#sessions) {
      if (until > now && this.#sessions.size <= MOST_SESSIONS) return;
      this.#sessions.delete(key);
    }
  }

  #cookie(id: string, seconds: number): string {
    const secure = this.#secure ? '; Secure' : '';
    return `${SESSION_COOKIE}=${id}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function keyOf(id: string): string {
  return digestOf(id).toString('base64');
}

function cookieOf(field: string | undefined): string | undefined {
  const found = (field ?? '')
    .split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${SESSION_COOKIE}=`));
  return found === undefined || found.length > 200
    ? undefined
    : found.slice(SESSION_COOKIE.length + 1);
}

/** @throws ApiError 401 or 403 */
export function assertRole(identity: Identity | undefined, role: Role): void {
  if (identity === undefined) {
    const header = { 'www-authenticate': 'Bearer realm="offhook"' };
    const message = 'the token is missing or unknown: send "Authorization: Bearer TOKEN"';
    throw new ApiError(401, 'unauthorized', message, header);
  }
  if (role === 'operate' && identity.role !== 'operate') {
    throw new ApiError(
      403,
      'forbidden',
      'this token may only read: a token of role "operate" may do that',
    );
  }
}
