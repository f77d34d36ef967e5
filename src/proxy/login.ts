/**
 * Logs in with SHA-256 (RFC 8760) on behalf of a phone that knows only MD5: the phone is challenged with MD5, and its answer is
 * recomputed for the server's challenge. The phone still decides which requests carry a login, and counts the uses of a nonce.
 */
import {
  challengeOf,
  credentials,
  digestParameters,
  quoted,
  type Challenge,
  type Login,
} from '../signalling/digest.js';
import type { OpenMessage } from './open-message.js';
import { Recent } from '../signalling/recent.js';

const NONCES_KEPT = 64;

export class LoginTranslation {
  readonly #login: Login;
  readonly #challenges = new Recent<Challenge>(NONCES_KEPT);

  constructor(login: Login) {
    this.#login = login;
  }

  /** Puts the challenge a server likes best into words the phone understands. */
  challenged(response: OpenMessage): void {
    for (const field of ['WWW-Authenticate', 'Proxy-Authenticate'] as const) {
      const challenge = challengeOf(response.values(field.toLowerCase()));
      if (challenge === undefined || challenge.algorithm === 'MD5') continue;
      this.#challenges.set(challenge.nonce, challenge);
      response.set(field, [asMd5(challenge)]);
    }
  }

  /** Computes the phone's answer to such a challenge anew, as the server asked for it. */
  answered(request: OpenMessage): void {
    for (const field of ['authorization', 'proxy-authorization']) {
      request.exchange(field, (value) => {
        const given = digestParameters(value);
        const challenge = this.#challenges.get(given?.get('nonce') ?? '');
        if (given === undefined || challenge === undefined) return value;
        const asked = { method: request.method ?? '', uri: given.get('uri') ?? '' };
        const count = Number.parseInt(given.get('nc') ?? '1', 16);
        return credentials(this.#login, challenge, asked, count, given.get('cnonce'));
      });
    }
  }
}

function asMd5({ realm, nonce, opaque, qop, stale }: Challenge): string {
  return [
    `Digest realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    'algorithm=MD5',
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(qop ? ['qop="auth"'] : []),
    ...(stale ? ['stale=true'] : []),
  ].join(', ');
}
