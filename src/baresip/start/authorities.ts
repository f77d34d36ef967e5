/** The certificates `verify_tls` trusts: those in the script's file, else the system's. */
import { existsSync, readFileSync } from 'node:fs';
import { OffhookError } from '../../errors.js';

/** Where Debian, Red Hat, Alpine and macOS keep all certificates in one file. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/** Certificates for baresip: a file of the system, or a text for a file in the agent's own folder. */
export interface Authorities {
  file: string;
  pem?: string;
}

/** Name of the copy: an isolated agent sees no folder but its own (isolation.ts). */
const COPY = 'authorities.pem';

/** @throws OffhookError E_ARGUMENT if the named file holds no certificate, E_AGENT_START if the system has none. */
export function authoritiesFile(agent: string, named: string | undefined): Authorities {
  if (named !== undefined) return { file: COPY, pem: certificatesIn(agent, named) };
  const file = SYSTEM_FILES.find((path) => existsSync(path));
  if (file === undefined) {
    throw new OffhookError(
      'E_AGENT_START',
      {
        subject: `agent "${agent}"`,
        verb: 'verify_tls',
        what: `the system's certificates were not found in ${SYSTEM_FILES.join(', ')}`,
      },
      { hint: 'install ca-certificates, or name a file with ca_file' },
    );
  }
  return { file };
}

function certificatesIn(agent: string, file: string): string {
  let text = '';
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    // an unreadable file counts as one without a certificate
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: `agent "${agent}"`,
      verb: 'ca_file',
      what: `"${file}" holds no certificate in PEM form`,
    },
    { hint: 'name a file with "-----BEGIN CERTIFICATE-----" in it' },
  );
}
