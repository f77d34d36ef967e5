/**
 * A mock HTTP server: takes every request, finds its route, answers, and tells both as events. Knows
 * fastify, routes and what was received; must not know scripts: a function of one is called through
 * the hook it was given.
 */
import { METHODS } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { selfSigned, type Certificate } from '../certificate.js';
import { OffhookError } from '../errors.js';
import { shownBody, type HttpEvent } from '../model/http-event.js';
import type { MockRequestData, MockResponseData, RouteData } from '../model/http-message.js';
import { Journal } from './journal.js';
import { Routes } from './routes.js';

export interface MockServerOptions {
  port: number;
  host: string;
  tls: boolean | Certificate;
}

/** What a function of the script made of a request; `failed` is a 500, `unavailable` a 503. */
type Answer = { response: MockResponseData } | { failed: string } | { unavailable: string };

export interface MockServerHooks {
  event: (event: HttpEvent) => void;
  respond: (responder: number, request: MockRequestData) => Promise<Answer>;
  nextExchange: () => number;
}

/** Of one request. */
const LARGEST_BODY = 1024 * 1024;

export class MockServer {
  readonly #hooks: MockServerHooks;
  readonly #app: FastifyInstance;
  readonly #secure: boolean;
  readonly #host: string;
  readonly #journal = new Journal();
  readonly #routes = new Routes();
  readonly #stopped = new AbortController();
  #port = 0;

  private constructor(
    options: MockServerOptions & { tls: false | Certificate },
    hooks: MockServerHooks,
  ) {
    this.#hooks = hooks;
    this.#host = options.host;
    this.#secure = options.tls !== false;
    this.#app = this.#build(options.tls);
  }

  /** @throws E_MOCK when it cannot listen there. */
  static async start(options: MockServerOptions, hooks: MockServerHooks): Promise<MockServer> {
    const { port, host } = options;
    let server: MockServer | undefined;
    try {
      const tls = options.tls === true ? await ownCertificate(host) : options.tls;
      server = new MockServer({ ...options, tls }, hooks);
      await server.#app.listen({ port, host });
    } catch (error) {
      if (server !== undefined) await server.#app.close().catch(() => undefined);
      throw cannotListen(host, port, error as NodeJS.ErrnoException);
    }
    server.#port = (server.#app.server.address() as { port: number }).port;
    return server;
  }

  get name(): string {
    return `mock:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Where others reach it; all addresses are shown as loopback. */
  get url(): string {
    const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
    const host = everywhere[this.#host] ?? this.#host;
    const shown = host.includes(':') ? `[${host}]` : host;
    return `${this.#secure ? 'https' : 'http'}://${shown}:${this.#port}`;
  }

  /** @throws E_MOCK once it is stopped. */
  add(route: RouteData): void {
    if (this.#stopped.signal.aborted) {
      throw new OffhookError('E_MOCK', `mock server ${this.url}: is stopped`, {
        hint: 'start another one with mock_server()',
      });
    }
    this.#routes.add(route);
  }

  find(ids: readonly number[]): readonly MockRequestData[] {
    return this.#journal.find(ids);
  }

  /** Closes the port and every connection. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#app.close();
  }

  #build(tls: false | Certificate): FastifyInstance {
    const common = {
      logger: false,
      bodyLimit: LARGEST_BODY,
      forceCloseConnections: true as const,
      exposeHeadRoutes: false,
      return503OnClosing: false,
      // One route for all: what the router makes of a strange path concerns nobody.
      rewriteUrl: (): string => '/',
    };
    const app = (
      tls === false ? fastify(common) : fastify({ ...common, https: tls })
    ) as FastifyInstance;
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
      done(null, body);
    });
    for (const method of METHODS) {
      if (method === 'CONNECT' || app.supportedMethods.includes(method)) continue;
      app.addHttpMethod(method, { hasBody: true });
    }
    app.route({
      method: app.supportedMethods,
      url: '/',
      handler: (request, reply) => this.#handle(request, reply),
    });
    // A body that is too large, or was broken off: told to the sender, and to nobody else.
    app.setErrorHandler((error, _request, reply) => {
      const { statusCode = 400, message } = error as { statusCode?: number; message: string };
      return reply.code(statusCode).send({ error: message });
    });
    return app;
  }

  async #handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const began = performance.now();
    const data = requestData(this.#hooks.nextExchange(), request);
    const { id: exchange, method, path } = data;
    this.#journal.add(data);
    const query = (request.originalUrl.split('?')[1] ?? '').slice(0, 1000);
    const bytes = Buffer.isBuffer(request.body) ? request.body.length : 0;
    const base = { exchange, method, path };
    const body = shownBody(data.body);
    this.#hooks.event({ type: 'http_received', ...base, query, body, bytes });
    const { response, by, reason } = await this.#decide(data);
    if (response.delay_ms > 0) {
      await sleep(response.delay_ms, undefined, { signal: this.#stopped.signal }).catch(() => 0);
    }
    if (this.#stopped.signal.aborted) return cutOff(request, reply);
    const content = bytesOf(response);
    const sent = response.drop ? cutOff(request, reply) : send(reply, response, content);
    // Told once it is on its way: reports take their time.
    this.#hooks.event({
      type: 'http_answered',
      ...base,
      ...(response.drop ? {} : { status: response.status }),
      by,
      ...(reason === undefined ? {} : { reason }),
      ms: performance.now() - began,
      body: response.payload?.encoding === 'utf8' ? shownBody(response.payload.data) : '',
      bytes: content.length,
    });
    return sent;
  }

  async #decide(data: MockRequestData): Promise<Decided> {
    const decision = this.#routes.decide(data.method, data.path);
    if (decision === undefined) {
      const reason = `no route fits ${data.method} ${data.path}`;
      return { response: problem(404, reason), by: 'offhook', reason: 'no route fits' };
    }
    if ('response' in decision) return { response: decision.response, by: 'static' };
    const answer = await this.#hooks.respond(decision.responder, data);
    if ('response' in answer) return { response: answer.response, by: 'responder' };
    if ('failed' in answer) {
      const reason = answer.failed;
      return { response: problem(500, 'the responder failed'), by: 'responder', reason };
    }
    return {
      response: problem(503, answer.unavailable),
      by: 'offhook',
      reason: answer.unavailable,
    };
  }
}

/** The sender sees its connection end. */
function cutOff(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack();
  request.raw.socket.destroy();
  return reply;
}

interface Decided {
  response: MockResponseData;
  by: 'static' | 'responder' | 'offhook';
  reason?: string;
}

function problem(status: number, error: string): MockResponseData {
  const payload = {
    data: JSON.stringify({ error }),
    encoding: 'utf8',
    type: 'application/json',
  } as const;
  return { status, headers: {}, payload, delay_ms: 0, drop: false };
}

function bytesOf({ payload }: MockResponseData): Buffer {
  return payload === undefined ? Buffer.alloc(0) : Buffer.from(payload.data, payload.encoding);
}

function send(reply: FastifyReply, response: MockResponseData, content: Buffer): FastifyReply {
  const { status, headers, payload } = response;
  reply.code(status);
  if (payload !== undefined) reply.header('content-type', payload.type);
  for (const [name, value] of Object.entries(headers)) {
    reply.header(name, typeof value === 'string' ? value : [...value]);
  }
  // These have no body (RFC 9110, 15.3.5 and 15.4.5).
  return status === 204 || status === 304 ? reply.send() : reply.send(content);
}

function requestData(id: number, request: FastifyRequest): MockRequestData {
  const [path = '', query = ''] = request.originalUrl.split('?', 2);
  const { body } = request;
  return {
    id,
    method: request.method,
    path,
    query: queryOf(query),
    headers: headersOf(request.raw.rawHeaders),
    body: Buffer.isBuffer(body) ? body.toString('utf8') : '',
  };
}

function queryOf(text: string): Readonly<Record<string, string | readonly string[]>> {
  const params = new URLSearchParams(text);
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function headersOf(raw: readonly string[]): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(fields);
}

function ownCertificate(host: string): Promise<Certificate> {
  return selfSigned('offhook mock server', [host], 30);
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): OffhookError {
  const { code = '', message } = error;
  const [why, hint] = LISTEN_REASONS[code] ?? [
    /pem|key|cert|ssl/i.test(message) ? `certificate or key: ${message}` : message,
    'check port, host and tls',
  ];
  return new OffhookError('E_MOCK', `mock server: cannot listen on ${host} port ${port}: ${why}`, {
    hint,
  });
}

const LISTEN_REASONS: Readonly<Record<string, readonly [string, string]>> = {
  EADDRINUSE: ['the port is taken', 'leave out port: a free one is found'],
  EACCES: ['permission denied', 'take a port above 1023'],
  EADDRNOTAVAIL: ['this machine has no such address', 'listen on "127.0.0.1" or "0.0.0.0"'],
  ENOTFOUND: ['no such host', 'name an address of this machine'],
  EAI_AGAIN: ['the host name could not be looked up', 'name an address of this machine'],
};
