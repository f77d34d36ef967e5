/** The users that may register with the lab, and the environment variables that name them to a scenario. */

/** Users a scenario reads with env("A_USER"), env("A_PASS") and so on, in this order. */
const NAMED_USERS = ['alice', 'bob', 'carol', 'dave'] as const;

/** load01 ... load50 are there for scenarios with many agents. */
const LOAD_USERS = 50;

/** Returns a password that is easy on purpose: the lab listens on loopback only and lives for one run. */
export function labPassword(user: string): string {
  return `pw-${user}`;
}

export function labUsers(): string[] {
  const load = Array.from(
    { length: LOAD_USERS },
    (_, index) => `load${String(index + 1).padStart(2, '0')}`,
  );
  return [...NAMED_USERS, ...load];
}

export interface LabAddress {
  host: string;
  port: number;
  tlsPort?: number;
}

/** The domain carries the port, so that an agent needs no outbound proxy to find its registrar. */
export function labEnv({ host, port, tlsPort }: LabAddress): Record<string, string> {
  const env: Record<string, string> = {
    SIP_DOMAIN: `${host}:${port}`,
    SIP_PROXY: `sip:${host}:${port}`,
    SIP_PROXY_TCP: `sip:${host}:${port};transport=tcp`,
  };
  if (tlsPort !== undefined) env['SIP_PROXY_TLS'] = `sip:${host}:${tlsPort};transport=tls`;
  for (const user of NAMED_USERS) {
    const letter = user.charAt(0).toUpperCase();
    env[`${letter}_USER`] = user;
    env[`${letter}_PASS`] = labPassword(user);
  }
  return env;
}
