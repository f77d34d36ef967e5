/** Certificate authorities for https: Node's own, and those the environment names. */
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { OffhookError } from '../errors.js';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The authorities to trust. Undefined: Node's own list, with NODE_EXTRA_CA_CERTS, which Node reads when it starts.
 * With SSL_CERT_FILE both files are added to Node's list here, because a list that we pass replaces Node's.
 * @throws E_SETTINGS when SSL_CERT_FILE cannot be used.
 */
export function authorities(variables: Variables): readonly string[] | undefined {
  const file = variables['SSL_CERT_FILE'];
  if (file === undefined || file === '') return undefined;
  const extra = variables['NODE_EXTRA_CA_CERTS'];
  return [...rootCertificates, certificates(file), ...(extra === undefined ? [] : optional(extra))];
}

function certificates(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw bad(file, code === 'ENOENT' ? 'there is no such file' : `it cannot be read: ${code}`);
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw bad(file, 'it has no PEM certificate');
  return text;
}

/** Node has warned about a bad NODE_EXTRA_CA_CERTS. */
function optional(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    return [];
  }
}

function bad(file: string, why: string): OffhookError {
  return new OffhookError(
    'E_SETTINGS',
    { subject: `SSL_CERT_FILE "${file}"`, what: 'not used', seen: why },
    {
      hint: 'name a file with PEM certificates, or unset SSL_CERT_FILE',
    },
  );
}
