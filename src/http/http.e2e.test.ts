import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { eventsOf, logsOf, runFiles, steer } from '../testing/cli/run-files.js';
import { selfSigned } from '../certificate.js';

const open: { close(): void; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function serve(handler: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(handler))}`;
}

/** Tells what it was sent; some paths do something else. */
const api: RequestListener = (request, response) => {
  const url = new URL(request.url ?? '', 'http://x');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const to = url.searchParams.get('to');
    const body = Buffer.concat(chunks);
    switch (url.pathname) {
      case '/redirect':
        response.writeHead(Number(url.searchParams.get('code')), { location: to ?? '' }).end();
        return;
      case '/loop':
        response.writeHead(302, { location: '/loop' }).end();
        return;
      case '/huge':
        response.end(Buffer.alloc(5 * 1024 * 1024, 'x'));
        return;
      case '/bomb':
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync(Buffer.alloc(50 * 1024 * 1024)));
        return;
      case '/gzip':
        response.setHeader('content-encoding', 'gzip');
        response.end(gzipSync('{"packed":true}'));
        return;
      case '/bom':
        response.end('\ufeff{"a":"bom"}');
        return;
      case '/binary':
        response.end(Buffer.from([0xff, 0xfe, 0x00]));
        return;
      case '/never':
        return;
      case '/stalls':
        response.writeHead(200, { 'content-length': '100' });
        response.write('0123456789');
        return;
      case '/breaks':
        response.socket?.destroy();
        return;
      case '/html':
        response.end('<html>');
        return;
      default:
        response.setHeader('content-type', 'application/json');
        response.setHeader('x-twice', ['a', 'b']);
        response.end(
          JSON.stringify({
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: body.toString('base64'),
          }),
        );
    }
  });
};

const SHOW = `const text = (base64) => base64;
const tell = (f) => { try { log('no error', f().status); } catch (e) { log(e.code + ' ' + e.message + (e.hint ? ' | ' + e.hint : '')); } };`;

async function run(
  source: string,
  url: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<{ logs: string[]; stdout: string; stderr: string; code: number | null }> {
  const none = { HTTP_PROXY: undefined, http_proxy: undefined, HTTPS_PROXY: undefined };
  const result = await runFiles(
    { 'it.js': `${SHOW}\n${source}` },
    ['run', 'it.js', '--json', '--set', `API=${url}`, ...args],
    { env: { ...none, ...env } },
  );
  return { ...result, logs: logsOf(result.stdout) };
}

describe('http()', () => {
  it('sends what it is given and tells all of the answer', async () => {
    const { code, stdout } = await run(
      `const API = env('API');
      const plain = http('get', API + '/a?x=1', { query: { y: [1, true], z: 'ä&b' } });
      assert(plain.json('method')).equals('GET');
      assert(plain.json('url')).equals('/a?x=1&y=1&y=true&z=%C3%A4%26b');
      assert(plain.json('headers.user-agent')).equals('offhook');
      assert(plain.header('X-Twice')).equals('a, b');
      assert(plain.header('nothing')).is_absent();
      assert(plain.json('headers.nothing[0].more')).is_absent();
      assert(plain.ms).greater_than(0);
      assert(plain.url).contains('/a?x=1');
      const json = http('POST', API, { body: { a: [1, null, { b: 'ü' }] } }).json();
      assert(json.headers['content-type']).equals('application/json');
      assert(json.body).equals('eyJhIjpbMSxudWxsLHsiYiI6IsO8In1dfQ==');
      const sent = http('PUT', API, { body: 'text', headers: { 'Content-Type': 'text/x', n: 1, 'x-m': ['1', '2'] } }).json();
      assert(sent.headers).contains({ 'content-type': 'text/x', n: '1', 'x-m': '1, 2' });
      assert(http('POST', API, { body: { base64: 'AP8B' } }).json('body')).equals('AP8B');
      assert(http('GET', API, { auth: { username: 'a', password: 'b:c' } }).json('headers.authorization')).equals('Basic YTpiOmM=');
      assert(http('GET', API, { auth: { bearer: 't' } }).json('headers.authorization')).equals('Bearer t');
      assert(http('GET', API.replace('//', '//u:p@')).json('headers.authorization')).equals('Basic dTpw');
      assert(http('GET', API + '/gzip').json('packed')).is_true();
      assert(http('GET', API + '/gzip').body_base64).equals('eyJwYWNrZWQiOnRydWV9');
      assert(http('HEAD', API).body).equals('');
      assert(http('HEAD', API).body_base64).equals('');
      const bom = http('GET', API + '/bom');
      assert(bom.json('a')).equals('bom');
      assert(bom.body_base64).equals('77u/eyJhIjoiYm9tIn0=');
      assert(http('GET', API + '/binary').body_base64).equals('//4A');
      const mock = mock_server();
      mock.on('/echo', (request) => text_response(request.body_base64));
      const echo = (body) => http('POST', mock.url + '/echo', { body }).body;
      assert(echo({ base64: '/wBB' })).equals('/wBB');
      assert(echo('grün')).equals('Z3LDvG4=');
      assert(mock.requests('/echo').map((one) => one.body_base64)).equals(['/wBB', 'Z3LDvG4=']);
      echo({ base64: '77u/eyJhIjoxfQ==' });
      assert(mock.last_request().json('a')).equals(1);
      const order = http_all([1, 2, 3].map((n) => ({ url: API + '/' + n, method: n === 2 ? 'POST' : 'GET' })));
      assert(order.map((one) => one.json('method') + one.json('url'))).equals(['GET/1', 'POST/2', 'GET/3']);
      let polls = 0;
      await_until(() => { polls += 1; assert(http('GET', API).status + polls).equals(203); });`,
      await serve(api),
    );
    expect(eventsOf(stdout).filter((one) => one.type === 'assertion' && !one.ok)).toEqual([]);
    expect(code).toBe(0);
  });

  it('follows redirects, and keeps credentials from other servers', async () => {
    const [one, other] = [await serve(api), await serve(api)];
    const { logs, code } = await run(
      `const go = (code, to, method, options) => http(method, env('API') + '/redirect', { query: { code, to }, body: 'b', headers: { Authorization: 'Basic x' }, ...options });
      for (const code of [301, 302, 303, 307, 308]) {
        const r = go(code, '/end', 'POST').json();
        log(code, r.method, r.body, r.headers.authorization);
      }
      log(go(307, '${other}/end', 'PUT').json('headers.authorization'));
      log(go(302, '/end', 'GET', { follow_redirects: false }).status, go(302, '/end', 'GET', { follow_redirects: false }).header('location'));
      tell(() => http('GET', env('API') + '/loop'));
      tell(() => http('GET', env('API') + '/loop', { follow_redirects: 2 }));
      tell(() => go(302, 'ftp://x/', 'GET'));`,
      one,
    );
    expect(code).toBe(0);
    expect(logs).toEqual([
      '301 GET  Basic x',
      '302 GET  Basic x',
      '303 GET  Basic x',
      '307 POST Yg== Basic x',
      '308 POST Yg== Basic x',
      'undefined',
      '302 /end',
      expect.stringContaining('/loop: too many redirects (limit 10) | look at'),
      expect.stringContaining('(limit 2)'),
      expect.stringContaining('redirected to what is no http or https URL: ftp://x/'),
    ]);
  });

  it('says clearly what went wrong, and where it was', async () => {
    const garbage = createTcpServer((socket) => socket.end('SSH-2.0-x\r\n'));
    const [url, strange] = [await serve(api), await listening(garbage)];
    const { logs } = await run(
      `const API = env('API');
      tell(() => http('GET', 'http://127.0.0.1:1/'));
      tell(() => http('GET', 'http://no-such-host.invalid/'));
      tell(() => http('GET', API.replace('http:', 'https:')));
      tell(() => http('GET', 'http://127.0.0.1:${strange}/'));
      tell(() => http('GET', API + '/never', { timeout: '200ms' }));
      tell(() => http('GET', API + '/stalls', { timeout: '300ms' }));
      tell(() => http('GET', API + '/breaks'));
      tell(() => http('GET', API + '/huge'));
      tell(() => http('GET', API + '/bomb'));
      tell(() => http('GET', API + '/html').json());
      tell(() => http('GET', API + '/binary').json());
      tell(() => http('GET', API).json('a..b'));
      tell(() => http_all([{ url: API }, { url: 'http://127.0.0.1:1/' }]));`,
      url,
    );
    const at = url.replace('http://', '');
    expect(logs).toEqual([
      'E_HTTP http GET http://127.0.0.1:1/: no answer: connection refused | check that the server runs and listens there',
      expect.stringMatching(
        /^E_HTTP http GET http:\/\/no-such-host\.invalid\/: no answer: (no such host|the host name)/,
      ),
      expect.stringMatching(/^E_HTTP http GET https:.*: no answer: TLS: /),
      expect.stringMatching(
        /^E_HTTP .*: no answer: what arrived is not HTTP: .* \| check scheme and port$/,
      ),
      `E_HTTP_TIMEOUT http GET http://${at}/never: timed out: waiting for the response (limit 200 ms) | look at the server, or give it more time with the option timeout`,
      expect.stringContaining('reading the body (10 bytes so far) (limit 300 ms)'),
      expect.stringContaining('no answer: the server closed the connection'),
      expect.stringMatching(
        /^E_HTTP_LIMIT .* too large \(limit 4 MiB\) \| ask the server for less/,
      ),
      expect.stringMatching(/^E_HTTP_LIMIT .* too large/),
      expect.stringMatching(/^E_HTTP_JSON .* the body is not JSON: .*<html> \| read it as text/),
      expect.stringMatching(/^E_HTTP_JSON .* \| it is not UTF-8: read its bytes with body_base64$/),
      expect.stringMatching(
        /^E_HTTP_JSON .* json\("a\.\.b"\): not a path: cannot read "\.\.b" \| write for/,
      ),
      expect.stringMatching(/^E_HTTP http GET http:\/\/127\.0\.0\.1:1\/: no answer/),
    ]);
  });

  it('refuses what is not a request', async () => {
    const bad: [string, string][] = [
      ["http('GET')", 'http(): "url" is missing'],
      ["http('/calls')", 'http(): "method" must be an HTTP method'],
      ["http('G T', 'http://x')", 'http(): "method" must be an HTTP method'],
      ["http('CONNECT', 'http://x')", 'CONNECT is for proxies'],
      ["http('GET', '/calls')", 'put the server in front'],
      ["http('GET', 'ftp://x')", 'only http and https'],
      ["http('GET', 'http://')", '"url" must be an absolute URL'],
      ["http('GET', 'http://x', { heders: {} })", 'did you mean "headers"?'],
      ["http('GET', 'http://x', { headers: 'a' })", 'option "headers" must be an object'],
      ["http('GET', 'http://x', { headers: { a: true } })", 'option "headers.a" must be text'],
      [
        "http('GET', 'http://x', { headers: { 'a b': 'c' } })",
        '"a b" (string) is not a header name',
      ],
      [
        "http('GET', 'http://x', { headers: { a: 'b\\\\r\\\\nc: d' } })",
        'characters a header cannot have',
      ],
      ["http('GET', 'http://x', { headers: { 'Content-Length': 1 } })", 'cannot be set'],
      ["http('GET', 'http://x', { query: { a: {} } })", 'option "query.a" must be'],
      ["http('GET', 'http://x', { timeout: 0 })", 'option "timeout" must be a duration above zero'],
      ["http('GET', 'http://x', { timeout: 5000 })", 'write "5000ms"'],
      ["http('GET', 'http://x', { follow_redirects: 50 })", 'up to 20'],
      ["http('GET', 'http://x', { auth: {} })", 'option "auth" must be'],
      ["http('GET', 'http://x', { auth: { username: 'a' } })", 'option "auth" must be'],
      ["http('GET', 'http://x', { body: { f: () => 1 } })", 'option "body" must be plain data'],
      ['http_all([])', 'at least one'],
      ["http_all([{ method: 'GET' }])", 'request 1: "url" must be'],
      [
        "http_all([{ url: 'http://x' }, { url: 'http://x', time: 1 }])",
        'request 2: there is no option',
      ],
      ["http_all(Array(101).fill({ url: 'http://x' }))", '(limit 100)'],
    ];
    const { logs } = await run(
      bad.map(([call]) => `tell(() => ${call.replaceAll('\\\\', '\\')});`).join('\n'),
      'x',
    );
    expect(logs).toHaveLength(bad.length);
    for (const [index, [call, text]] of bad.entries()) {
      expect(logs[index], call).toMatch(/^E_ARGUMENT /);
      expect(logs[index], call).toContain(text);
    }
  });

  it('trusts what the environment names, and nothing else unless told', async () => {
    const certificate = await selfSigned('test', ['127.0.0.1'], 1);
    const port = await listening(createSecureServer(certificate, api));
    const go = async (args: readonly string[], env: Record<string, string>): Promise<string> => {
      const { stdout } = await runFiles(
        {
          'it.js': `${SHOW} tell(() => http('GET', env('API')));`,
          'ca.pem': certificate.cert,
          'bad.pem': 'x',
        },
        ['run', 'it.js', '--json', '--set', `API=https://127.0.0.1:${port}`, ...args],
        { env },
      );
      const warnings = eventsOf(stdout).flatMap((one) =>
        one.type === 'warning' && !one.text.startsWith('the machine stalled') ? [one.text] : [],
      );
      return [...logsOf(stdout), ...warnings].join('\n');
    };
    expect(await go([], {})).toMatch(
      /TLS: its certificate is self-signed \| name its authority with NODE_EXTRA/,
    );
    expect(await go([], { SSL_CERT_FILE: 'ca.pem' })).toBe('no error 200');
    expect(await go([], { NODE_EXTRA_CA_CERTS: 'ca.pem' })).toBe('no error 200');
    expect(await go([], { SSL_CERT_FILE: 'none.pem' })).toMatch(
      /SSL_CERT_FILE "none.pem": not used: there is no such file/,
    );
    expect(await go([], { SSL_CERT_FILE: 'bad.pem' })).toMatch(/it has no PEM certificate/);
    const insecure = /^no error 200\nhttp\(\) checks no certificates/;
    expect(await go(['--insecure-http'], {})).toMatch(insecure);
    expect(await go([], { OFFHOOK_INSECURE_HTTP: '1' })).toMatch(insecure);
  });

  it('goes through proxies of the environment', async () => {
    const certificate = await selfSigned('test', ['secure.test'], 1);
    const secure = await listening(createSecureServer(certificate, api));
    const seen: string[] = [];
    const proxy = createServer((request, response) => {
      seen.push(
        `${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? '-'}`,
      );
      response.end('{}');
    });
    proxy.on('connect', (request, socket, head) => {
      seen.push(`CONNECT ${request.url}`);
      const up = connect(secure, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        up.write(head);
        up.pipe(socket).pipe(up);
      });
      up.on('error', () => undefined);
      socket.on('error', () => up.destroy());
    });
    const at = `127.0.0.1:${await listening(proxy)}`;
    const source = `tell(() => http('GET', 'http://api.test/a?b'));
      tell(() => http('GET', 'https://secure.test/c'));
      tell(() => http('GET', 'http://not.test:1/'));
      tell(() => http('GET', env('API')));`;
    const { logs } = await run(source, await serve(api), ['--insecure-http'], {
      HTTP_PROXY: `http://u:p@${at}`,
      https_proxy: at,
      NO_PROXY: 'x.test, .not.test',
    });
    expect(seen).toEqual(['GET http://api.test/a?b Basic dTpw', 'CONNECT secure.test:443']);
    expect(logs).toEqual([
      'no error 200',
      'no error 200',
      expect.stringContaining('no answer'),
      'no error 200',
    ]);
    // behind a proxy the name decides; under --untrusted a rule must write it out
    const untrusted = (rule: string) =>
      run(
        `tell(() => http('GET', 'http://a.api.test/'));`,
        'x',
        ['--untrusted', '--allow-net', rule],
        {
          HTTP_PROXY: `http://${at}`,
        },
      );
    expect((await untrusted('a.api.test')).logs).toEqual(['no error 200']);
    expect((await untrusted('*.api.test')).logs).toEqual([
      expect.stringMatching(/E_NET_DENIED.*only a wildcard allows it, and behind a proxy/),
    ]);
  });

  it('leaves nothing behind on Ctrl-C with an open request', async () => {
    const url = await serve(api);
    const source = `teardown(() => log('teardown')); scenario('x', () => { http('GET', '${url}/never', { timeout: 60 }); });`;
    const result = await steer({ 'it.js': source }, ['run', 'it.js', '--json'], async (cli) => {
      await cli.waitFor('"type":"http_sent"');
      cli.kill('SIGINT');
      return cli.done;
    });
    expect(result.code).toBe(130);
    expect(logsOf(result.stdout)).toEqual(['teardown']);
    expect(result.ms).toBeLessThan(20_000);
  });
});
