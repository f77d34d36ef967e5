/**
 * A mock HTTP server: takes every request, finds its route, answers, and emits both as events. Knows
 * fastify, routes and received requests; must not know scripts: it calls their functions through the
 * hook it was given.
 */
import { METHODS, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { selfSigned, type Certificate } from '../certificate.js';
import { OffhookError } from '../errors.js';
import { shownBody, type HttpEvent } from '../model/http-event.js';
import type { MockRequestData, MockResponseData, RouteData } from '../model/http-message.js';
import { WITHOUT_SCHEMAS } from '../without-schemas.js';
import {
  headerRefusal,
  Intake,
  SENDER_ENDED,
  parserRefusal,
  Refusal,
  requestData,
  requestLine,
} from './intake.js';
import { Journal } from './journal.js';
import { cannotListen } from './listen-error.js';
import { formatMs } from '../time.js';
import { MATCH_MS, Routes } from './routes.js';

export interface MockServerOptions {
  port: number;
  host: string;
  tls: boolean | Certificate;
}

/** Answer of a script's function; `failed` becomes a 500, `unavailable` a 503. */
type Answer = { response: MockResponseData } | { failed: string } | { unavailable: string };

/** Events of requests; the warning reports a request that was cut short by its sender or by this server. */
export type MockEvent = HttpEvent | { type: 'warning'; text: string };

export interface MockServerHooks {
  event: (event: MockEvent) => void;
  respond: (responder: number, request: MockRequestData) => Promise<Answer>;
  nextExchange: () => number;
}

/** Most requests at once; at most half as many may wait for a function of the script. */
const MOST_CONNECTIONS = 2000;
/** Time limits for a request's header and for the whole request: an unfinished one holds a connection. */
const HEADER_MS = 10_000;
const REQUEST_MS = 30_000;

export class MockServer {
  readonly #hooks: MockServerHooks;
  readonly #app: FastifyInstance;
  readonly #secure: boolean;
  readonly #host: string;
  readonly #journal = new Journal();
  readonly #routes = new Routes();
  readonly #stopped = new AbortController();
  readonly #intake = new Intake();
  /** Connections with a request being read: the reader reports its outcome, once. */
  readonly #reading = new WeakMap<Duplex, { refusal?: Refusal }>();
  readonly #warned = new Set<string>();
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
      // The error to report is why it cannot listen; a failure to close it adds nothing.
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

  /** The server's URL; the wildcard address is shown as loopback. */
  get url(): string {
    const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
    const host = everywhere[this.#host] ?? this.#host;
    const shown = host.includes(':') ? `[${host}]` : host;
    return `${this.#secure ? 'https' : 'http'}://${shown}:${this.#port}`;
  }

  /** @throws E_MOCK once it is stopped. */
  add(route: RouteData): void {
    if (this.#stopped.signal.aborted) {
      throw new OffhookError(
        'E_MOCK',
        { subject: `mock server ${this.url}`, what: 'is stopped' },
        {
          hint: 'start another one with mock_server()',
        },
      );
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
    const limits = {
      headersTimeout: HEADER_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: 1000,
      // Node would refuse a request without it by itself, and no report would show that.
      requireHostHeader: false,
    };
    const common = {
      ...WITHOUT_SCHEMAS,
      logger: false,
      requestTimeout: REQUEST_MS,
      forceCloseConnections: true as const,
      exposeHeadRoutes: false,
      return503OnClosing: false,
      // One route for all: the router's view of a strange path must not matter.
      rewriteUrl: (): string => '/',
      clientErrorHandler: (error: NodeJS.ErrnoException, socket: Duplex): void => {
        this.#parserFailed(error, socket);
      },
    };
    const app = (
      tls === false
        ? fastify({ ...common, http: limits })
        : fastify({ ...common, https: { ...tls, ...limits } })
    ) as FastifyInstance;
    // Any method may have a body, of any type: it is read here, never by fastify.
    for (const method of METHODS) {
      if (method === 'CONNECT') continue;
      app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
    }
    app.route({
      method: app.supportedMethods,
      url: '/',
      handler: (request, reply) => this.#handle(request, reply),
    });
    const { server } = app;
    server.maxConnections = MOST_CONNECTIONS;
    server.on('drop', () => {
      this.#warn(`more than ${MOST_CONNECTIONS} connections at once: further ones are closed`);
    });
    server.on('tlsClientError', ({ message }) => {
      this.#warn(`a TLS connection failed before any request: ${message}`);
    });
    server.on('connect', (request: IncomingMessage) => {
      this.#refuseUnread(request, new Refusal(405, 'this mock server is not a proxy'));
    });
    server.on('checkExpectation', (request: IncomingMessage) => {
      const wish = JSON.stringify(request.headers.expect ?? '');
      this.#refuseUnread(
        request,
        new Refusal(417, `the request expects ${wish}, not "100-continue"`),
      );
    });
    return app;
  }

  async #handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const began = performance.now();
    const { raw, originalUrl: url, method } = request;
    const exchange = this.#hooks.nextExchange();
    const { socket } = raw;
    const taken = headerRefusal(raw) ?? (await this.#read(raw));
    if (taken instanceof Refusal) {
      this.#refused(requestData(exchange, method, url, raw.rawHeaders, NO_BODY), taken, began);
      const { status } = taken;
      if (status === undefined || socket.destroyed) return cutOff(request, reply);
      return refuse(reply, taken, status);
    }
    const { search, ...data } = requestData(exchange, method, url, raw.rawHeaders, taken);
    this.#journal.add(data);
    const base = { exchange, method, path: data.path };
    const query = search.slice(0, 1000);
    this.#hooks.event({
      ...{ type: 'http_received', ...base, query },
      ...{ body: shownBody(data.body), bytes: taken.bytes },
    });
    if (taken.doubt !== undefined) this.#warn(`${method} ${data.path}: ${taken.doubt}`);
    const { response, by, reason } = await this.#decide(data);
    if (response.delay_ms > 0) {
      // The sleep is aborted when the server stops, which the next line looks at.
      await sleep(response.delay_ms, undefined, { signal: this.#stopped.signal }).catch(() => 0);
    }
    if (this.#stopped.signal.aborted) return cutOff(request, reply);
    const content = bytesOf(response);
    const sent = response.drop ? cutOff(request, reply) : send(reply, response, content);
    // Emitted after the answer is on its way: reports take their time.
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

  /** Takes requests Node does not pass to the handler: their bodies are not read. */
  #refuseUnread(request: IncomingMessage, refusal: Refusal): void {
    const { method = '?', url = '?', rawHeaders, socket } = request;
    const exchange = this.#hooks.nextExchange();
    this.#refused(requestData(exchange, method, url, rawHeaders, NO_BODY), refusal);
    refuseOn(socket, refusal);
  }

  async #read(request: IncomingMessage): Promise<Refusal | Awaited<ReturnType<Intake['read']>>> {
    const reading: { refusal?: Refusal } = {};
    this.#reading.set(request.socket, reading);
    try {
      return await this.#intake.read(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The parser knows better why a body ended.
      return reading.refusal ?? error;
    } finally {
      this.#reading.delete(request.socket);
    }
  }

  /** Node's parser, or its clock, ended a request. */
  #parserFailed(error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket: Duplex): void {
    const reading = this.#reading.get(socket);
    const isGone = error.code === 'ECONNRESET' || socket.destroyed;
    if (isGone && reading === undefined) return;
    const refusal = parserRefusal(error);
    if (reading !== undefined) {
      if (!isGone && error.code !== SENDER_ENDED) reading.refusal = refusal;
    } else if (
      refusal.status !== 408 ||
      (socket as Duplex & { bytesRead?: number }).bytesRead !== 0
    ) {
      const { method, url } = requestLine(error.rawPacket);
      this.#refused(requestData(this.#hooks.nextExchange(), method, url, [], NO_BODY), refusal);
    }
    refuseOn(socket, refusal);
  }

  /** Counts it as a request, because somebody sent it. */
  #refused(
    { search, ...data }: ReturnType<typeof requestData>,
    { status, message: reason }: Refusal,
    began = performance.now(),
  ): void {
    this.#journal.add(data);
    const base = { exchange: data.id, method: data.method, path: data.path };
    const query = search.slice(0, 1000);
    this.#hooks.event({ type: 'http_received', ...base, query, body: '', bytes: 0 });
    const answer = status === undefined ? {} : { status };
    const ms = performance.now() - began;
    this.#hooks.event({
      ...{ type: 'http_answered', ...base, ...answer, by: 'offhook', reason, ms },
      ...{ body: '', bytes: 0 },
    });
  }

  /** Emits each text only once. */
  #warn(text: string): void {
    if (this.#warned.has(text) || this.#stopped.signal.aborted) return;
    this.#warned.add(text);
    this.#hooks.event({ type: 'warning', text });
  }

  async #decide(data: MockRequestData): Promise<Decided> {
    const decision = this.#routes.decide(data.method, data.path);
    if (decision === 'late') {
      const reason = `the regular expressions of the routes took too long (limit ${formatMs(MATCH_MS)})`;
      return { response: problem(503, reason), by: 'offhook', reason };
    }
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

const NO_BODY = { body: '' };

/** Does not wait for the rest of the request. */
function refuse(reply: FastifyReply, { message }: Refusal, status: number): FastifyReply {
  const response = problem(status, message);
  return send(reply.header('connection', 'close'), response, bytesOf(response));
}

/** Answers where there is no request to answer. */
function refuseOn(socket: Duplex, { status = 400, message }: Refusal): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({ error: message });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    () => {
      socket.destroy();
    },
  );
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

function ownCertificate(host: string): Promise<Certificate> {
  return selfSigned('offhook mock server', [host], 30);
}
