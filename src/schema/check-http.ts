/** Checks of the arguments that only HTTP functions have. */
import { optionsProblem } from './option-rules.js';
import { FunctionRef, Special, describeValue, isPlainObject } from './special.js';

/** Either what the argument must be, or the whole text for a problem inside it. */
interface KindProblem {
  readonly expected?: string;
  readonly what?: string;
  readonly hint?: string;
}

const MOST_REQUESTS = 100;
/** RFC 9110, 5.6.2: token. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

export function httpMethodKind(value: unknown): KindProblem | undefined {
  const expected = 'an HTTP method such as "GET"';
  if (typeof value !== 'string') return { expected };
  if (value.startsWith('/') || value.includes('://')) {
    return { expected, hint: 'the method comes first: write http("GET", url)' };
  }
  if (!TOKEN.test(value)) return { expected };
  return value.toUpperCase() === 'CONNECT'
    ? { expected, hint: 'CONNECT is for proxies only' }
    : undefined;
}

export function urlKind(value: unknown): KindProblem | undefined {
  const expected = 'an absolute URL such as "http://127.0.0.1:8080/calls"';
  if (typeof value !== 'string') return { expected };
  const url = parse(value);
  if (url === null) {
    const hint = value.startsWith('/') ? 'put the server in front: env("API") + path' : undefined;
    return { expected, ...(hint === undefined ? {} : { hint }) };
  }
  if (url.protocol === 'http:' || url.protocol === 'https:') return undefined;
  return { expected, hint: 'only http and https can be asked' };
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

export function httpRequestsKind(value: unknown): KindProblem | undefined {
  const expected = 'an array of requests';
  const hint = 'write [{ url: "..." }, { method: "POST", url: "...", body: {} }]';
  if (!Array.isArray(value)) return { expected, hint };
  if (value.length === 0) return { expected: `${expected}, at least one`, hint };
  if (value.length > MOST_REQUESTS) {
    return { what: `"requests" has ${value.length} requests (limit ${MOST_REQUESTS})` };
  }
  for (const [index, one] of value.entries()) {
    const problem = requestProblem(one);
    if (problem !== undefined) return { ...problem, what: `request ${index + 1}: ${problem.what}` };
  }
  return undefined;
}

function requestProblem(value: unknown): { what: string; hint?: string } | undefined {
  if (!isPlainObject(value)) return { what: `must be an object: got ${describeValue(value)}` };
  const { method = 'GET', url, ...options } = value;
  const named = [
    ['method', method, httpMethodKind(method)],
    ['url', url, urlKind(url)],
  ] as const;
  for (const [name, given, problem] of named) {
    if (problem === undefined) continue;
    const { expected = '', hint } = problem;
    const what = `"${name}" must be ${expected}: got ${describeValue(given)}`;
    return { what, ...(hint === undefined ? {} : { hint }) };
  }
  return httpOptionsProblem(options);
}

/** What the schema cannot say: names and values of headers, both parts of Basic authentication. */
export function httpOptionsProblem(
  options: Readonly<Record<string, unknown>>,
): { what: string; hint?: string } | undefined {
  const problem = optionsProblem('httpOptions', options) ?? headersProblem(options['headers']);
  if (problem !== undefined) return problem;
  const { auth } = options;
  if (!isPlainObject(auth)) return undefined;
  const basic = typeof auth['username'] === 'string' && typeof auth['password'] === 'string';
  if (basic !== (typeof auth['bearer'] === 'string')) return undefined;
  return {
    what: 'option "auth" must be { username, password } or { bearer }',
    hint: 'give both of the first, or the second alone',
  };
}

export function mockResponseKind(value: unknown): KindProblem | undefined {
  const expected = 'a response';
  const hint = 'write json_response({ ... }), text_response("..."), or { status, body }';
  if (!isPlainObject(value)) return { expected, hint };
  return optionsProblem('mockResponse', value) ?? headersProblem(value['headers']);
}

export function mockResponsesKind(value: unknown): KindProblem | undefined {
  if (value instanceof FunctionRef) {
    return { expected: 'a response', hint: 'for a function use on()' };
  }
  if (!Array.isArray(value)) return mockResponseKind(value);
  if (value.length === 0) return { expected: 'a response, or an array with at least one' };
  for (const [index, one] of value.entries()) {
    const problem = mockResponseKind(one);
    if (problem === undefined) continue;
    const what = problem.what ?? `must be ${problem.expected ?? ''}: got ${describeValue(one)}`;
    return { ...problem, what: `response ${index + 1}: ${what}` };
  }
  return undefined;
}

export function pathKind(value: unknown): KindProblem | undefined {
  const expected = 'a path such as "/hook" or "/calls/*", or regex(...)';
  if (value instanceof Special && value.kind === 'regexp') return undefined;
  if (typeof value !== 'string') return { expected };
  if (!value.startsWith('/') && !value.startsWith('*')) {
    const hint = value.includes('://')
      ? 'leave out the server: only the path'
      : `write "/${value.slice(0, 60)}"`;
    return { expected, hint };
  }
  if (/[?#]/.test(value)) {
    return { expected, hint: 'leave out the query: look at request.query' };
  }
  return value.length > 1000 ? { expected: 'a path of at most 1000 characters' } : undefined;
}

function headersProblem(headers: unknown): { what: string; hint?: string } | undefined {
  if (!isPlainObject(headers)) return undefined;
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) {
      return { what: `option "headers": ${describeValue(name)} is not a header name` };
    }
    if (MADE_BY_CLIENT.has(name.toLowerCase())) {
      return {
        what: `option "headers": ${name} cannot be set: it follows from the message`,
        hint: 'leave it out',
      };
    }
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];

    if (
      values.some((one) => /[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(String(one)))
    ) {
      return {
        what: `option "headers": the value of ${name} has characters a header cannot have`,
        hint: 'leave out line breaks; escape what is not Latin-1',
      };
    }
  }
  return undefined;
}

/** Framing and hop-by-hop fields (RFC 9112, 6; RFC 9110, 7.6.1). */
const MADE_BY_CLIENT: ReadonlySet<string> = new Set(
  'content-length transfer-encoding connection keep-alive upgrade expect te trailer'.split(' '),
);
