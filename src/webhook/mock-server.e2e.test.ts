import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../model/run-event.js';
import { eventsOf, logsOf, runFiles, verdictsOf } from '../testing/cli/run-files.js';
import { eventsTogether } from '../testing/cli/run-together.js';
import { withMock } from '../testing/cli/with-mock.js';
import { selfSigned } from '../certificate.js';

async function run(source: string, args: readonly string[] = [], files = {}) {
  const result = await runFiles({ 'it.js': source, ...files }, ['run', 'it.js', '--json', ...args]);
  return { ...result, logs: logsOf(result.stdout), failures: failuresOf(result.stdout) };
}

function failuresOf(stdout: string): readonly Failure[] {
  return eventsOf(stdout).flatMap((one) => (one.type === 'scenario_finished' ? one.failures : []));
}

const status = async (url: string): Promise<number> => (await fetch(url)).status;

describe.concurrent('mock_server()', () => {
  it('answers by exact, wildcard and regex paths, any or one method, the newest first', async () => {
    const { logs, code } = await run(`
      const m = mock_server();
      const ask = (method, path, options) => { const r = http(method, m.url + path, options); return r.status + ' ' + r.body; };
      m.respond('/a', text_response('any'));
      m.respond('POST', '/a', text_response('post'));
      m.respond('/calls/*', text_response('star'));
      m.respond('/deep/**', text_response('stars'));
      m.respond(regex('^/n/\\\\d+$'), text_response('number'));
      m.respond(/^\\/(a+)+$/i, text_response('regex'));
      log(ask('GET', '/a'), ask('POST', '/a'), ask('PROPFIND', '/a'));
      log(ask('GET', '/calls/7'), ask('GET', '/calls/7/x'), ask('GET', '/deep/x/y?z=1'));
      log(ask('GET', '/n/12'), ask('GET', '/n/x'), ask('GET', '/AA'));
      m.respond('/a', text_response('newer'));
      log(ask('GET', '/a'));
      m.respond('/raw', { status: 299, headers: { 'X-A': ['1', '2'], 'content-type': 'x/y' }, body: { base64: 'AAE=' } });
      const raw = http('GET', m.url + '/raw');
      log(raw.status, raw.header('x-a'), raw.header('content-type'), raw.body.length);
      log(JSON.stringify(http('GET', m.url + '/%zz?a=%zz&b=1&b=2').json()), m.last_request().path, m.last_request().query);
      log(m.request_count(), m.request_count('/a'), m.request_count('/calls/**'), m.request_count(/^\\/n/), m.requests('/a').map((r) => r.method));
      m.stop();
      m.stop();
      try { m.respond('/x', text_response('')); } catch (e) { log(e.message); }
      try { http('GET', m.url); } catch (e) { log(e.code); }
      log(m.request_count('/a'), m.last_request('/a').header('HOST').length > 5);`);
    expect(logs.slice(0, 4)).toEqual([
      '200 regex 200 regex 200 regex',
      '200 star 404 {"error":"no route fits GET /calls/7/x"} 200 stars',
      '200 number 404 {"error":"no route fits GET /n/x"} 200 regex',
      '200 newer',
    ]);
    expect(logs[4]).toBe('299 1, 2 x/y 2');
    expect(logs[5]).toContain('no route fits GET /%zz');
    expect(logs[5]).toContain('/%zz { a: "%zz", b: ["1", "2"] }');
    expect(logs[6]).toBe('12 4 2 2 ["GET", "POST", "PROPFIND", "GET"]');
    expect(logs[7]).toMatch(/mock server http.*: is stopped/);
    expect(logs.slice(8)).toEqual(['E_HTTP', '4 true']);
    expect(code).toBe(0);
  });

  it('gives answers in turn, late, or none at all', async () => {
    const { logs } = await run(`
      const m = mock_server();
      m.respond('/x', [{ drop: true }, text_response('busy', 503), json_response([1], 201, { delay: '300ms', headers: { 'x-a': 'b' } })]);
      try { http('GET', m.url + '/x'); } catch (e) { log(e.message.replace(/.*: /, '')); }
      log(http('GET', m.url + '/x').status);
      for (const r of [1, 2].map(() => http('GET', m.url + '/x'))) log(r.status, r.body, r.ms >= 299, r.header('x-a'), r.header('content-type'));`);
    const last = '201 [1] true b application/json';
    expect(logs).toEqual(['the server closed the connection', '503', last, last]);
  });

  it('speaks TLS with its own certificate or a given one', async () => {
    const { cert, key } = await selfSigned('test', ['127.0.0.1'], 1);
    const files = { 'c.pem': cert, 'k.pem': key };
    const source = `const a = mock_server({ tls: true }), b = mock_server({ tls: { cert_file: 'c.pem', key_file: 'k.pem' } });
      for (const m of [a, b]) { m.respond('/', text_response('ok')); log(m.url.slice(0, 6), http('GET', m.url).body); }`;
    const { logs } = await run(source, ['--insecure-http'], files);
    expect(logs).toEqual(['https: ok', 'https: ok']);
  });

  it('is closed at the end of its scenario, also of one that failed; a taken port is told', async () => {
    const { stdout, failures } = await run(`
      scenario('find', () => { log('p', mock_server().port); });
      for (const name of ['a', 'b', 'c']) scenario(name, () => {
        const m = mock_server({ port: 28917 });
        m.respond('/', [{ delay: '30s' }]);
        if (name === 'a') throw new Error('no');
        if (name === 'b') http('GET', m.url, { timeout: '100ms' });
        if (name === 'c') mock_server({ port: 28917 });
      });`);
    expect(verdictsOf(stdout)).toEqual(['find: passed', 'a: failed', 'b: failed', 'c: errored']);
    expect(failures.map((one) => one.code)).toEqual([
      'E_SCRIPT_THROWN',
      'E_HTTP_TIMEOUT',
      'E_MOCK',
    ]);
    expect(failures[2]?.message).toBe(
      'mock server: cannot listen on 127.0.0.1 port 28917: the port is taken',
    );
  });

  it('requests are events: each line of the schema, and in the report of a failure', async () => {
    const source = `const m = mock_server(); m.respond('/hook', text_response('fine'));
      http('POST', m.url + '/hook', { body: 'x'.repeat(2000) });
      assert(m.request_count('/hook')).equals(2);`;
    const { stdout } = await run(source);
    const schema = JSON.parse(
      readFileSync(new URL('../schema/run-event.schema.json', import.meta.url), 'utf8'),
    ) as object;
    const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);
    const events = eventsOf(stdout);
    expect(events.filter((event) => !validate(event))).toEqual([]);
    const kinds = events.flatMap((one) => (one.type === 'agent' ? [one.entry.event.type] : []));
    expect(kinds).toEqual(['http_sent', 'http_received', 'http_answered', 'http_response']);
    expect(stdout).not.toContain('x'.repeat(600));
    const shown = await runFiles({ 'it.js': source }, ['run', 'it.js']);
    const report = shown.stdout.slice(shown.stdout.indexOf('last HTTP messages'));
    const bodies = ' in .*\\n +→ x+…\\n +← fine\\n';
    expect(report).toMatch(new RegExp(`http: POST http://127.0.0.1:\\d+/hook -> 200${bodies}`));
    expect(report).toMatch(new RegExp(`mock:\\d+: POST /hook -> 200${bodies}`));
  });
});

/** Calls with an argument that is wrong, and a part of what is said about it. */
const REFUSED = [
  ['mock_server({ prt: 1 })', 'did you mean "port"?'],
  ["mock_server({ port: '80' })", 'write it without quotes: 80'],
  ['mock_server({ port: 70000 })', 'a whole number from 0 to 65535'],
  ["mock_server({ host: '192.0.2.1' })", 'this machine has no such address'],
  ['mock_server({ tls: 1 })', 'true, false, or { cert_file, key_file }'],
  ["mock_server({ tls: { cert_file: 'it.js', key_file: 'it.js' } })", 'certificate or key'],
  ["mock_server({ tls: { cert_file: '../../x', key_file: 'y' } })", 'lies outside'],
  ["mock_server().respond('x', text_response(''))", 'write "/x"'],
  ["mock_server().respond('/x?y', text_response(''))", 'leave out the query'],
  ["mock_server().respond('/x', 7)", 'write json_response('],
  ["mock_server().respond('/x', [])", 'at least one'],
  ["mock_server().respond('/x', [{ staus: 1 }])", 'response 1: there is no option'],
  ["mock_server().respond('/x', { status: 100 })", 'from 200 to 599'],
  ["mock_server().respond('/x', () => 1)", 'for a function use on()'],
  ["mock_server().on('/x', {})", '"responder" must be a function'],
  ["mock_server().on('G T', '/x', () => 1)", '"method" must be'],
  ['mock_server().request_cuont()', 'did you mean mock_server().request_count()?'],
  ['text_response(7)', '"body" must be text'],
  ["regex('(')", 'correct the expression'],
].map(([call = '', text = '']) => ({ call, text }));

describe('calls that are refused', () => {
  let seen: Awaited<ReturnType<typeof eventsTogether>>;
  beforeAll(async () => {
    seen = await eventsTogether(REFUSED.map(({ call }) => call));
  });

  it.each(REFUSED.map((one, index) => ({ ...one, index })))('$call: $text', ({ index, text }) => {
    const [failure] = failuresOf(seen.of(index));
    expect(`${failure?.message ?? ''} ${failure?.hint ?? ''}`).toContain(text);
    expect(failure?.at).toMatchObject({ line: 1 });
  });
});

/** Responders that do what they must not, and a part of what is said about it. */
const BROKEN = [
  { what: 'throws', fn: "() => { throw new Error('no'); }", text: 'Error: no' },
  { what: 'asserts', fn: '(r) => assert(r.path).equals("/y")', text: 'r.path: does not hold' },
  { what: 'is async', fn: 'async () => json_response(1)', text: 'returned a promise' },
  { what: 'returns nothing', fn: '() => {}', text: 'must return a response: got undefined' },
  { what: 'returns nonsense', fn: '() => ({ sttus: 1 })', text: 'there is no option "sttus"' },
  { what: 'waits', fn: '() => wait(1)', text: 'wait(): called in a responder' },
  {
    what: 'waits for a condition',
    fn: '() => await_until(() => true)',
    text: 'await_until(): called in a responder',
  },
  { what: 'asks', fn: '() => http("GET", m.url)', text: 'http(): called in a responder' },
  { what: 'acts', fn: '() => alice.dial(bob)', text: 'dial(): called in a responder' },
  {
    what: 'acts at once',
    fn: '() => parallel(() => alice.dial(bob))',
    text: 'parallel(): called in a responder',
  },
  { what: 'hangs up', fn: '() => alice.hangup()', text: 'called in a responder' },
  { what: 'skips', fn: '() => skip("x")', text: 'skip(): called in a responder' },
  {
    what: 'adds a route',
    fn: '() => m.respond("/", text_response(""))',
    text: 'respond(): called in a responder',
  },
  { what: 'never ends', fn: '() => { for (;;); }', text: 'computed for too long (limit 2.0 s)' },
  { what: 'recurses', fn: 'function f() { return f(); }', text: 'too much recursion' },
];

describe('a responder that fails', () => {
  let seen: Awaited<ReturnType<typeof eventsTogether>>;
  beforeAll(async () => {
    seen = await eventsTogether(
      BROKEN.map(
        ({ fn }) => `const [alice, bob] = [agent('alice'), agent('bob')];
      const m = mock_server();
      m.on('/x', ${fn});
      m.on('/ok', () => text_response(alice.state));
      log(http('GET', m.url + '/x', { timeout: '9s' }).status);
      log(http('GET', m.url + '/ok').body);`,
      ),
    );
  });

  it.each(BROKEN.map((one, index) => ({ ...one, index })))(
    'one that $what is a located failure, and the script goes on',
    ({ index, text }) => {
      const [logs, failures] = [logsOf(seen.of(index)), failuresOf(seen.of(index))];
      expect(logs[0]).toMatch(/^50[03]$/);
      expect(logs[1]).toBe('Idle');
      expect(failures.map((one) => one.message)).toEqual([expect.stringContaining(text)]);
      expect(failures[0]?.code).toMatch(/^E_(RESPONDER|ASSERT)$/);
      expect(failures[0]?.at?.line).toBe(3);
    },
  );
});

describe.concurrent('responders', () => {
  it('answer while any verb, await_until or wait blocks, and read state', async () => {
    const { logs, failures } = await run(`
      const [alice, bob] = [agent('alice'), agent('bob')];
      const m = mock_server();
      m.on('POST', '/state', (request) => json_response({ alice: alice.state, bob: bob.state, sip: bob.sip.received('INVITE').length,
        count: m.request_count('/state'), last: m.last_request().json('n'), own: request.json('n'), env: env('PATH', '') !== '' }));
      const ask = (n) => http('POST', m.url + '/state', { body: { n } }).expect_status(200).json();
      log(ask(1));
      alice.dial(bob);
      await_until(() => assert(bob.state).equals(State.Ringing));
      log(ask(2));
      await_until(() => assert(ask(3).bob).equals('Ringing'));
      alice.hangup();`);
    expect(failures).toEqual([]);
    expect(logs[0]).toBe(
      '{ alice: "Idle", bob: "Idle", sip: 0, count: 1, last: 1, own: 1, env: true }',
    );
    expect(logs[1]).toMatch(
      /^\{ alice: "(Calling|Ringing)", bob: "Ringing", sip: 1, count: 2, last: 2, own: 2, env: true \}$/,
    );
  });

  it('runs no jobs of promises meanwhile', async () => {
    const { logs } = await run(`const m = mock_server(); const seen = [];
      m.on('/x', () => { Promise.resolve().then(() => seen.push('job')); seen.push('answer'); return text_response(''); });
      http('GET', m.url + '/x'); http('GET', m.url + '/x');
      log(seen.join()); await null; log(seen.join());`);
    expect(logs).toEqual(['answer,answer', 'answer,answer,job,job']);
  });

  it('waits while the script computes; fixed answers do not; 503 once teardown began', async () => {
    const script = `
      mock.on('/fn', () => text_response('fn'));
      mock.respond('/fixed', text_response('fixed'));
      teardown(() => { log('teardown'); wait('1s'); });
      log('url=' + mock.url);
      const end = Date.now() + 1500; while (Date.now() < end);
      await_until(() => assert(mock.request_count('/fn')).equals(1), '10s');
      wait('100ms');`;
    await withMock(script, async (url, cli) => {
      const began = performance.now();
      const fn = fetch(`${url}/fn`);
      expect(await (await fetch(`${url}/fixed`)).text()).toBe('fixed');
      const fixedMs = performance.now() - began;
      expect(await (await fn).text()).toBe('fn');
      expect(performance.now() - began).toBeGreaterThan(fixedMs);
      await cli.waitFor('"text":"teardown"');
      expect(await status(`${url}/fn`)).toBe(503);
      expect(await status(`${url}/fixed`)).toBe(200);
      expect((await cli.done).code).toBe(0);
    });
  });
});

describe('two runs and Ctrl-C', () => {
  it('one mock serves two runs at once', async () => {
    const source = `mock.on('/n', () => json_response(mock.request_count('/n')));
      log('url=' + mock.url);
      await_until(() => assert(mock.request_count('/n')).equals(20), '20s'); wait('200ms');`;
    await withMock(source, async (url, cli) => {
      const other = `for (let i = 0; i < 10; i += 1) log(http('GET', '${url}/n').json());`;
      const runs = await Promise.all([run(other), run(other)]);
      const numbers = runs.flatMap(({ logs }) => logs.map(Number));
      expect(numbers).toHaveLength(20);
      expect(Math.max(...numbers)).toBe(20);
      expect((await cli.done).code).toBe(0);
    });
  });

  it('Ctrl-C with a request that waits for its answer leaves nothing', async () => {
    const source = `mock.respond('/late', { delay: '60s' }); log('url=' + mock.url); wait(60);`;
    const result = await withMock(source, async (url, cli) => {
      const late = fetch(`${url}/late`).then(
        () => 'answered',
        () => 'closed',
      );
      await cli.waitFor('"type":"http_received"');
      cli.kill('SIGINT');
      expect(await late).toBe('closed');
      return cli.done;
    });
    expect(result.code).toBe(130);
  });
});
