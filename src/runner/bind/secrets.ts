/** Values in a script's calls that no report may show: passwords of agents, credentials of HTTP messages. */
import type { HttpHeaders, HttpRequestData } from '../../model/http-message.js';
import { isSecretName } from '../../model/secret-names.js';
import { findFunction } from '../../schema/contract.js';
import type { CallRequest } from '../../sandbox/protocol.js';

export function secretsOf({ verb, agent, peer, args }: CallRequest): readonly string[] {
  // A verb of a peer may carry headers anywhere among its options and steps.
  if (peer === true) return args.flatMap((one) => accountSecrets(one));
  const [first, second] = args;
  const secrets = agent === undefined ? findFunction('global', verb)?.row.secrets : undefined;
  if (secrets === undefined) return [];
  if (secrets === 'account') return accountSecrets(second);
  return (first as readonly HttpRequestData[]).flatMap(({ url, headers }) => [
    ...headerSecrets(headers),
    ...querySecrets(url),
    ...[new URL(url).password].filter((text) => text !== '').flatMap((text) => [text, plain(text)]),
  ]);
}

/** Passwords and header fields that checked options hold, at any depth: a peer has a `challenge` beside its account. */
function accountSecrets(options: unknown): readonly string[] {
  if (typeof options !== 'object' || options === null) return [];
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'password' && typeof value === 'string') return [value];
    if (name === 'headers' && typeof value === 'object' && value !== null) {
      const given = Object.entries(value).filter(([, one]) => one !== null);
      return headerSecrets(Object.fromEntries(given));
    }
    return accountSecrets(value);
  });
}

function querySecrets(url: string): readonly string[] {
  return [...new URL(url).searchParams]
    .filter(([name]) => isSecretName(name))
    .map(([, value]) => value);
}

/**
 * Values of Authorization (RFC 9110, 11.6) and of fields named like secrets, and the parts of these values.
 */
export function headerSecrets(headers: HttpHeaders): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (!isSecretName(name)) return [];
    const isCredentials = /^(?:proxy-)?authorization$/i.test(name);
    return [value].flat().flatMap((text) => (isCredentials ? credentialsOf(text) : [text]));
  });
}

function credentialsOf(value: string): readonly string[] {
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(.*)$/s.exec(value) ?? [];
  if (credentials === '') return [value];
  if (scheme.toLowerCase() !== 'basic') return [credentials];
  const decoded = Buffer.from(credentials, 'base64').toString();
  return [credentials, decoded, decoded.slice(decoded.indexOf(':') + 1)];
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
