/** Names of the locks that agents and servers take by themselves. */
import type { AgentOptions } from '../../agents/user-agent.js';

/**
 * Returns the locks of an agent. An account is what its registrar knows, whichever proxy leads there: "sip:alice@pbx.example"
 * (RFC 3261, 10: the address of record). An agent without a domain has none. A fixed port is locked with the next one, for TLS.
 */
export function locksOfAgent(
  name: string,
  options: Pick<AgentOptions, 'username' | 'domain' | 'local_port'>,
): readonly string[] {
  const { username = name, domain, local_port: port } = options;
  return [
    ...(domain === undefined
      ? []
      : [`sip:${username}@${domain.toLowerCase().replace(/:5060$/, '')}`]),
    ...(port === undefined ? [] : [portLock(port), portLock(port + 1)]),
  ];
}

export function portLock(port: number): string {
  return `port:${port}`;
}
