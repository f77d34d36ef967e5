import { request as httpsRequest } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../certificate.js';
import {
  monitor,
  NO_LETTERS,
  OPERATOR,
  READER,
  startMonitorApi,
  type MonitorApi,
} from '../../../testing/monitor/monitor-api.js';
import { rawHttp } from '../../../testing/monitor/raw-http.js';
import type { Api, ApiOptions } from '../api-options.js';

const TOKENS = [
  { name: 'grafana', token: READER, role: 'read' },
  { name: 'anna', token: OPERATOR, role: 'operate' },
] as const;

let made: MonitorApi;
let opened: Api[] = [];

beforeAll(async () => {
  made = await startMonitorApi([
    monitor('line', 'pass.js', { set: { PASSWORD: 'hunter2' } }),
    monitor('shown', 'pass.js', { public: true }),
  ]);
});

afterEach(async () => {
  for (const api of opened) await api.close();
  opened = [];
});

afterAll(async () => {
  expect(made.bugs).toEqual([]);
  await made.close();
});

/** Another API of the same monitors. */
async function open(options: Partial<ApiOptions> = {}): Promise<string> {
  const api = await made.again({ tokens: TOKENS, ...options });
  opened.push(api);
  return api.url;
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

async function status(url: string, method = 'GET', headers: Record<string, string> = {}) {
  const response = await fetch(url, { method, headers });
  await response.text();
  return response.status;
}

async function login(url: string, token: string, headers = {}): Promise<Response> {
  return fetch(`${url}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

describe('roles', () => {
  it('of every route: nobody, who reads, who operates', async () => {
    const url = await open({
      notifications: { names: [], ...NO_LETTERS },
    });
    const { paths } = (await (
      await fetch(`${url}/openapi.json`, { headers: bearer(READER) })
    ).json()) as { paths: Record<string, Record<string, { 'x-offhook-role'?: string }>> };
    const rows: string[] = [];
    for (const [path, operations] of Object.entries(paths)) {
      for (const [verb, { 'x-offhook-role': role = 'open' }] of Object.entries(operations)) {
        // No monitor, run or notification has that name: nothing begins.
        const address = url + path.replace(/\{\w+\}/g, 'none');
        const method = verb.toUpperCase();
        if (role === 'open') continue;
        const nobody = await status(address, method);
        const wrong = await status(address, method, bearer(`${OPERATOR}x`));
        const reader = role === 'operate' ? await status(address, method, bearer(READER)) : '-';
        rows.push(`${role} ${nobody} ${wrong} ${reader}`);
      }
    }
    expect(rows.length).toBeGreaterThan(20);
    expect([...new Set(rows)].sort()).toEqual(['operate 401 401 403', 'read 401 401 -']);
  });

  it('who operates may do what who reads may not', async () => {
    const url = await open();
    expect(await status(`${url}/test/line/pause`, 'PUT', bearer(READER))).toBe(403);
    expect(await status(`${url}/probe?target=line`, 'GET', bearer(READER))).toBe(403);
    expect(await status(`${url}/list`, 'GET', bearer(READER))).toBe(200);
    expect(await status(`${url}/test/line/pause`, 'PUT', bearer(OPERATOR))).toBe(200);
    expect(await status(`${url}/test/line/resume`, 'PUT', bearer(OPERATOR))).toBe(200);
    expect(made.watch.find('line')?.paused).toBe(false);
  });

  it('without a token: whether it is well, the page, and the status where there is one', async () => {
    const url = await open({
      page: 'PAGE',
      status_page: { title: 'Phones', page: 'STATUS' },
    });
    const html = { accept: 'text/html' };
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(url, { headers: html })).text()).toBe('PAGE');
    expect(await status(url)).toBe(401);
    expect(await status(`${url}/list`, 'GET', html)).toBe(401);
    expect(await (await fetch(`${url}/status`)).text()).toBe('STATUS');
    const publicly = await (await fetch(`${url}/status.json`)).text();
    expect(publicly).toContain('shown');
    expect(publicly).not.toContain('line');
    const bare = await open();
    expect(await status(`${bare}/status.json`)).toBe(404);
    made.watch.report('settings', 'monitors.line: a secret detail');
    const ill = await fetch(`${url}/healthz`);
    expect([ill.status, await ill.json()]).toEqual([503, { status: 'not ok' }]);
    const told = await (await fetch(`${url}/healthz`, { headers: bearer(READER) })).text();
    expect(told).toContain('a secret detail');
    made.watch.report('settings', undefined);
  });
});

describe('sessions of browsers', () => {
  it('begin with a token, and end', async () => {
    const url = await open();
    const answer = await login(url, OPERATOR);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { name: 'anna', role: 'operate', login: true },
    ]);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const session = await fetch(`${url}/session`, { headers: { cookie } });
    expect(await session.json()).toEqual({ name: 'anna', role: 'operate', login: true });
    expect(await status(`${url}/test/line/resume`, 'PUT', { cookie })).toBe(200);
    expect(await status(`${url}/logout`, 'POST', { cookie })).toBe(200);
    expect(await status(`${url}/list`, 'GET', { cookie })).toBe(401);
  });

  it('do nothing for pages of other sites; a token is asked for by nobody but a program', async () => {
    const url = await open();
    const cookie = (await login(url, OPERATOR)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const start = `${url}/test/line/resume`;
    const origin = 'https://evil.example';
    expect(await status(start, 'PUT', { cookie, origin })).toBe(403);
    expect(await status(start, 'PUT', { cookie, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await status(start, 'PUT', { cookie, origin: url })).toBe(200);
    expect(await status(start, 'PUT', { ...bearer(OPERATOR), origin })).toBe(200);
    const image = { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' };
    expect(await status(`${url}/probe?target=line`, 'GET', image)).toBe(403);
    expect(await status(`${url}/events`, 'GET', { cookie, origin })).toBe(403);
    expect((await login(url, OPERATOR, { origin })).status).toBe(403);
    const allow = await fetch(`${url}/list`, { headers: { cookie, origin } });
    expect(allow.headers.get('access-control-allow-origin')).toBeNull();
    const preflight = { origin, 'access-control-request-method': 'PUT' };
    expect(await status(start, 'OPTIONS', preflight)).toBe(405);
  });

  it('a wrong token, too many of them, and what is no login', async () => {
    const url = await open({ limits: { logins: { burst: 3, per_second: 0.01 } } });
    expect((await login(url, 'wrong-token-0123456789')).status).toBe(401);
    expect(await status(`${url}/login`, 'POST')).toBe(400);
    expect((await login(url, OPERATOR)).status).toBe(200);
    const late = await login(url, OPERATOR);
    expect([late.status, Number(late.headers.get('retry-after')) > 10]).toEqual([429, true]);
    const none = await open({ tokens: [] });
    expect((await login(none, OPERATOR)).status).toBe(400);
  });
});

describe('without tokens', () => {
  it('only hosts that are this machine are answered (DNS rebinding)', async () => {
    const url = await open({ tokens: [] });
    const { port } = new URL(url);
    const ask = async (host: string): Promise<number> =>
      (await rawHttp(url, `GET /list HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))
        .status;
    const hosts = [
      `127.0.0.1:${port}`,
      'localhost',
      `[::1]:${port}`,
      `evil.example:${port}`,
      'a@b',
      '',
    ];
    expect(await Promise.all(hosts.map(ask))).toEqual([200, 200, 200, 421, 400, 400]);
    expect((await rawHttp(url, 'GET /healthz HTTP/1.0\r\n\r\n')).status).toBe(200);
    expect((await rawHttp(url, 'GET /healthz HTTP/1.1\r\n\r\n')).status).toBe(400);
    const origin = 'http://evil.example';
    expect(await status(`${url}/test/line/resume`, 'PUT', { origin })).toBe(403);
    expect(await status(`${url}/test/line/resume`, 'PUT')).toBe(200);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.com'])(
    'nobody else is listened to: %s',
    async (host) => {
      await expect(open({ tokens: [], host })).rejects.toMatchObject({ code: 'E_SETTINGS' });
    },
  );
});

describe('what cannot be', () => {
  it('a token that is too short, or no header', async () => {
    for (const token of ['', 'short', 'with a space in the middle', 'ümlaut-0123456789-0123']) {
      const tokens = [{ name: 'x', token, role: 'read' } as const];
      await expect(open({ tokens })).rejects.toMatchObject({ code: 'E_SETTINGS' });
    }
  });

  it('a port that is taken: what to do is told', async () => {
    const url = await open();
    await expect(open({ port: Number(new URL(url).port) })).rejects.toMatchObject({
      code: 'E_LISTEN',
      message: `monitor: cannot listen on 127.0.0.1 port ${new URL(url).port}: the port is taken`,
    });
  });
});

describe('TLS', () => {
  it('with a certificate and its key; the cookie is for TLS only', async () => {
    const { cert, key } = await selfSigned('monitor', ['127.0.0.1'], 1);
    const url = await open({ tls: { cert, key } });
    expect(url).toMatch(/^https:/);
    const body = JSON.stringify({ token: OPERATOR });
    const cookie = await new Promise<string>((resolve, reject) => {
      const request = httpsRequest(
        `${url}/login`,
        { method: 'POST', ca: cert, agent: false },
        (answer) => {
          answer.resume();
          resolve(answer.headers['set-cookie']?.[0] ?? '');
        },
      );
      request.on('error', reject);
      request.end(body);
    });
    expect(cookie).toMatch(/; Secure$/);
  });

  it('a broken pair is an error of the settings', async () => {
    const [one, two] = await Promise.all([selfSigned('a', [], 1), selfSigned('b', [], 1)]);
    for (const tls of [
      { cert: one.cert, key: two.key },
      { cert: 'nonsense', key: one.key },
      { cert: one.cert, key: '' },
    ]) {
      await expect(open({ tls })).rejects.toMatchObject({ code: 'E_SETTINGS' });
    }
  });
});

describe('limits', () => {
  it('too many requests of one address: 429, and when to come back', async () => {
    const url = await open({ limits: { requests: { burst: 5, per_second: 0.5 } } });
    const answers = [];
    for (let count = 0; count < 7; count += 1) answers.push(await status(`${url}/healthz`));
    expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const late = await fetch(`${url}/list`, { headers: bearer(READER) });
    expect(await late.json()).toMatchObject({ error: 'too_many_requests' });
    expect(late.headers.get('retry-after')).toBe('2');
  });

  it('a body or a header that is too large', async () => {
    const url = await open();
    const large = await fetch(`${url}/login`, { method: 'POST', body: 'x'.repeat(17_000) });
    expect([large.status, await large.json()]).toMatchObject([413, { error: 'too_large' }]);
    const head = `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
    const answer = await rawHttp(url, head);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([431, { error: 'too_large' }]);
  });
});
