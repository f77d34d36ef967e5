import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostileRequests, type HostileRequest } from '../../testing/monitor/hostile-requests.js';
import {
  monitor,
  NO_LETTERS,
  OPERATOR,
  READER,
  startMonitorApi,
  type MonitorApi,
} from '../../testing/monitor/monitor-api.js';
import { rawHttp, type RawAnswer } from '../../testing/monitor/raw-http.js';

const COUNT = 1000;
const BESIDE = 25;
const PASSWORD = 'hunter2-0123456789';

let made: MonitorApi;
let routes: readonly (readonly [string, string])[];

beforeAll(async () => {
  made = await startMonitorApi(
    [
      monitor('zentrale-7', 'pass.js', { set: { PASSWORD }, public: false }),
      monitor('constructor', 'fail.js', { set: { PASSWORD }, public: false }),
    ],
    {
      tokens: [
        { name: 'reader', token: READER, role: 'read' },
        { name: 'operator', token: OPERATOR, role: 'operate' },
      ],
      page: '<!doctype html>page',
      status_page: { title: 'Phones', page: '<!doctype html>status' },
      notifications: { names: ['chat'], ...NO_LETTERS },
      limits: { requests: { burst: 100_000, per_second: 1000 } },
    },
  );
  const headers = { authorization: `Bearer ${READER}` };
  const answer = await fetch(`${made.api.url}/openapi.json`, { headers });
  const { paths } = (await answer.json()) as { paths: Record<string, object> };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  );
  await fetch(`${made.api.url}/run/constructor`, {
    method: 'POST',
    headers: { authorization: `Bearer ${OPERATOR}` },
  });
});

afterAll(async () => {
  await made.close();
});

/** What everybody may have. */
const OPEN =
  /^(?:http:\/\/evil\.example)?\/(healthz|status|status\.json|logout|monitors\/[^/]*)?([?#]|$)/;

function problemOf(
  { method, target, token }: HostileRequest,
  answer: RawAnswer,
): string | undefined {
  const { status, head, body, rest } = answer;
  const isOwnRun = /^\/run\/constructor/.test(target) && status === 502;
  // Waiting requests and feeds are limited, and the answer says so.
  const isFull = status === 503 && /"error":"unavailable"/.test(body);
  if (status >= 500 && !isOwnRun && !isFull) return 'a failure of the server';
  if ([PASSWORD, READER, OPERATOR, made.folder].some((secret) => (body + rest).includes(secret))) {
    return 'a secret';
  }
  if (/\n\s+at |node_modules|\.ts:\d/.test(body)) return 'a stack';
  if (/^X-Injected/im.test(head)) return 'a header of the request';
  if (status >= 400 && method !== 'HEAD' && body !== '' && head.includes('application/json')) {
    const { error, message } = JSON.parse(body) as Record<string, unknown>;
    if (typeof error !== 'string' || typeof message !== 'string') return 'an error without words';
  }
  if (token !== undefined) return undefined;
  if (status > 0 && status < 300 && !OPEN.test(target)) return 'something without a token';
  return (body + rest).includes('zentrale-7') ? 'a name without a token' : undefined;
}

it(`${COUNT} hostile requests: no failure, no secret, nothing without a token`, async () => {
  const names = ['zentrale-7', 'constructor', made.watch.find('constructor')?.last?.id ?? ''];
  const words = { routes, names, tokens: [READER, OPERATOR, `${READER}x`] };
  const requests = hostileRequests(18, COUNT, words);
  const wrong: string[] = [];
  const statuses: Record<number, number> = {};
  for (let at = 0; at < COUNT; at += BESIDE) {
    await Promise.all(
      requests.slice(at, at + BESIDE).map(async (request) => {
        const answer = await rawHttp(made.api.url, Buffer.from(request.text, 'latin1'));
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        const known = request.token === `${READER}x` ? { ...request, token: undefined } : request;
        const problem = problemOf(known, answer);
        if (problem !== undefined)
          wrong.push(
            `${problem}: ${request.text.slice(0, 300)}\n=> ${answer.status} ${answer.body.slice(0, 300)}`,
          );
      }),
    );
  }
  expect(wrong).toEqual([]);
  // Some are no HTTP at all: then the connection is closed, seldom without a word.
  expect(statuses[0] ?? 0).toBeLessThan(20);
  expect(made.bugs).toEqual([]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  // The requests are of many kinds, and the server is as it was.
  for (const status of [200, 400, 401, 403, 404, 405]) {
    expect([status, (statuses[status] ?? 0) > 15]).toEqual([status, true]);
  }
  const headers = { authorization: `Bearer ${READER}` };
  expect((await fetch(`${made.api.url}/list`, { headers })).status).toBe(200);
}, 120_000);
