/**
 * The HTTP client of scripts: one request at a time to its end, with limits, redirects hop by hop, and
 * every step emitted as an event. Knows undici; must not know scripts or their permissions: the given
 * `allow` judges each target, and each address a name resolves to.
 */
import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { afterReading } from '../after-reading.js';
import { OffhookError, predicateOf } from '../errors.js';
import { bodyData, codingsOf } from '../http-body.js';
import { shownBody, type HttpEvent } from '../model/http-event.js';
import type {
  HttpHeaders,
  HttpRequestData,
  HttpResponseData,
  Payload,
} from '../model/http-message.js';
import { isSecretName } from '../model/secret-names.js';
import { formatMs } from '../time.js';
import { bodyContent, readBody } from './body.js';
import { connectionFor, type Connection, type ConnectionSettings } from './connection.js';
import { connectionFailure, cutShort } from './failure.js';

export interface HttpClientOptions extends ConnectionSettings {
  event: (event: HttpEvent) => void;
  /** A number for each exchange, unique in the scenario. */
  nextExchange: () => number;
}

/** A request under way; a redirect changes it. */
interface Hop {
  method: string;
  url: URL;
  headers: HttpHeaders;
  payload: Payload | undefined;
}

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #closed = new AbortController();

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  /** Ends all requests under way. */
  close(): void {
    this.#closed.abort();
  }

  /** @throws E_HTTP, E_HTTP_TIMEOUT, E_HTTP_LIMIT, and what `allow` throws. */
  async send(data: HttpRequestData): Promise<HttpResponseData> {
    const began = performance.now();
    const late = new AbortController();
    const timer = afterReading(data.timeout_ms, () => {
      late.abort();
    });
    const signal = AbortSignal.any([late.signal, this.#closed.signal]);
    let hop = firstHop(data);
    try {
      for (let left = data.redirects; ; left -= 1) {
        const response = await this.#exchange(hop, signal, data.timeout_ms, began);
        const next = nextHop(hop, response);
        if (next === undefined || data.redirects === 0) return response;
        if (left === 0) throw tooManyRedirects(hop, data.redirects);
        hop = next;
      }
    } finally {
      timer.cancel();
    }
  }

  async #exchange(
    hop: Hop,
    signal: AbortSignal,
    limitMs: number,
    began: number,
  ): Promise<HttpResponseData> {
    const { event, nextExchange } = this.#options;
    const { method, payload } = hop;
    const url = shownUrl(hop.url);
    const what = `http ${method} ${url}`;
    const base = { exchange: nextExchange(), method, url };
    const bytes = payload === undefined ? 0 : Buffer.byteLength(payload.data, payload.encoding);
    event({ type: 'http_sent', ...base, body: payloadText(payload), bytes });
    const started = performance.now();
    let connection: Connection | undefined;
    let read = -1;
    let length: string | undefined;
    try {
      connection = connectionFor(hop.url, this.#options);
      const answer = await request(hop.url, requestOptions(hop, connection.dispatcher, signal));
      read = 0;
      const headers = joined(answer.headers);
      length = headers['content-length'];
      const { statusCode: status, body } = answer;
      const raw = NO_BODY.has(status)
        ? ignored(body)
        : await readBody(what, body, (count) => {
            read = count;
          });
      const content = bodyContent(what, raw, codingsOf(headers));
      const data = bodyData(content, headers['content-type']);
      const ms = performance.now() - started;
      event({
        type: 'http_response',
        ...base,
        status,
        ms,
        body: shownBody(data.body),
        bytes: raw.length,
      });
      return { status, reason: '', headers, ...data, ms: performance.now() - began, method, url };
    } catch (thrown) {
      const phase = read >= 0 ? `reading the body (${read} bytes so far)` : connection?.phase();
      const error = this.#closed.signal.aborted
        ? new OffhookError('E_HTTP', {
            subject: what,
            what: 'given up',
            seen: 'the scenario ended',
          })
        : signal.aborted
          ? timedOut(what, phase ?? 'connecting', limitMs)
          : (cutShort(what, thrown, read, length) ??
            connectionFailure(
              connection?.proxy === undefined ? what : `${what} through ${connection.proxy}`,
              thrown,
            ));
      const ms = performance.now() - started;
      event({ type: 'http_failed', ...base, reason: predicateOf(error.toData()), ms });
      throw error;
    } finally {
      // The request has its outcome. Not awaited: a peer that never closes must hold nothing up.
      void connection?.dispatcher.destroy().catch(() => undefined);
    }
  }
}

/** Answers that end with their header, whatever the header says about a body (RFC 9112, 6.3). */
const NO_BODY: ReadonlySet<number> = new Set([204, 304]);

function ignored(body: Readable): Buffer {
  // The answer is complete: an error of its connection no longer matters.
  body.on('error', () => undefined);
  return Buffer.alloc(0);
}

function requestOptions(
  { method, headers, payload }: Hop,
  dispatcher: Dispatcher,
  signal: AbortSignal,
): NonNullable<Parameters<typeof request>[1]> {
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return {
    dispatcher,
    method: method,
    signal,
    headers: {
      ...(hasHeader(headers, 'user-agent') ? {} : { 'user-agent': 'offhook' }),
      ...(hasHeader(headers, 'accept') ? {} : { accept: '*/*' }),
      ...(payload === undefined || hasType ? {} : { 'content-type': payload.type }),
      ...(headers as Record<string, string | string[]>),
    },
    ...(payload === undefined ? {} : { body: Buffer.from(payload.data, payload.encoding) }),
  };
}

function hasHeader(headers: HttpHeaders, name: string): boolean {
  return Object.keys(headers).some((one) => one.toLowerCase() === name);
}

/** A user in the URL becomes Basic authentication (RFC 3986, 3.2.1). */
function firstHop({ method, url: text, headers, payload }: HttpRequestData): Hop {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  if (username === '' || hasHeader(headers, 'authorization'))
    return { method, url, headers, payload };
  const credentials = Buffer.from([username, password].map(decoded).join(':')).toString('base64');
  return { method, url, headers: { ...headers, authorization: `Basic ${credentials}` }, payload };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Where a redirect leads (RFC 9110, 15.4); undefined when the answer is none. */
function nextHop(hop: Hop, { status, headers }: HttpResponseData): Hop | undefined {
  const location = headers['location'];
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  let url: URL;
  try {
    url = new URL(location, hop.url);
  } catch {
    throw badRedirect(hop, location);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw badRedirect(hop, location);
  url.hash = '';
  url.username = '';
  url.password = '';
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD') || (status <= 302 && hop.method === 'POST');
  const kept = Object.entries(hop.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (url.origin !== hop.url.origin && (lower === 'host' || isSecretName(name))) return false;
    return !(becomesGet && lower === 'content-type');
  });
  return {
    method: becomesGet ? 'GET' : hop.method,
    url,
    headers: Object.fromEntries(kept),
    payload: becomesGet ? undefined : hop.payload,
  };
}

function badRedirect({ method, url }: Hop, location: string): OffhookError {
  const what = `http ${method} ${shownUrl(url)}`;
  return new OffhookError(
    'E_HTTP',
    {
      subject: what,
      what: 'redirected to what is no http or https URL',
      seen: location.slice(0, 200),
    },
    {
      hint: 'look at the answer itself with follow_redirects: false',
    },
  );
}

function tooManyRedirects({ method, url }: Hop, limit: number): OffhookError {
  const what = `http ${method} ${shownUrl(url)}`;
  return new OffhookError(
    'E_HTTP',
    { subject: what, what: 'too many redirects', limit: String(limit) },
    {
      hint: 'look at the answers with follow_redirects: false',
    },
  );
}

function timedOut(what: string, phase: string, limitMs: number): OffhookError {
  const limit = formatMs(limitMs);
  return new OffhookError(
    'E_HTTP_TIMEOUT',
    { subject: what, what: 'timed out', seen: phase, limit },
    {
      hint: 'look at the server, or give it more time with the option timeout',
    },
  );
}

function joined(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const result: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      result[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { ...result };
}

/** The URL as reports show it: never with a password. */
function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search}`;
}

function payloadText(payload: Payload | undefined): string {
  if (payload === undefined) return '';
  return payload.encoding === 'utf8' ? shownBody(payload.data) : '';
}
