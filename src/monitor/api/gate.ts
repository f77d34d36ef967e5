/** What each request has to pass before its route handles it: how often, for which host, who, and from where. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { assertRole } from './access/access.js';
import { hostName, isFromElsewhere, isLoopback } from './access/origin.js';
import type { TokenBuckets } from './access/token-buckets.js';
import type { ApiContext } from './context.js';
import { assertRoom } from './feed-routes.js';
import { wantsHtml } from './message/accept.js';
import { ApiError } from './message/api-error.js';
import { SECURITY_HEADERS } from './message/page-policy.js';
import { sendPage } from './page-routes.js';
import type { Route } from './route.js';

/** @returns the hook: it sends the page by itself, and throws what else ends the request. */
export function gateOf(
  context: ApiContext,
  requests: TokenBuckets,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined> {
  const { access, options } = context;
  // The hook is asynchronous so that what it throws reaches the error handler.
  return async (request, reply) => {
    void reply.headers(SECURITY_HEADERS);
    assertRate(requests, request);
    assertHost(context, request);
    request.identity = access.identify(request.headers);
    const { row } = request.routeOptions.config;
    if (row === undefined) return undefined;
    if (row.page === true && options.page !== undefined && wantsHtml(request.headers.accept)) {
      return sendPage(reply, options.page);
    }
    if (row.access !== 'open') assertRole(request.identity, row.access);
    assertOrigin(row, request, options.tls !== undefined);
    if (row.websocket === true && request.ws) assertRoom(context);
    return undefined;
  };
}

/** @throws ApiError 429 */
function assertRate(requests: TokenBuckets, { ip }: FastifyRequest): void {
  const wait = requests.take(ip);
  if (wait === 0) return;
  const headers = { 'retry-after': String(wait) };
  throw new ApiError(429, 'too_many_requests', `too many requests: wait ${wait} s`, headers);
}

/**
 * Without tokens everybody on this machine may do all, so no site may make its own host name lead here (DNS rebinding).
 * @throws ApiError 400 or 421
 */
function assertHost({ access }: ApiContext, { headers, raw }: FastifyRequest): void {
  // Health checks of balancers are programs, and may be as old as that; browsers always send it.
  if (headers.host === undefined && raw.httpVersion === '1.0') return;
  const host = hostName(headers.host);
  if (host === undefined) {
    throw new ApiError(400, 'bad_request', 'the header Host is missing, or names no host');
  }
  if (access.hasTokens || isLoopback(host)) return;
  const message = 'without tokens, only requests to "localhost" or a loopback address are answered';
  throw new ApiError(421, 'misdirected', message);
}

/** A token is sent on purpose, but a browser sends requests with cookies on behalf of any page. @throws ApiError 403 */
function assertOrigin(row: Route, { identity, headers }: FastifyRequest, secure: boolean): void {
  if (!row.guarded || identity?.by === 'token' || !isFromElsewhere(headers, secure)) return;
  throw new ApiError(403, 'forbidden', 'a page of another site sent this');
}
