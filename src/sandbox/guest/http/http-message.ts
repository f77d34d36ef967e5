/** Requests and responses as scripts read them: plain values with `header()` and `json()`. */
import { said } from '../../../errors.js';
import { base64OfText } from '../../../model/base64.js';
import type { HttpResponseData, MockRequestData } from '../../../model/http-message.js';
import { assert } from '../assert/assertion.js';

import { failure } from '../failure.js';
import { ask, callerStack } from '../host.js';
import { guardNames } from '../misspelt.js';
import { define, parse } from '../primordials.js';

const RESPONSE_VALUES = ['status', 'headers', 'body', 'ms', 'url'] as const;
const REQUEST_VALUES = ['method', 'path', 'query', 'headers', 'body'] as const;

type On = 'HttpResponse' | 'MockRequest';

interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly body_base64?: string;
}

export class HttpResponse {
  readonly #message: HttpResponseData;

  constructor(message: HttpResponseData) {
    this.#message = message;
    show(this, message as unknown as Readonly<Record<string, unknown>>, RESPONSE_VALUES);
    Object.freeze(this);
  }

  get body_base64(): string {
    return bytesOf(this.#message);
  }

  header(...args: unknown[]): string | undefined {
    return headerOf('HttpResponse', this.#message, args);
  }

  json(...args: unknown[]): unknown {
    const { method, url } = this.#message;
    return jsonOf('HttpResponse', `http ${method} ${url}`, this.#message, args);
  }

  expect_status(...args: unknown[]): this {
    const stack = callerStack();
    ask('check', { on: 'HttpResponse', fn: 'expect_status', args, stack });
    const { method, url, status } = this.#message;
    assert(status).describe(`status of ${method} ${url}`).equals(args[0]);
    return this;
  }
}
Reflect.deleteProperty(HttpResponse.prototype, 'constructor');
guardNames(HttpResponse.prototype, 'HttpResponse');
Object.freeze(HttpResponse.prototype);

export class MockRequest {
  readonly #message: MockRequestData;

  constructor(message: MockRequestData) {
    this.#message = message;
    show(this, message as unknown as Readonly<Record<string, unknown>>, REQUEST_VALUES);
    Object.freeze(this);
  }

  get body_base64(): string {
    return bytesOf(this.#message);
  }

  header(...args: unknown[]): string | undefined {
    return headerOf('MockRequest', this.#message, args);
  }

  json(...args: unknown[]): unknown {
    const { method, path } = this.#message;
    return jsonOf('MockRequest', `request ${method} ${path}`, this.#message, args);
  }
}
Reflect.deleteProperty(MockRequest.prototype, 'constructor');
guardNames(MockRequest.prototype, 'MockRequest');
Object.freeze(MockRequest.prototype);

/** Own fields: shown, compared and written as JSON like those of any plain value. */
function show(
  target: object,
  message: Readonly<Record<string, unknown>>,
  names: readonly string[],
): void {
  for (const key of names) {
    const value = message[key];
    const frozen = typeof value === 'object' ? Object.freeze(value) : value;
    define(target, key, { value: frozen, enumerable: true });
  }
}

/** Skips the check for trivially valid arguments: the round trip dominates a responder's latency. */
function check(on: On, fn: 'header' | 'json', args: unknown[]): void {
  const isText = args.length === 1 && typeof args[0] === 'string' && args[0] !== '';
  if (isText || (fn === 'json' && args.length === 0)) return;
  ask('check', { on, fn, args, stack: callerStack() });
}

/** Computed on access: most scripts read the text. */
function bytesOf({ body, body_base64 }: Message): string {
  return body_base64 ?? base64OfText(body);
}

function headerOf(on: On, { headers }: Message, args: unknown[]): string | undefined {
  check(on, 'header', args);
  const name = (args[0] as string).toLowerCase();
  return Object.hasOwn(headers, name) ? headers[name] : undefined;
}

function jsonOf(on: On, what: string, { body }: Message, args: unknown[]): unknown {
  check(on, 'json', args);
  const value = parsed(what, body);
  const path = args[0] as string | undefined;
  return path === undefined ? value : partOf(what, value, path);
}

const SHOWN = 80;

function parsed(what: string, body: string): unknown {
  if (body === '') {
    throw notJson(what, 'the body is empty', 'look at its headers, or at the status of a response');
  }
  try {
    // A byte order mark may be ignored (RFC 8259, 8.1).
    return parse(body.startsWith('\ufeff') ? body.slice(1) : body);
  } catch (error) {
    const shown = body.length > SHOWN ? `${body.slice(0, SHOWN)}...` : body;
    const why = error instanceof Error ? error.message : '';
    const hint = body.includes('\ufffd')
      ? 'it is not UTF-8: read its bytes with body_base64'
      : 'read it as text with body';
    throw notJson(what, `the body is not JSON: ${why}: ${shown}`, hint);
  }
}

function notJson(what: string, why: string, hint: string): Error {
  return failure({ code: 'E_HTTP_JSON', ...said({ subject: what, what: why }), hint });
}

/** "a.b[0].c": names and indexes. Own properties only. */
const STEP = /^(?:\.?([^.[\]]+)|\[(\d+)\])/;

function partOf(what: string, whole: unknown, path: string): unknown {
  let value = whole;
  for (let rest = path; rest !== '';) {
    const match = STEP.exec(rest);
    if (match === null || (rest === path && rest.startsWith('.'))) {
      const message = `${what}: json("${path}"): not a path: cannot read "${rest}"`;
      throw failure({ code: 'E_HTTP_JSON', message, hint: 'write for example "calls[0].id"' });
    }
    value = step(value, match[1] ?? Number(match[2]));
    rest = rest.slice(match[0].length);
  }
  return value;
}

function step(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string | number, unknown>)[key] : undefined;
}
