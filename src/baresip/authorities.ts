/** The certificates `verify_tls` trusts: those the script names, else the system's. */
import { existsSync, readFileSync } from 'node:fs';
import { OffhookError } from '../errors.js';

/** Where Debian, Red Hat, Alpine and macOS keep them in one file. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/** @throws OffhookError E_ARGUMENT when the named file holds no certificate, E_AGENT_START without any. */
export function authoritiesFile(agent: string, named: string | undefined): string {
  const file = named ?? SYSTEM_FILES.find((path) => existsSync(path));
  if (file === undefined) {
    throw new OffhookError(
      'E_AGENT_START',
      `agent "${agent}": verify_tls: the system's certificates were not found in ${SYSTEM_FILES.join(', ')}`,
      { hint: 'install ca-certificates, or name a file with ca_file' },
    );
  }
  if (named === undefined || hasCertificate(named)) return file;
  throw new OffhookError(
    'E_ARGUMENT',
    `agent "${agent}": ca_file: "${named}" holds no certificate in PEM form`,
    { hint: 'name a file with "-----BEGIN CERTIFICATE-----" in it' },
  );
}

function hasCertificate(file: string): boolean {
  try {
    return readFileSync(file, 'latin1').includes('-----BEGIN CERTIFICATE-----');
  } catch {
    return false;
  }
}
