/** Sends one request to a running `offhook serve`; when no answer comes, the error says why. */
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { text } from 'node:stream/consumers';
import { OffhookError } from '../../errors.js';

export interface Server {
  /** The address as `offhook serve` prints it. */
  readonly url: string;
  readonly token: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** undefined: no JSON. */
  readonly body: unknown;
}

export interface Limits {
  /** The longest silence of the server that is accepted; absent: any, which fetch() of Node.js cannot offer. */
  readonly limit_ms?: number;
  /** Aborted when nobody wants the answer any more. */
  readonly signal?: AbortSignal;
}

/** @throws OffhookError E_USAGE without an answer; the reason of `signal` */
export async function ask(
  { url, token }: Server,
  method: string,
  path: string,
  { limit_ms, signal }: Limits = {},
): Promise<Answer> {
  const address = addressOf(url, path);
  const send = address.protocol === 'https:' ? requestSecure : requestPlain;
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(address, {
        method,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        // The agent all requests share by default gives a socket five seconds.
        agent: false,
        ...(limit_ms === undefined ? {} : { timeout: limit_ms }),
        ...(signal === undefined ? {} : { signal }),
      });
      request.once('timeout', () => {
        if (limit_ms !== undefined) request.destroy(new Error(`no data for ${limit_ms / 1000} s`));
      });
      request.once('response', resolve);
      request.once('error', reject);
      request.end();
    });
    return { status: response.statusCode ?? 0, body: bodyOf(await text(response)) };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw failureOf(url, error);
  }
}

function addressOf(url: string, path: string): URL {
  if (/^https?:\/\//.test(url) && URL.canParse(url + path)) return new URL(url + path);
  throw new OffhookError(
    'E_USAGE',
    { subject: `--url "${url}"`, what: 'is no address' },
    { hint: 'write it as offhook serve prints it: http://127.0.0.1:8470' },
  );
}

function bodyOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Codes of Node.js that say why a certificate is refused: CERT_HAS_EXPIRED, DEPTH_ZERO_SELF_SIGNED_CERT and so on. */
const CERTIFICATE = /CERT|UNABLE_TO_|ALTNAME/;

function failureOf(url: string, error: unknown): OffhookError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const seen = message.split('\n')[0] ?? '';
  const failure = (what: string, hint: string): OffhookError =>
    new OffhookError('E_USAGE', { subject: url, what, seen }, { hint });
  if (CERTIFICATE.test(code))
    return failure(
      'its certificate is not accepted',
      'name the file of the certificate, or of its authority, in the variable NODE_EXTRA_CA_CERTS',
    );
  if (code === 'EPROTO')
    return failure(
      'the server does not speak HTTPS',
      'write http://, or check "tls_cert" in the configuration of the server',
    );
  if (code === 'ERR_INVALID_CHAR')
    return failure(
      'no request was sent',
      'a token has only ASCII characters and no spaces: check OFFHOOK_TOKEN',
    );
  if (code === 'ECONNRESET')
    return failure(
      'closed the connection without an answer',
      'check that offhook serve still runs, and whether its address begins with https://',
    );
  return failure('does not answer', 'start offhook serve, or name its address with --url');
}
