/** Makes a self-signed certificate for one lab with the openssl program: Node can read X.509 but not write it. */
import { execa } from 'execa';

const LIMIT_MS = 5000;

/**
 * Key and certificate as PEM. undefined when openssl is missing or does not know the options: a lab without
 * TLS is still a lab.
 */
export async function makeCertificate(host: string): Promise<string | undefined> {
  // cat: openssl cannot open /dev/stdout when that is a socket, as Node's pipes are
  const { stdout } = await execa(
    'sh',
    [
      ...['-c', 'openssl "$@" -keyout /dev/stdout | cat', 'sh'],
      ...['req', '-x509', '-nodes', '-days', '30', '-subj', '/CN=lab.test'],
      ...['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
      ...['-addext', `subjectAltName=IP:${host},DNS:lab.test,DNS:localhost`],
    ],
    { reject: false, timeout: LIMIT_MS, stdin: 'ignore' },
  );
  const complete = stdout.includes('END PRIVATE KEY') && stdout.includes('END CERTIFICATE');
  return complete ? `${stdout}\n` : undefined;
}
