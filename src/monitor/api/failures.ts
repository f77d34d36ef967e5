/** Turns every error into the answer `{ error, message }`, without stacks, paths or content of the request. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OffhookError } from '../../errors.js';
import { ApiError, type ApiErrorCode } from './message/api-error.js';
import { SECURITY_HEADERS } from './message/page-policy.js';

/** @param told is called with an error that is a bug of ours */
export function sendFailure(
  error: unknown,
  reply: FastifyReply,
  told: ((error: unknown) => void) | undefined,
): FastifyReply {
  const failure = asApiError(error);
  if (failure.status >= 500 && !(error instanceof ApiError)) told?.(error);
  const { status, headers, error: code, message } = failure;
  return reply
    .code(status)
    .headers(SECURITY_HEADERS)
    .headers(headers)
    .type('application/json; charset=utf-8')
    .send({ error: code, message });
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof OffhookError) {
    const message = 'the monitor cannot do that at the moment: see /healthz';
    return new ApiError(503, 'unavailable', message, { 'retry-after': '10' });
  }
  const { statusCode: status } = error as { statusCode?: unknown };
  const known = typeof status === 'number' ? CLIENT_ERRORS[status] : undefined;
  if (typeof status === 'number' && known !== undefined) return new ApiError(status, ...known);
  return new ApiError(500, 'internal', 'a bug in Offhook: the log of the monitor has the details');
}

/** What fastify itself refuses. */
const CLIENT_ERRORS: Readonly<Record<number, readonly [ApiErrorCode, string]>> = {
  400: ['bad_request', 'the request makes no sense: its address, its length or its body'],
  408: ['timeout', 'the request was not complete in time'],
  413: ['too_large', 'the body is too large (limit 16 KiB)'],
  414: ['too_large', 'the address is too long'],
  415: ['bad_request', 'a body of that type cannot be read'],
  503: ['unavailable', 'the monitor is about to end'],
};

/** @param allowed methods that the path takes; none: there is no such path */
export function sendNotFound(
  request: FastifyRequest,
  reply: FastifyReply,
  allowed: readonly string[],
): FastifyReply {
  if (allowed.length === 0) {
    const message = 'there is no such path: GET /openapi.json lists all paths';
    return sendFailure(new ApiError(404, 'not_found', message), reply, undefined);
  }
  const allow = allowed.join(', ');
  const message = `the method cannot be used here: use ${allow}`;
  return sendFailure(new ApiError(405, 'method_not_allowed', message, { allow }), reply, undefined);
}

const PARSER_ERRORS: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'too_large', 'the header is too large (limit 16 KiB)'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'timeout', 'the request was not complete in time'],
};

/** Node's parser refused what came: there is no request, only a connection. */
export function refuseOn(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, code, message] = PARSER_ERRORS[error.code ?? ''] ?? [
    400,
    'bad_request',
    'what arrived is not HTTP',
  ];
  const body = JSON.stringify({ error: code, message });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => {
      socket.destroy();
    },
  );
}
