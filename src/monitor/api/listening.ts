/** Where the API may listen, and why it cannot. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { OffhookError } from '../../errors.js';
import { isLoopback } from './access/origin.js';
import type { ApiOptions } from './api-options.js';

/** Nobody guesses one of that length at 50 requests per second. */
const SHORTEST_TOKEN = 16;

/** The address at which the API can be asked from this machine: in place of the wildcard address stands loopback. */
export function addressOf(
  { host, tls }: { readonly host: string; readonly tls?: object | undefined },
  port: number,
): string {
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  const name = shown.includes(':') ? `[${shown}]` : shown;
  return `${tls === undefined ? 'http' : 'https'}://${name}:${port}`;
}

/** @throws OffhookError E_SETTINGS */
export function assertOptions({
  host,
  tokens,
  tls,
}: Pick<ApiOptions, 'host' | 'tokens' | 'tls'>): void {
  if (tokens.length === 0 && !isLoopback(host)) {
    throw new OffhookError(
      'E_SETTINGS',
      { subject: 'listen', what: `"${host}" is reachable by others, and no token is configured` },
      { hint: 'configure "auth", or listen on 127.0.0.1' },
    );
  }
  for (const { name, token } of tokens) {
    if (token.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(token)) continue;
    throw new OffhookError(
      'E_SETTINGS',
      {
        subject: `auth: token "${name}"`,
        what: `must be at least ${SHORTEST_TOKEN} visible ASCII characters`,
      },
      { hint: 'make one with: openssl rand -hex 24' },
    );
  }
  if (tls !== undefined) assertPair(tls);
}

function assertPair(tls: { readonly cert: string; readonly key: string }): void {
  try {
    createSecureContext(tls);
    // OpenSSL takes a certificate without a key, too, and then ends each connection.
    if (!new X509Certificate(tls.cert).checkPrivateKey(createPrivateKey(tls.key))) {
      throw new Error('the key belongs to another certificate');
    }
  } catch (error) {
    throw new OffhookError(
      'E_SETTINGS',
      {
        subject: 'listen: tls',
        what: 'the certificate and the key cannot be used together',
        seen: error instanceof Error ? error.message : String(error),
      },
      { hint: 'give a certificate and its key, both as PEM, the key without a passphrase' },
    );
  }
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: ['the port is taken', 'end the program that has it, or take another port'],
  EACCES: ['permission denied', 'take a port above 1023'],
  EADDRNOTAVAIL: ['this machine has no such address', 'listen on 127.0.0.1, or on 0.0.0.0'],
  ENOTFOUND: ['no such host', 'name an address of this machine'],
  EAI_AGAIN: ['the host name could not be looked up', 'name an address of this machine'],
};

/** Explains an error of listening; any other error is a bug, and is returned unchanged. */
export function cannotListen({ host, port }: ApiOptions, error: NodeJS.ErrnoException): Error {
  const reason = REASONS[error.code ?? ''];
  if (reason === undefined && error.syscall !== 'listen') return error;
  const [seen, hint] = reason ?? [error.message, 'check the host and the port of "listen"'];
  return new OffhookError(
    'E_LISTEN',
    { subject: 'monitor', what: `cannot listen on ${host} port ${port}`, seen },
    { hint },
  );
}
