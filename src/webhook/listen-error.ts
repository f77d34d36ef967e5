/** Explains in words why a mock server cannot listen. */
import { OffhookError } from '../errors.js';

export function cannotListen(
  host: string,
  port: number,
  error: NodeJS.ErrnoException,
): OffhookError {
  const { code = '', message } = error;
  const [why, hint] = LISTEN_REASONS[code] ?? [
    /pem|key|cert|ssl/i.test(message) ? `certificate or key: ${message}` : message,
    'check port, host and tls',
  ];
  return new OffhookError(
    'E_MOCK',
    { subject: 'mock server', what: `cannot listen on ${host} port ${port}`, seen: why },
    {
      hint,
    },
  );
}

const LISTEN_REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: ['the port is taken', 'leave out port: Offhook then takes a free port'],
  EACCES: ['permission denied', 'take a port above 1023'],
  EADDRNOTAVAIL: ['this machine has no such address', 'listen on "127.0.0.1" or "0.0.0.0"'],
  ENOTFOUND: ['no such host', 'name an address of this machine'],
  EAI_AGAIN: ['the host name could not be looked up', 'name an address of this machine'],
};
