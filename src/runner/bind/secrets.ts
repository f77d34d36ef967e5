/** Values in a script's calls that no report may show: passwords of agents, credentials of HTTP messages. */
import type { HttpHeaders, HttpRequestData } from '../../model/http-message.js';
import { isSecretName } from '../../model/secret-names.js';
import { findFunction } from '../../schema/contract.js';
import type { CallRequest } from '../../sandbox/protocol.js';

/** The secrets among the checked options of an agent. */
interface AgentSecrets {
  readonly password?: string;
  readonly headers?: HttpHeaders;
}

export function secretsOf({ verb, agent, args: [first, second] }: CallRequest): readonly string[] {
  const secrets = agent === undefined ? findFunction('global', verb)?.row.secrets : undefined;
  if (secrets === undefined) return [];
  if (secrets === 'account') {
    const { password, headers = {} } = (second ?? {}) as AgentSecrets;
    return [...(password === undefined ? [] : [password]), ...headerSecrets(headers)];
  }
  return (first as readonly HttpRequestData[]).flatMap(({ url, headers }) => [
    ...headerSecrets(headers),
    ...querySecrets(url),
    ...[new URL(url).password].filter((text) => text !== '').flatMap((text) => [text, plain(text)]),
  ]);
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
