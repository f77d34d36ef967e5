/** What makes somebody call: a request to a service, with the number to call. */
import type { CallUnderTest } from './call-under-test.js';
import { type Check, entriesOf, oneOf, readOptions, text } from './options.js';
import { argumentProblem, hintOf, messageOf } from './problem.js';

/** A request that makes the system under test call. `{number}` stands for the number to call in all of its texts. */
export interface Trigger {
  readonly url: string;
  /** Default: "GET", with a body "POST". */
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `{ username, password }` for Basic (RFC 7617), `{ bearer }` for a token (RFC 6750). */
  readonly auth?: HttpOptions['auth'];
}

const record = <T>(what: string): Check<Readonly<Record<string, T>>> => ({
  takes: what,
  read: (value, path) => Object.fromEntries(entriesOf(path, value)) as Record<string, T>,
});

const CHECKS = {
  url: text,
  method: oneOf('GET', 'POST', 'PUT'),
  query: record<string | number | boolean>('an object of names and values'),
  body: { takes: 'anything', read: (value: unknown) => value },
  headers: record<string>('an object of header names and values'),
  auth: record<string>('{ username, password } or { bearer }') as Check<
    NonNullable<HttpOptions['auth']>
  >,
};

const EXEC =
  'a scenario starts no programs: set trigger: { exec: [...] } of the monitor that runs it';

/** Tables of options take a trigger, or its URL alone. */
export const trigger: Check<Trigger> = {
  takes: 'a URL, or an object such as { url, method, query, body }',
  read: (value, path) => {
    if (typeof value === 'string') return value === '' ? undefined : { url: value };
    const { url, ...more } = readOptions(path, value, CHECKS, { exec: EXEC });
    if (url !== undefined) return { url, ...more };
    throw argumentProblem(
      { subject: path, what: '"url" is missing' },
      'name the URL of the request',
    );
  },
};

/** Sends the request; any answer but a 2xx is a failure. */
export function pullTrigger(test: CallUnderTest, wish: Trigger, number: string | undefined): void {
  const told = JSON.stringify(wish);
  if (number === undefined && told.includes(PLACEHOLDER)) {
    throw test.problem(
      { what: `the trigger has ${PLACEHOLDER}, and there is no number` },
      'set the option "number", or "number" of the line',
    );
  }
  const { url, query, body, headers } = filled(wish, number ?? '') as Trigger;
  const method = wish.method ?? (body === undefined ? 'GET' : 'POST');
  const address = wish.url.replaceAll(PLACEHOLDER, encodeURIComponent(number ?? ''));
  let status: number;
  try {
    ({ status } = http(method, address, {
      timeout: test.left(),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body }),
      ...(headers === undefined ? {} : { headers }),
      ...(wish.auth === undefined ? {} : { auth: wish.auth }),
    }));
  } catch (error) {
    throw test.problem({ what: 'the trigger failed', seen: messageOf(error) }, hintOf(error));
  }
  if (status >= 200 && status < 300) return;
  throw test.problem(
    { what: 'the trigger was refused', seen: `${method} ${url} was answered with ${status}` },
    'the server must answer the trigger with a 2xx status',
  );
}

const PLACEHOLDER = '{number}';

/** The value with the number in each of its texts. */
function filled(value: unknown, number: string): unknown {
  if (typeof value === 'string') return value.replaceAll(PLACEHOLDER, number);
  if (Array.isArray(value)) return value.map((one: unknown) => filled(one, number));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, filled(part, number)]),
  );
}
