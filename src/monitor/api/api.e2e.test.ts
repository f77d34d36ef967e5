import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monitor, startMonitorApi, type MonitorApi } from '../../testing/monitor/monitor-api.js';

let made: MonitorApi;
let url: string;

const ODD = 'näme/with "space"';

const LETTER = {
  id: 'chat 1 / 2',
  target: 'chat',
  monitor: 'bad',
  subject: 'FAILED: bad',
  created_at: 1_796_000_000_000,
  tries: 12,
  state: 'dead',
  problem: 'the other side answered 500',
} as const;

beforeAll(async () => {
  made = await startMonitorApi(
    [
      monitor('good', 'pass.js', { info: 'a line', public: true }),
      monitor('bad', 'fail.js', { set: { PASSWORD: 'hunter2' } }),
      ...['slow', 'stopped', 'left', 'marked'].map((name) => monitor(name, 'slow.js')),
      monitor('held', 'slow.js', { locks: ['line'] }),
      monitor('queued', 'pass.js', { locks: ['line'] }),
      monitor(ODD, 'pass.js'),
      monitor('constructor', 'pass.js'),
    ],
    {
      page: '<!doctype html><script nonce="__NONCE__">1</script><style nonce="__NONCE__"></style>',
      status_page: { title: 'Phones', page: '<!doctype html><script nonce="__NONCE__"></script>' },
      notifications: {
        names: ['chat'],
        test: () => Promise.resolve('the other side answered 500'),
        letters: () => [LETTER],
        sendAgain: (id) => Promise.resolve(id === LETTER.id),
        discard: (id) => Promise.resolve(id === LETTER.id),
      },
    },
  );
  ({ url } = made.api);
});

afterAll(async () => {
  expect(made.bugs).toEqual([]);
  await made.close();
});

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: unknown;
}

async function ask(
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url + path, { method, headers });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? (JSON.parse(text) as unknown) : undefined,
  };
}

/** Resolves when the monitor is as wanted. */
function until(name: string, wanted: (view: ReturnType<typeof made.watch.find>) => boolean) {
  return new Promise<void>((resolve) => {
    const look = (): void => {
      if (!wanted(made.watch.find(name))) return;
      stop();
      resolve();
    };
    const stop = made.watch.watch(look);
    look();
  });
}

describe('one run', () => {
  it("ringo's POST /run waits: 200 passed, 502 failed, 404 unknown", async () => {
    const good = await ask('/run/good', 'POST');
    expect(good.status).toBe(200);
    expect(good.json).toMatchObject({ monitor: 'good', outcome: 'passed', scenarios: 1 });
    const withBody = await fetch(`${url}/run/good`, { method: 'POST', body: '{}' });
    expect(withBody.status).toBe(200);
    const bad = await ask('/run/bad', 'POST');
    expect(bad.status).toBe(502);
    expect(bad.json).toMatchObject({ outcome: 'failed', scenarios_failed: 1, kept: true });
    expect((await ask('/run/nobody', 'POST')).status).toBe(404);
    expect((await ask(`/run/${encodeURIComponent(ODD)}`, 'POST')).status).toBe(200);
    expect((await ask('/run/constructor', 'POST')).status).toBe(200);
    expect((await ask('/run/__proto__', 'POST')).status).toBe(404);
  });

  it('async=true does not wait: 202, and 409 while it runs', async () => {
    expect((await ask('/run/slow?async=true', 'POST')).status).toBe(202);
    await until('slow', (view) => view?.running !== undefined);
    expect((await ask('/run/slow?async=true', 'POST')).status).toBe(409);
    expect((await ask('/run/slow', 'POST')).json).toMatchObject({ error: 'already_running' });
    expect((await ask('/test/slow/start', 'PUT')).json).toMatchObject({ ok: false });
    expect((await ask('/test/slow')).json).toMatchObject({ running: true, status: 'unknown' });
    expect((await ask('/')).json).toMatchObject({ n_running: 1 });
    expect((await ask('/test/slow/stop', 'PUT')).json).toMatchObject({ ok: true });
    await until('slow', (view) => view?.running === undefined && view?.last !== undefined);
    expect((await ask('/test/slow/stop', 'PUT')).json).toMatchObject({ ok: false });
    // Stopped: it does not count.
    expect((await ask('/test/slow')).json).toMatchObject({ n_run: 1, n_fail: 0, fail_map: [] });
  });

  it('who waits is told that it was stopped; who is gone stops nothing', async () => {
    const waiting = ask('/run/stopped', 'POST');
    await until('stopped', (view) => view?.running !== undefined);
    await ask('/test/stopped/stop', 'PUT');
    expect((await waiting).status).toBe(409);
    const gone = new AbortController();
    const left = fetch(`${url}/run/left`, { method: 'POST', signal: gone.signal });
    await until('left', (view) => view?.running !== undefined);
    gone.abort();
    await expect(left).rejects.toThrow();
    expect((await ask('/test/left')).json).toMatchObject({ running: true });
    await ask('/test/left/stop', 'PUT');
    await until('left', (view) => view?.running === undefined);
  });

  it('marked as failed it counts, with a run or without one', async () => {
    await ask('/test/marked/start', 'PUT');
    await until('marked', (view) => view?.running !== undefined);
    expect((await ask('/test/marked/fail', 'PUT')).json).toMatchObject({ ok: true });
    await until('marked', (view) => view?.running === undefined && view?.state.n_fail === 1);
    await ask('/test/marked/fail', 'PUT');
    expect((await ask('/test/marked')).json).toMatchObject({
      status: 'failing',
      n_fail: 2,
      fail_count: 2,
      fail_map: [true, true],
      exception: 'marked as failed by local',
    });
    expect((await ask('/')).json).toMatchObject({ n_warn: 2, warn: ['bad', 'marked'] });
  });

  it('taken out of the queue while somebody waits: 409', async () => {
    await ask('/test/held/start', 'PUT');
    await until('held', (view) => view?.running !== undefined);
    const waiting = ask('/run/queued', 'POST');
    await until('queued', (view) => view?.waiting_for !== undefined);
    expect((await ask('/test/queued')).json).toMatchObject({ running: false, waiting: true });
    expect((await ask('/test/queued/stop', 'PUT')).json).toMatchObject({ ok: true });
    expect((await waiting).status).toBe(409);
    await ask('/test/held/stop', 'PUT');
    await until('held', (view) => view?.running === undefined);
  });
});

it('pause and resume: false where it was so already', async () => {
  const oks = [];
  for (const verb of ['pause', 'pause', 'resume', 'resume']) {
    oks.push((await ask(`/test/good/${verb}`, 'PUT')).json);
    if (verb === 'pause') expect((await ask('/list')).json).toMatchObject({ paused: ['good'] });
  }
  expect(oks.map((one) => (one as { ok: boolean }).ok)).toEqual([true, false, true, false]);
});

it('history and buckets by their parameters', async () => {
  const runs = (await ask('/monitors/bad/runs?limit=1')).json as { started_at: number }[];
  expect(runs).toHaveLength(1);
  const before = runs[0]?.started_at ?? 0;
  const older = (await ask(`/monitors/bad/runs?before=${before}`)).json as typeof runs;
  expect(older).toEqual([]);
  const all = (await ask(`/monitors/marked/runs?before=${Date.now() + 1000}`)).json as typeof runs;
  const times = all.map((run) => run.started_at);
  expect(times).toEqual([...times].sort((one, two) => two - one));
  expect(times).toHaveLength(2);
  const second = times[0] ?? 0;
  expect((await ask(`/monitors/marked/runs?before=${second}`)).json).toHaveLength(1);
  const [bucket] = (await ask('/monitors/bad/buckets?size=day')).json as { runs: unknown }[];
  expect(bucket?.runs).toEqual({ failed: 1 });
  expect((await ask('/monitors/bad/buckets?from=0&to=1')).json).toEqual([]);
  for (const path of [
    '/monitors/bad/runs?limit=0',
    '/monitors/bad/runs?limit=1&limit=2',
    '/monitors/bad/buckets?size=week',
    '/monitors/bad/buckets?from=0&to=8640000000000000',
    '/run/good?async=yes',
  ]) {
    const { status, json } = await ask(path, path.startsWith('/run') ? 'POST' : 'GET');
    expect([path, status, (json as { error: string }).error]).toEqual([path, 400, 'bad_request']);
  }
});

it('the page for browsers, JSON for programs, each with a policy of its own', async () => {
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const pages = await Promise.all([ask('/', 'GET', { accept }), ask('/', 'GET', { accept })]);
  const nonces = pages.map(
    (page) => /nonce-([^']+)/.exec(page.headers.get('content-security-policy') ?? '')?.[1],
  );
  expect(pages[0].text).toBe(
    `<!doctype html><script nonce="${nonces[0]}">1</script><style nonce="${nonces[0]}"></style>`,
  );
  expect(nonces[0]).not.toBe(nonces[1]);
  expect((await ask('/monitors/good', 'GET', { accept })).text).toContain('<!doctype html>');
  const json = await ask('/', 'GET', { accept: '*/*' });
  expect(json.json).toHaveProperty('n_ok');
  for (const { headers } of [...pages, json, await ask('/nothing')]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

describe('the OpenAPI document', () => {
  interface Operation {
    responses: Record<string, { content?: Record<string, { schema?: object }> }>;
  }
  type Document = { paths: Record<string, Record<string, Operation>> };

  const concrete = (path: string): string =>
    path
      .replace('/notifications/{name}', '/notifications/chat')
      .replace('/letters/{id}', `/letters/${encodeURIComponent(LETTER.id)}`)
      .replace('{name}', 'bad')
      .replace('{id}', made.watch.find('bad')?.last?.id ?? '')
      .replace('{path}', 'run.ndjson')
      .replace(/^\/probe$/, '/probe?target=good');

  it('names the routes there are: other methods get 405, and nothing it names is missing', async () => {
    const { paths } = (await ask('/openapi.json')).json as Document;
    expect(Object.keys(paths)).toHaveLength(31);
    for (const [path, operations] of Object.entries(paths)) {
      const methods = Object.keys(operations).map((method) => method.toUpperCase());
      const { status, headers } = await ask(concrete(path), 'DELETE');
      const allowed = headers.get('allow')?.split(', ') ?? [];
      expect([path, status]).toEqual([path, 405]);
      expect([path, allowed.filter((one) => one !== 'HEAD')]).toEqual([path, methods]);
      if (allowed.includes('HEAD')) {
        const head = await ask(concrete(path), 'HEAD');
        expect([path, head.status, head.text]).toEqual([path, 200, '']);
      }
    }
  });

  it('has the shapes of the answers', async () => {
    const { json } = await ask('/openapi.json');
    const { paths } = json as Document;
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(json as object, 'api');
    const seen: string[] = [];
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(operations)) {
        if (path === '/ws' || path === '/events' || path === '/login') continue;
        const answer = await ask(concrete(path), method.toUpperCase());
        const described = responses[answer.status];
        expect([path, answer.status, described !== undefined]).toEqual([path, answer.status, true]);
        const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
        const place = `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/responses/${answer.status}/content/application~1json/schema`;
        if (type !== 'application/json' || path === '/runs/{id}/files/{path}') continue;
        const validate = ajv.compile({ $ref: `api${encodeURI(place)}` });
        expect([path, validate(answer.json), validate.errors]).toEqual([path, true, null]);
        seen.push(`${method} ${path} ${answer.status}`);
      }
    }
    expect(seen.length).toBeGreaterThan(18);
    const wrong = ajv.compile({ $ref: 'api#/components/schemas/Run' });
    expect(wrong({ id: 1 })).toBe(false);
  });
});

it('a test of a notification tells what came of it', async () => {
  expect((await ask('/notifications/chat/test', 'POST')).json).toEqual({
    ok: false,
    message: 'the other side answered 500',
  });
  expect((await ask('/notifications/__proto__/test', 'POST')).status).toBe(404);
});

it('messages that were given up are shown, tried again and forgotten', async () => {
  expect((await ask('/notifications')).json).toEqual({ targets: ['chat'], letters: [LETTER] });
  const path = `/notifications/letters/${encodeURIComponent(LETTER.id)}`;
  for (const what of ['again', 'discard']) {
    expect((await ask(`${path}/${what}`, 'PUT')).json).toEqual({ ok: true, message: 'it is done' });
    expect((await ask(`/notifications/letters/none/${what}`, 'PUT')).status).toBe(404);
  }
});

it('the public sees only what is public', async () => {
  const { json, text } = await ask('/status.json');
  expect(json).toMatchObject({ title: 'Phones', monitors: [{ name: 'good' }] });
  expect(Object.keys((json as { monitors: object[] }).monitors[0] ?? {}).sort()).toEqual([
    'days',
    'name',
    'strip',
    'uptime',
  ]);
  expect(text).not.toContain(made.watch.find('good')?.last?.id ?? '-');
  expect((await ask('/status')).headers.get('content-security-policy')).toContain('nonce-');
});
