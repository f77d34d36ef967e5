/** The HTTP side of `offhook serve`: a server over the interface `Monitors`. Loaded only when a monitor is started. */
import type { AddressInfo } from 'node:net';
import { fastifyWebsocket } from '@fastify/websocket';
import { fastify, type FastifyInstance } from 'fastify';
import { WITHOUT_SCHEMAS } from '../../without-schemas.js';
import type { Monitors } from '../model/view.js';
import { Access } from './access/access.js';
import { TokenBuckets } from './access/token-buckets.js';
import { API_LIMITS, type Api, type ApiLimits, type ApiOptions } from './api-options.js';
import type { ApiContext } from './context.js';
import { refuseOn, sendFailure, sendNotFound } from './failures.js';
import { Feed } from './feed.js';
import { LARGEST_INPUT, listenOn, WEBSOCKET_PATH } from './feed-routes.js';
import { gateOf } from './gate.js';
import { addressOf, assertOptions, cannotListen } from './listening.js';
import { Metrics } from './metrics/metrics.js';
import type { Route } from './route.js';
import { methodsOf, routesOf } from './routes.js';
import { upgradesOf } from './upgrades.js';
import { Waiting } from './waiting.js';

const LARGEST_BODY = 16 * 1024;
/** Names of monitors in addresses; longer ones are no names. */
const LONGEST_PARAMETER = 500;
/** How long the header of a request may take, and all of it: an unfinished one holds a connection. */
const HEADER_MS = 10_000;
const REQUEST_MS = 20_000;
const KEEP_ALIVE_MS = 60_000;

/** @throws OffhookError E_SETTINGS for options that are wrong or open to strangers; E_LISTEN when it cannot listen there */
export async function startApi(monitors: Monitors, options: ApiOptions): Promise<Api> {
  assertOptions(options);
  const limits = { ...API_LIMITS, ...options.limits };
  const context = contextOf(monitors, options, limits);
  const app = appOf(options);
  const { host, port } = options;
  try {
    await build(app, context, limits);
    await app.listen({ host, port });
  } catch (error) {
    await end(app, context);
    throw cannotListen(options, error as NodeJS.ErrnoException);
  }
  app.server.maxConnections = limits.connections;
  let ending: Promise<void> | undefined;
  return {
    url: addressOf(options, (app.server.address() as AddressInfo).port),
    close: () => (ending ??= end(app, context)),
  };
}

function contextOf(monitors: Monitors, options: ApiOptions, limits: ApiLimits): ApiContext {
  return {
    monitors,
    options,
    access: new Access(options.tokens, options.tls !== undefined),
    feed: new Feed(monitors, limits),
    metrics: new Metrics(monitors, options.version),
    logins: new TokenBuckets(limits.logins),
    waiting: new Waiting(monitors, limits.waiting),
  };
}

async function end(app: FastifyInstance, { feed, metrics }: ApiContext): Promise<void> {
  feed.close();
  metrics.close();
  // A server that never listened cannot be closed, which adds nothing to why.
  await app.close().catch(() => undefined);
}

function appOf(options: ApiOptions): FastifyInstance {
  const server = {
    headersTimeout: HEADER_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
    // Node would refuse a request without it by itself, and not as JSON.
    requireHostHeader: false,
  };
  const common = {
    ...WITHOUT_SCHEMAS,
    logger: false,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    bodyLimit: LARGEST_BODY,
    forceCloseConnections: true as const,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: LONGEST_PARAMETER },
    clientErrorHandler: refuseOn,
    frameworkErrors: (error: unknown, _request: unknown, reply: unknown): void => {
      void sendFailure(error, reply as Parameters<typeof sendFailure>[1], options.onError);
    },
  };
  const { tls } = options;
  return (
    tls === undefined
      ? fastify({ ...common, http: server })
      : fastify({ ...common, https: { ...server, ...tls, minVersion: 'TLSv1.2' } })
  ) as FastifyInstance;
}

async function build(app: FastifyInstance, context: ApiContext, limits: ApiLimits): Promise<void> {
  await app.register(fastifyWebsocket, {
    options: {
      server: upgradesOf(app, WEBSOCKET_PATH),
      maxPayload: LARGEST_INPUT,
      perMessageDeflate: false,
    },
    errorHandler: (_error, socket) => {
      socket.terminate();
    },
    preClose: (done) => {
      for (const client of app.websocketServer.clients) client.terminate();
      app.websocketServer.close();
      done();
    },
  });
  app.decorateRequest('identity', undefined);
  app.addHook('onRequest', gateOf(context, new TokenBuckets(limits.requests)));
  // Few routes have a body: they read it themselves, whatever type it says it is.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler((error, _request, reply) =>
    sendFailure(error, reply, context.options.onError),
  );
  const routes = routesOf(context);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    return sendNotFound(request, reply, methodsOf(routes, path));
  });
  for (const route of routes) add(app, context, route);
}

function add(app: FastifyInstance, context: ApiContext, row: Route): void {
  const { method, path, head, handler } = row;
  app.route({
    method,
    url: path,
    exposeHeadRoute: head,
    config: { row },
    handler,
    ...(row.websocket === true
      ? {
          wsHandler: (socket, request) => {
            listenOn(context, socket, request);
          },
        }
      : {}),
  });
}
