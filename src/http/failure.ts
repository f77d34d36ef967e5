/** Describes why a request failed: no code of Node or undici reaches a user alone. */
import { OffhookError } from '../errors.js';

interface Coded extends Error {
  code?: string;
  /** Set by undici: the state of the connection when it ended. */
  socket?: { bytesRead?: number } | null;
  errors?: readonly Coded[];
  reason?: string;
}

interface Reason {
  what: string;
  hint?: string;
}

const NO_AUTHORITY = 'TLS: the authority of its certificate is not trusted';
const UNTRUSTED =
  'name its authority with NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, or skip the check with --insecure-http';

const REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: {
    what: 'connection refused',
    hint: 'check that the server runs and listens there',
  },
  ENOTFOUND: { what: 'no such host', hint: 'check the host name, and that DNS knows it' },
  EAI_AGAIN: { what: 'the host name could not be looked up', hint: 'check the DNS server' },
  ECONNRESET: { what: 'the server closed the connection' },
  EPIPE: { what: 'the server closed the connection' },
  UND_ERR_SOCKET: { what: 'the server closed the connection' },
  EHOSTUNREACH: { what: 'host unreachable', hint: 'check the address and the routes' },
  ENETUNREACH: { what: 'network unreachable', hint: 'check the address and the routes' },
  EADDRNOTAVAIL: { what: 'this address cannot be reached from here' },
  ETIMEDOUT: { what: 'the host did not answer' },
  DEPTH_ZERO_SELF_SIGNED_CERT: { what: 'TLS: its certificate is self-signed', hint: UNTRUSTED },
  SELF_SIGNED_CERT_IN_CHAIN: { what: NO_AUTHORITY, hint: UNTRUSTED },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { what: NO_AUTHORITY, hint: UNTRUSTED },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { what: NO_AUTHORITY, hint: UNTRUSTED },
  CERT_HAS_EXPIRED: { what: 'TLS: its certificate has expired', hint: 'renew it' },
  CERT_NOT_YET_VALID: { what: 'TLS: its certificate is not valid yet', hint: 'check the clocks' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: 'TLS: its certificate is for another host',
    hint: 'use a host name that is in the certificate',
  },
  ERR_SSL_WRONG_VERSION_NUMBER: { what: 'TLS: the server does not speak TLS', hint: 'try http://' },
  EPROTO: {
    what: 'TLS: the handshake failed',
    hint: 'check that the server speaks TLS on this port',
  },
};

/** @param what "http GET http://..." */
export function connectionFailure(what: string, thrown: unknown): OffhookError {
  if (thrown instanceof OffhookError) return thrown;
  const error = innermost(thrown as Coded);
  const { code = '' } = error;
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') {
    const why = error.reason ?? error.message;
    return failed(what, {
      what: `what arrived is not HTTP: ${why}`,
      hint: 'check scheme and port',
    });
  }
  const known = REASONS[code];
  if (known !== undefined) return failed(what, known);
  if (/ssl|tls|cert/i.test(code)) return failed(what, { what: `TLS: ${error.message}` });
  return failed(what, { what: code === '' ? error.message : `${error.message} (${code})` });
}

/** The connection was closed by the other side. */
const CLOSED: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/**
 * A server that closed the connection within its answer has answered, but not completely.
 * @param read bytes of the body so far; -1 within the header.
 * @param length the Content-Length of the answer.
 */
export function cutShort(
  what: string,
  thrown: unknown,
  read: number,
  length: string | undefined,
): OffhookError | undefined {
  if (thrown instanceof OffhookError) return undefined;
  const { code = '', socket } = innermost(thrown as Coded);
  const came = socket?.bytesRead ?? 0;
  if (!CLOSED.has(code) || (read < 0 && came === 0)) return undefined;
  const where =
    read < 0
      ? `within its header, after ${came} bytes`
      : `after ${read}${length === undefined ? '' : ` of ${length}`} bytes of its body`;
  return new OffhookError(
    'E_HTTP',
    {
      subject: what,
      what: 'the answer was cut short',
      seen: `the server closed the connection ${where}`,
    },
    { hint: 'look at the log of the server: it gave up while it was answering' },
  );
}

function failed(what: string, { what: reason, hint }: Reason): OffhookError {
  return new OffhookError(
    'E_HTTP',
    { subject: what, what: 'no answer', seen: reason },
    hint === undefined ? {} : { hint },
  );
}

/** Unwraps an error: the last failure of several tried addresses, or the cause of a wrapped error. */
function innermost(error: Coded): Coded {
  const inner = error.errors?.at(-1) ?? (error.code === undefined ? error.cause : undefined);
  return inner instanceof Error ? innermost(inner) : error;
}
