/** HTTP functions on their way to the main thread: turns checked arguments into the form drivers take. */
import type {
  HttpHeaders,
  HttpRequestData,
  MockResponseData,
  PathPattern,
  Payload,
  RouteData,
} from '../../model/http-message.js';
import { isPlainObject, Special, Undefined } from '../../schema/special.js';
import { HTTP_GLOBALS } from '../../schema/verbs/http.js';
import { durationMs, type Duration } from '../../time.js';
import { toArgument } from './bridge.js';
import type { Operations } from '../guest-protocol.js';
import type { UnnumberedCall } from './channel.js';
import type { Session } from './job-context.js';

type Fields = Readonly<Record<string, unknown>>;

/** Redirects followed by default. */
const MOST_REDIRECTS = 10;

export function serviceCall(
  session: Session,
  { fn, mock, responder }: Operations['service'],
  args: readonly unknown[],
): UnnumberedCall {
  const subject = mock === undefined ? {} : { agent: mock };
  const made = (data: unknown, shown: string): UnnumberedCall => ({
    verb: fn,
    ...subject,
    args: [data],
    shown,
  });
  switch (fn) {
    case 'http': {
      const request = requestData(String(args[0]), String(args[1]), args[2]);
      return made([request], `${request.method} ${withoutUser(request.url)}`);
    }
    case 'http_all': {
      const requests = (args[0] as readonly Fields[]).map(({ method = 'GET', url, ...options }) =>
        requestData(String(method), String(url), options),
      );
      return made(requests, `${requests.length} requests`);
    }
    case 'mock_server':
      return made(mockOptions(session, args[0]), '');
    case 'on':
    case 'respond': {
      const route = routeData(args, fn === 'respond' ? undefined : (responder ?? 0));
      const path = 'text' in route.path ? route.path.text : `/${route.path.regex}/`;
      return made(route, route.method === undefined ? path : `${route.method} ${path}`);
    }
    case 'stop':
      return { verb: fn, ...subject, mock: true, args: [] };
  }
}

export function requestsCall(mock: string, ids: readonly number[]): UnnumberedCall {
  return { verb: 'requests', agent: mock, args: [ids] };
}

function requestData(method: string, url: string, given: unknown): HttpRequestData {
  const options = fieldsOf(given);
  const { timeout, follow_redirects: follow = true } = options;
  const target = new URL(url);
  for (const [name, value] of Object.entries(fieldsOf(options['query']))) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      target.searchParams.append(name, String(one));
    }
  }
  const payload = payloadOf(options['body']);
  const limit = timeout === undefined ? HTTP_GLOBALS.http.limit : (timeout as Duration);
  return {
    method: method.toUpperCase(),
    url: target.href,
    headers: { ...headersOf(options['headers']), ...authorization(fieldsOf(options['auth'])) },
    timeout_ms: durationMs(limit),
    redirects: typeof follow === 'number' ? follow : follow === true ? MOST_REDIRECTS : 0,
    ...(payload === undefined ? {} : { payload }),
  };
}

function authorization({ username, password, bearer }: Fields): HttpHeaders {
  if (typeof bearer === 'string') return { authorization: `Bearer ${bearer}` };
  if (typeof username !== 'string' || typeof password !== 'string') return {};
  const credentials = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  return { authorization: `Basic ${credentials}` };
}

/** A checked answer. */
export function responseData(given: unknown): MockResponseData {
  const { status = 200, headers, body, delay, drop } = fieldsOf(given);
  const payload = payloadOf(body);
  return {
    status: status as number,
    headers: headersOf(headers),
    delay_ms: delay === undefined ? 0 : durationMs(delay as Duration),
    drop: drop === true,
    ...(payload === undefined ? {} : { payload }),
  };
}

function routeData(args: readonly unknown[], responder: number | undefined): RouteData {
  const given = args.filter((arg) => !(arg instanceof Undefined));
  const [method, path, answer] = given.length === 3 ? given : [undefined, ...given];
  const responses = (Array.isArray(answer) ? answer : [answer]) as readonly unknown[];
  return {
    ...(method === undefined ? {} : { method: (method as string).toUpperCase() }),
    path: pathPattern(path),
    ...(responder === undefined ? { responses: responses.map(responseData) } : { responder }),
  };
}

function pathPattern(path: unknown): PathPattern {
  if (!(path instanceof Special)) return { text: String(path) };
  const end = path.text.lastIndexOf('/');
  // The flags g and y would make a match depend on the previous match.
  const flags = path.text.slice(end + 1).replace(/[gy]/g, '');
  return { regex: path.text.slice(1, end), flags };
}

/** Reads the files here, where the script's read roots are known. */
function mockOptions(session: Session, given: unknown): Fields {
  const { port = 0, host = '127.0.0.1', tls = false } = fieldsOf(given);
  if (!isPlainObject(tls)) return { port, host, tls };
  const read = (path: unknown): string => session.environment.readable(String(path)).text;
  return { port, host, tls: { cert: read(tls['cert_file']), key: read(tls['key_file']) } };
}

function headersOf(given: unknown): HttpHeaders {
  return Object.fromEntries(
    Object.entries(fieldsOf(given)).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  );
}

/** Turns text into itself, { base64 } into bytes, anything else into JSON. */
function payloadOf(body: unknown): Payload | undefined {
  if (body === undefined || body instanceof Undefined) return undefined;
  if (typeof body === 'string') {
    return { data: body, encoding: 'utf8', type: 'text/plain; charset=utf-8' };
  }
  if (isPlainObject(body) && Object.keys(body).length === 1 && typeof body['base64'] === 'string') {
    return { data: body['base64'], encoding: 'base64', type: 'application/octet-stream' };
  }
  return { data: JSON.stringify(toArgument(body)), encoding: 'utf8', type: 'application/json' };
}

/** The fields of an argument; none for an argument that was left out. */
function fieldsOf(value: unknown): Fields {
  if (!isPlainObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => !(field instanceof Undefined)),
  );
}

function withoutUser(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, '$1');
}
