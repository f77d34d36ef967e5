/** HTTP: requests to the system under test, and mock servers for the requests it sends. */
import type { FunctionRow, GetterRow, ParamRow } from '../rows.js';

const METHOD: ParamRow = {
  name: 'method',
  kind: 'http_method',
  optional: true,
  default: 'any method',
  doc: 'Request method.',
};

const PATH: ParamRow = {
  name: 'path',
  kind: 'path',
  doc: 'The path without the query: exact (`"/hook"`), with wildcards (`"/calls/*/events"`; `*` is any text without `/`, `**` any text), or `regex(...)`.',
};

const SOME_PATH: ParamRow = {
  ...PATH,
  optional: true,
  default: 'every path',
  doc: 'Only requests with this path: exact, with wildcards, or `regex(...)`.',
};

const HTTP_THROWS = [
  'E_HTTP',
  'E_HTTP_TIMEOUT',
  'E_HTTP_LIMIT',
  'E_RESPONDER',
  'E_ARGUMENT',
] as const;

export const HTTP_GLOBALS = {
  http: {
    on: 'global',
    side: 'host',
    effect: 'ask',
    params: [
      {
        name: 'method',
        kind: 'http_method',
        doc: 'Request method, in any case: `"GET"`, `"POST"`.',
      },
      { name: 'url', kind: 'url', doc: 'Absolute URL, http or https.' },
      {
        name: 'options',
        kind: 'http_options',
        optional: true,
        doc: 'Headers, body, query, time-out, redirects, authorization.',
      },
    ],
    secrets: 'requests',
    quiet: true,
    returns: 'HttpResponse',
    doc: 'Sends an HTTP request and returns the answer, whatever its status. In a condition it is sent again at most every 100 ms. Proxies come from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (never for loopback), further authorities from `SSL_CERT_FILE` and `NODE_EXTRA_CA_CERTS`. A body of more than 4 MiB is an error.',
    done: 'the whole answer was received',
    limit: '10s',
    throws: HTTP_THROWS,
    example: `const call = http("POST", env("API") + "/calls", { body: { to: "+15550100" } }).expect_status(201);
log(call.json("id"), call.header("Location"), call.ms);
await_until(() => assert(http("GET", env("API") + "/calls/7").json("state")).equals("done"));`,
    source: 'RFC 9110',
  },
  http_all: {
    on: 'global',
    side: 'host',
    effect: 'ask',
    params: [
      {
        name: 'requests',
        kind: 'http_requests',
        doc: 'Up to 100 requests: the options of `http`, with `url` and `method` ("GET" without one).',
      },
    ],
    secrets: 'requests',
    quiet: true,
    returns: 'readonly HttpResponse[]',
    doc: 'Sends several requests at once and returns their answers in the order of the requests.',
    done: 'every answer was received',
    limit: '10s',
    throws: HTTP_THROWS,
    example: `const [health, users] = http_all([
  { url: env("API") + "/health" },
  { method: "POST", url: env("API") + "/users", body: { name: "bob" } },
]);
assert(health.status).equals(200);`,
  },
  mock_server: {
    on: 'global',
    side: 'host',
    effect: 'effect',
    params: [
      {
        name: 'options',
        kind: 'mock_options',
        optional: true,
        doc: 'Port, host, TLS.',
      },
    ],
    quiet: true,
    returns: 'MockServer',
    doc: 'Starts an HTTP server for the requests that the system under test sends: webhooks, callbacks. It is closed when the scenario ends. A request that matches no route is answered with 404, and counted. The newest 1,000 requests (up to 16 MiB of bodies) are kept for `requests`; a body may have up to 1 MiB.',
    done: 'it listens',
    throws: ['E_MOCK', 'E_READ_DENIED', 'E_READ_FAILED', 'E_ARGUMENT'],
    example: `const mock = mock_server();
mock.respond("POST", "/hook", json_response({ action: "answer" }));
http("POST", env("API") + "/subscriptions", { body: { url: mock.url + "/hook" } });
await_until(() => assert(mock.request_count("/hook")).equals(1));
assert(mock.last_request("/hook")?.json("event")).equals("ringing");`,
  },
  json_response: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [
      { name: 'body', kind: 'any', doc: 'Any plain value.' },
      {
        name: 'status',
        kind: 'integer',
        optional: true,
        default: '200',
        doc: 'Status code.',
      },
      {
        name: 'options',
        kind: 'mock_response',
        optional: true,
        type: 'MockResponse',
        doc: '`headers`, `delay` or `drop`.',
      },
    ],
    returns: 'MockResponse',
    doc: 'An answer of a mock server with a JSON body.',
    throws: ['E_ARGUMENT', 'E_VALUE_LIMIT'],
    example: 'mock.respond("/calls", json_response({ id: 7 }, 201, { delay: "300ms" }));',
  },
  text_response: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [
      { name: 'body', kind: 'string', doc: 'The body.' },
      {
        name: 'status',
        kind: 'integer',
        optional: true,
        default: '200',
        doc: 'Status code.',
      },
      {
        name: 'options',
        kind: 'mock_response',
        optional: true,
        type: 'MockResponse',
        doc: '`headers`, `delay` or `drop`.',
      },
    ],
    returns: 'MockResponse',
    doc: 'An answer of a mock server with a text body.',
    throws: ['E_ARGUMENT', 'E_VALUE_LIMIT'],
    example: 'mock.respond("/health", text_response("down for maintenance", 503));',
  },
  regex: {
    on: 'global',
    side: 'guest',
    effect: 'none',
    params: [
      {
        name: 'pattern',
        kind: 'pattern',
        doc: 'A regular expression, or its text.',
      },
    ],
    returns: 'RegExp',
    doc: 'A regular expression for the path of a route: `regex("^/calls/\\\\d+$")`. A `/.../` literal does the same.',
    throws: ['E_ARGUMENT'],
    example:
      'mock.on(regex("^/calls/\\\\d+$"), (request) => json_response({ path: request.path }));',
  },
} as const satisfies Record<string, FunctionRow>;

/** Methods of a mock server, carried out by the driver. */
export const MOCK_VERBS = {
  on: {
    on: 'MockServer',
    side: 'host',
    effect: 'effect',
    params: [
      METHOD,
      PATH,
      {
        name: 'responder',
        kind: 'function',
        type: '(request: MockRequest) => MockResponse',
        doc: 'Returns the answer to each request. It must not be async. It may read state, but must not act or wait.',
      },
    ],
    returns: 'void',
    doc: 'Answers requests with what a function of the script returns. It runs while the script waits in any verb, `await_until` or `wait`, one request at a time, for at most 2 s of computing. A request that comes while the script computes waits up to 10 s and is then answered with 503. A request also gets 503 if 1,000 requests (or 16 MiB of bodies) are already waiting, or if it comes after teardown has begun. If the function throws, or returns a promise or no response, the request is answered with 500 and the scenario fails. If several routes match a request, the newest one answers.',
    throws: ['E_MOCK', 'E_ARGUMENT'],
    example: `mock.on("POST", "/hook", (request) =>
  request.json("event") === "ringing" ? json_response({ action: "answer" }) : text_response("", 204),
);`,
  },
  respond: {
    on: 'MockServer',
    side: 'host',
    effect: 'effect',
    params: [
      METHOD,
      PATH,
      {
        name: 'response',
        kind: 'mock_responses',
        doc: 'The answer, or an array of answers given one after another; the last one is repeated.',
      },
    ],
    returns: 'void',
    doc: 'Answers requests without running the script, even while the script computes. If several routes match a request, the newest one answers.',
    throws: ['E_MOCK', 'E_ARGUMENT'],
    example: `mock.respond("GET", "/config", json_response({ queue: "sales" }));
mock.respond("/flaky", [{ drop: true }, text_response("busy", 503), text_response("ok")]);`,
  },
  stop: {
    on: 'MockServer',
    side: 'host',
    effect: 'effect',
    params: [],
    returns: 'void',
    doc: 'Closes the server and its connections. What it received can still be read.',
    done: 'nothing listens any more',
    throws: [],
  },
} as const satisfies Record<string, FunctionRow>;

/** Methods of a mock server that read its received requests. */
export const MOCK_METHODS = {
  request_count: {
    on: 'MockServer',
    side: 'guest',
    effect: 'none',
    params: [SOME_PATH],
    returns: 'number',
    doc: 'How many requests have come, answered or not. In a condition, only the requests up to the event for which it is evaluated count: each request is an event of its own. Up to 10,000 different paths are told apart; the query is not part of the path.',
    throws: ['E_ARGUMENT'],
    example: 'await_until(() => assert(mock.request_count("/hook")).equals(2));',
  },
  last_request: {
    on: 'MockServer',
    side: 'guest',
    effect: 'none',
    params: [SOME_PATH],
    returns: 'MockRequest | undefined',
    doc: 'The newest request; undefined if there was none, or if it is no longer among the newest 1,000 requests.',
    throws: ['E_ARGUMENT'],
    example:
      'const last = await_until(() => assert(mock.last_request("/hook")).is_present().value());',
  },
  requests: {
    on: 'MockServer',
    side: 'guest',
    effect: 'none',
    params: [SOME_PATH],
    returns: 'readonly MockRequest[]',
    doc: 'The newest 1,000 requests, oldest first; fewer if their bodies together exceed 16 MiB.',
    throws: ['E_ARGUMENT'],
    example:
      'assert(mock.requests("/hook").map((one) => one.json("event"))).equals(["ringing", "ended"]);',
  },
} as const satisfies Record<string, FunctionRow>;

export const MOCK_VALUES = {
  url: {
    type: 'string',
    doc: 'Address of the server, without a slash at the end: `http://127.0.0.1:40123`.',
  },
  port: { type: 'number', doc: 'Its TCP port.' },
} as const satisfies Record<string, GetterRow>;

const HEADER: Pick<FunctionRow, 'side' | 'effect' | 'params' | 'returns' | 'throws'> = {
  side: 'guest',
  effect: 'none',
  params: [{ name: 'name', kind: 'text', doc: 'Header name, any case.' }],
  returns: 'string | undefined',
  throws: ['E_ARGUMENT'],
};

const JSON_BODY: Pick<FunctionRow, 'side' | 'effect' | 'params' | 'returns' | 'throws'> = {
  side: 'guest',
  effect: 'none',
  params: [
    {
      name: 'path',
      kind: 'string',
      optional: true,
      doc: 'Part of it: `"call.legs[0].id"`.',
    },
  ],
  returns: 'any',
  throws: ['E_HTTP_JSON', 'E_ARGUMENT'],
};

export const HTTP_RESPONSE_METHODS = {
  header: {
    ...HEADER,
    on: 'HttpResponse',
    doc: 'Value of a header; several of one name joined with ", ".',
    source: 'RFC 9110, 5',
  },
  json: {
    ...JSON_BODY,
    on: 'HttpResponse',
    doc: 'The body as JSON, or a part of it; undefined where there is no such part.',
    example: 'assert(http("GET", url).json("calls[0].state")).equals("ringing");',
  },
  expect_status: {
    on: 'HttpResponse',
    side: 'guest',
    effect: 'none',
    params: [{ name: 'code', kind: 'integer', doc: 'The status code it must have.' }],
    returns: 'HttpResponse',
    doc: 'Asserts the status code, and returns the same response.',
    throws: ['E_ASSERT', 'E_ARGUMENT'],
    example: 'const { id } = http("POST", url, { body: {} }).expect_status(201).json();',
  },
} as const satisfies Record<string, FunctionRow>;

export const HTTP_RESPONSE_VALUES = {
  status: { type: 'number', doc: 'Status code.', source: 'RFC 9110, 15' },
  headers: {
    type: 'Readonly<Record<string, string>>',
    doc: 'Header fields by lower-case name; several of one name joined with ", ".',
  },
  body: {
    type: 'string',
    doc: 'The body as text, its Content-Encoding undone; empty without one. It is read as UTF-8, unless a byte order mark of UTF-16 or the charset of its Content-Type says otherwise.',
    source: 'RFC 9110, 8.4',
  },
  body_base64: {
    type: 'string',
    doc: 'The bytes of the body in base64, its Content-Encoding undone: also where they are not text.',
    source: 'RFC 4648, 4',
  },
  ms: {
    type: 'number',
    doc: 'How long the request took, from the call of `http()` to the end of the body, redirects included.',
  },
  url: { type: 'string', doc: 'Where the answer came from, after redirects.' },
} as const satisfies Record<string, GetterRow>;

export const MOCK_REQUEST_METHODS = {
  header: {
    ...HEADER,
    on: 'MockRequest',
    doc: 'Value of a header of the request; several of one name joined with ", ".',
    source: 'RFC 9110, 5',
  },
  json: {
    ...JSON_BODY,
    on: 'MockRequest',
    doc: 'The body of the request as JSON, or a part of it; undefined where there is no such part.',
    example: 'assert(mock.last_request("/hook")?.json("call.from")).equals("alice");',
  },
} as const satisfies Record<string, FunctionRow>;

export const MOCK_REQUEST_VALUES = {
  method: { type: 'string', doc: 'Request method, upper case; `?` where it could not be read.' },
  path: {
    type: 'string',
    doc: 'The path as on the wire, without the query; if the request target is in absolute form, only its path; `unknown` if it could not be read.',
  },
  query: {
    type: 'Readonly<Record<string, string | readonly string[]>>',
    doc: 'The query, unescaped; the value of a repeated name is an array.',
  },
  headers: {
    type: 'Readonly<Record<string, string>>',
    doc: 'Header fields by lower-case name; several of one name joined with ", ".',
  },
  body: {
    type: 'string',
    doc: 'The body as text, its Content-Encoding undone; empty without one. It is read as UTF-8, unless a byte order mark of UTF-16 or the charset of its Content-Type says otherwise.',
    source: 'RFC 9110, 8.4',
  },
  body_base64: {
    type: 'string',
    doc: 'The bytes of the body in base64, its Content-Encoding undone: also where they are not text.',
    source: 'RFC 4648, 4',
  },
} as const satisfies Record<string, GetterRow>;

type MockVerb = keyof typeof MOCK_VERBS;
/** Functions the runner binds, besides the verbs of agents. */
export type ServiceVerb = 'http' | 'http_all' | 'mock_server' | MockVerb;
