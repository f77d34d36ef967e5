/** What browsers need: the page, logins, the public status page. */
import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './message/api-error.js';
import type { ApiContext } from './context.js';
import { NONCE_PLACE, pagePolicy } from './message/page-policy.js';
import { json, problem, read, type Route } from './route.js';
import { object, ref } from './schemas.js';
import { PublicDays } from './public-days.js';
import { publicStatus } from './shown.js';

export function pageRoutes(context: ApiContext): readonly Route[] {
  return [
    loginRoute(context),
    logoutRoute(context),
    read('/session', {
      tag: 'service',
      summary: 'Whose token or session this is, and what it may do.',
      answers: { 200: json('The name and the role', ref('Session')) },
      handler: ({ identity }) => ({
        name: identity?.name ?? '',
        role: identity?.role ?? 'read',
        login: identity?.by !== 'nobody',
      }),
    }),
    ...statusRoutes(context),
  ];
}

/** The page for whoever asks: it holds no data. */
export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .header('content-security-policy', pagePolicy(nonce))
    .header('vary', 'Accept')
    .type('text/html; charset=utf-8')
    .send(html.replaceAll(NONCE_PLACE, nonce));
}

const OPEN = {
  method: 'POST',
  access: 'open',
  guarded: true,
  head: false,
  tag: 'service',
} as const;

function loginRoute({ access, logins }: ApiContext): Route {
  return {
    ...OPEN,
    path: '/login',
    summary: 'Exchanges a token for the cookie of a session of 12 hours.',
    body: object({ token: { type: 'string' } }),
    answers: {
      200: json('The name and the role', ref('Session')),
      400: problem('The body is not {"token": "..."}, or no tokens are configured'),
      401: problem('The token is wrong'),
    },
    handler: (request, reply) => {
      if (!access.hasTokens) {
        throw new ApiError(400, 'bad_request', 'no tokens are configured: nobody has to log in');
      }
      const wait = logins.take(request.ip);
      if (wait > 0) {
        const headers = { 'retry-after': String(wait) };
        throw new ApiError(429, 'too_many_requests', `too many logins: wait ${wait} s`, headers);
      }
      const done = access.login(tokenOf(request));
      if (done === undefined) throw new ApiError(401, 'unauthorized', 'the token is wrong');
      const { name, role } = done.identity;
      void reply.header('set-cookie', done.cookie);
      return { name, role, login: true };
    },
  };
}

/** @throws ApiError 400 */
function tokenOf({ body }: FastifyRequest): string {
  try {
    const { token } = JSON.parse(String(body)) as { token?: unknown };
    if (typeof token === 'string') return token;
  } catch {
    // Told below.
  }
  throw new ApiError(400, 'bad_request', 'the body is not {"token": "..."}');
}

function logoutRoute({ access }: ApiContext): Route {
  return {
    ...OPEN,
    path: '/logout',
    summary: 'Ends the session of the cookie.',
    answers: { 200: json('The session has ended', ref('Done')) },
    handler: (request, reply) => {
      void reply.header('set-cookie', access.logout(request.headers));
      return { ok: true, message: 'logged out' };
    },
  };
}

function statusRoutes({
  monitors,
  options: { status_page: status },
}: ApiContext): readonly Route[] {
  if (status === undefined) return [];
  const open = { access: 'open', guarded: false } as const;
  const days = new PublicDays(monitors);
  return [
    {
      ...read('/status', {
        tag: 'service',
        summary: 'The public status page.',
        answers: { 200: { description: 'The page', content: { 'text/html': null } } },
        handler: (_request, reply) => sendPage(reply, status.page),
      }),
      ...open,
    },
    {
      ...read('/status.json', {
        tag: 'service',
        summary:
          'What the public status page shows: names, strips, days and uptimes of public monitors.',
        answers: { 200: json('The status', ref('Status')) },
        handler: async () => {
          const known = await days.known(Date.now());
          return publicStatus(status.title, monitors.all(), known);
        },
      }),
      ...open,
    },
  ];
}
