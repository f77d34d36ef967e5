/** Whether a registrar has refused an agent's password, as its SIP trace shows it (RFC 3261, 22; RFC 7616, 3.3). */
import { headerOf, type SipMessage } from './sip-message.js';

/** How many `stale` challenges are believed: servers that do not share their nonces call each other's nonces stale. */
const MOST_STALE = 1;

const FIELDS: ReadonlyMap<number | undefined, readonly [challenge: string, credentials: string]> =
  new Map([
    [401, ['www-authenticate', 'authorization']],
    [407, ['proxy-authenticate', 'proxy-authorization']],
  ]);

export class Credentials {
  /** Nonce of the last challenge. */
  #nonce: string | undefined;
  #stale = 0;

  /**
   * Takes every final response with its request. Returns true if the request answered the previous challenge and was challenged
   * all the same. A request with a much older nonce, as in a refresh, proves nothing.
   */
  refusedBy(request: SipMessage, response: SipMessage): boolean {
    if ((response.code ?? 0) < 300) this.#nonce = undefined;
    const [challengeField, credentialsField] = FIELDS.get(response.code) ?? [];
    if (challengeField === undefined || credentialsField === undefined) return false;
    const challenge = headerOf(response.headers, challengeField) ?? '';
    const used = nonceOf(headerOf(request.headers, credentialsField) ?? '');
    const answered = used !== undefined && used === this.#nonce;
    this.#nonce = nonceOf(challenge);
    if (!answered) return false;
    if (!/\bstale\s*=\s*"?true\b/i.test(challenge)) return true;
    this.#stale += 1;
    return this.#stale > MOST_STALE;
  }
}

function nonceOf(field: string): string | undefined {
  return /\bnonce\s*=\s*"([^"]*)"/i.exec(field)?.[1];
}
