/** What a mock server makes of requests as they come: odd, broken, hostile ones. Raw bytes over real sockets. */
import { connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it, test } from 'vitest';
import { MockServer, type MockEvent } from './server.js';

let mock: MockServer;
let events: MockEvent[];

beforeEach(async () => {
  events = [];
  let exchange = 0;
  mock = await MockServer.start(
    { port: 0, host: '127.0.0.1', tls: false },
    {
      event: (event) => events.push(event),
      respond: () => Promise.resolve({ failed: 'no functions here' }),
      nextExchange: () => (exchange += 1),
    },
  );
  const payload = { data: 'ok', encoding: 'utf8', type: 'text/plain' } as const;
  const fine = { status: 200, headers: {}, payload, delay_ms: 0, drop: false };
  mock.add({ path: { text: '/any' }, responses: [fine] });
});
afterEach(() => mock.stop());

/** Sends the parts one after another, and tells what came back until the connection ended. */
async function raw(parts: readonly (string | Buffer)[], { end = true } = {}): Promise<string> {
  const socket = connect(mock.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  for (const part of parts) {
    await new Promise((done) => socket.write(part, done));
  }
  if (end) socket.end();
  await new Promise((done) => socket.once('close', done));
  return answer;
}

const HEAD = 'Host: x\r\nConnection: close\r\n';
const post = (body: Buffer | string, more = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`POST /any HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n${more}\r\n`),
    Buffer.from(body),
  ]);
const last = () => mock.find([1])[0];
const answers = () => events.flatMap((one) => (one.type === 'http_answered' ? [one] : []));

test.each([
  ['GET', '/any'],
  ['HEAD', '/any'],
  ['OPTIONS', '/any'],
  ['QUERY', '/any'],
  ['TRACE', '/any'],
])('the body of a %s request is read', async (method, path) => {
  await raw([`${method} ${path} HTTP/1.1\r\n${HEAD}Content-Length: 7\r\n\r\n{"q":1}`]);
  // Node 20 knows no QUERY.
  if (last()?.path === '/any' && answers()[0]?.status === 200) expect(last()?.body).toBe('{"q":1}');
  else expect(method).toBe('QUERY');
});

test.each([
  ['http://x/any', '/any', {}],
  ['HTTP://user@x:8080/any?a=1&a=2?3', '/any', { a: ['1', '2?3'] }],
  ['https://[::1]:1?b=2', '/', { b: '2' }],
  ['/any?next=http://y/z', '/any', { next: 'http://y/z' }],
])('request target %s', async (target, path, query) => {
  await raw([`GET ${target} HTTP/1.1\r\n${HEAD}\r\n`]);
  expect(last()).toMatchObject({ path, query });
});

test.each([
  ['gzip', gzipSync('{"a":1}')],
  ['deflate', deflateSync('{"a":1}')],
  ['br', brotliCompressSync('{"a":1}')],
  ['gzip, br', brotliCompressSync(gzipSync('{"a":1}'))],
])('a body with Content-Encoding: %s is decoded', async (coding, bytes) => {
  await raw([post(bytes, `Content-Encoding: ${coding}\r\n`)]);
  expect(last()).toMatchObject({ body: '{"a":1}', headers: { 'content-encoding': coding } });
  expect(events[0]).toMatchObject({ body: '{"a":1}', bytes: bytes.length });
});

test.each([
  ['Content-Type: application/json\r\n', Buffer.from('\ufeff{"a":"\u00fc"}', 'utf16le')],
  ['Content-Type: text/plain; charset=iso-8859-1\r\n', Buffer.from('{"a":"\u00fc"}', 'latin1')],
])('the text of a body is read as it is coded: %j', async (type, bytes) => {
  await raw([post(bytes, type)]);
  expect(last()?.body).toMatch(/^\ufeff?\{"a":"\u00fc"\}$/);
  expect(last()?.body_base64).toBe(bytes.toString('base64'));
});

it('a coding of the transfer is undone as one of the content is', async () => {
  const bytes = gzipSync('{"a":1}');
  await raw([
    `POST /any HTTP/1.1\r\n${HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n${bytes.length.toString(16)}\r\n`,
    bytes,
    '\r\n0\r\n\r\n',
  ]);
  expect(last()?.body).toBe('{"a":1}');
});

it('a body that is not text keeps its bytes, and one in several chunks comes together', async () => {
  await raw([
    `POST /any HTTP/1.1\r\n${HEAD}Content-Type: ;;;\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n`,
    Buffer.from([0xff, 0x00]),
    '\r\n1\r\nA\r\n0\r\n\r\n',
  ]);
  expect(last()).toMatchObject({ body: '\ufffd\u0000A', body_base64: '/wBB' });
});

const bomb = gzipSync(Buffer.alloc(5 * 1024 * 1024));

test.each([
  ['an unknown coding', [post('x', 'Content-Encoding: zstd\r\n')], 415, 'coding "zstd" is not'],
  ['a bomb', [post(bomb, 'Content-Encoding: gzip\r\n')], 413, 'too large: decoded (limit 1 MiB)'],
  ['no gzip', [post('plain text', 'Content-Encoding: gzip\r\n')], 400, 'it is not gzip'],
  [
    'a length over the limit',
    [`POST /any HTTP/1.1\r\n${HEAD}Content-Length: 1048577\r\n\r\n`],
    413,
    'too large: 1048577 bytes (limit 1 MiB)',
  ],
  [
    'a large header',
    [`POST /any?x=1 HTTP/1.1\r\n${HEAD}X-Big: ${'h'.repeat(19_000)}\r\n\r\n`],
    431,
    'the header is too large (limit 16 KiB)',
  ],
  ['bad bytes in the path', ['GET /any\u0001 HTTP/1.1\r\n\r\n'], 400, 'what arrived is not HTTP: '],
  [
    'a bad chunk',
    [`POST /any HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    400,
    'what arrived is not HTTP: ',
  ],
  [
    'an attempt to use it as a proxy',
    ['CONNECT host:443 HTTP/1.1\r\nHost: host\r\n\r\n'],
    405,
    'this mock server is not a proxy',
  ],
  [
    'no Host',
    ['POST /any HTTP/1.1\r\nContent-Length: 2\r\n\r\nok'],
    400,
    'the request has no Host header',
  ],
  [
    'an expectation nobody knows',
    [`POST /any HTTP/1.1\r\n${HEAD}Expect: 102-x\r\nContent-Length: 2\r\n\r\nok`],
    417,
    'the request expects "102-x", not "100-continue"',
  ],
  ['TLS', [Buffer.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0])], 400, 'the sender speaks TLS'],
])('%s is refused, counted, and the reason is told', async (what, parts, status, reason) => {
  const answer = await raw(parts, { end: false });
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} .*\\r\\n`));
  expect(answer).toContain(reason.replaceAll('"', '\\"'));
  expect(events.map(({ type }) => type)).toEqual(['http_received', 'http_answered']);
  expect(answers()[0]).toMatchObject({ status, by: 'offhook' });
  expect(answers()[0]?.reason).toContain(reason);
  expect(mock.find([1])).toHaveLength(1);
  if (!/TLS|proxy/.test(what)) expect(last()?.path).toMatch(/^\/any/);
});

it('HTTP/1.0 needs no Host', async () => {
  await raw(['POST /any HTTP/1.0\r\nContent-Length: 2\r\n\r\nok']);
  expect(answers()[0]).toMatchObject({ status: 200 });
  expect(last()?.body).toBe('ok');
});

it('a header that its sender breaks off is told', async () => {
  await raw(['POST /any HTTP/1.1\r\nHost: x\r\nX-A']);
  expect(answers()[0]).toMatchObject({
    path: 'unknown',
    reason: 'the sender broke off in the header',
  });
});

it('a request that its sender breaks off is told, with how much came', async () => {
  await raw([`POST /any HTTP/1.1\r\n${HEAD}Content-Length: 50\r\n\r\n12345`]);
  await expect.poll(answers).toHaveLength(1);
  expect(answers()[0]?.reason).toBe('the sender broke off after 5 of 50 bytes of the body');
  expect(last()).toMatchObject({ method: 'POST', path: '/any', body: '' });
});

it('a gzip body with a wrong checksum is read, with a warning', async () => {
  const bytes = gzipSync('{"a":1}');
  bytes.writeUInt8((bytes.at(-8) ?? 0) ^ 1, bytes.length - 8);
  await raw([post(bytes, 'Content-Encoding: gzip\r\n')]);
  expect(last()?.body).toBe('{"a":1}');
  expect(events).toContainEqual({
    type: 'warning',
    text: 'POST /any: the body was read, but its gzip checksum is wrong',
  });
});

it('many bodies that never end hold no more than 64 MiB, and others are still answered', async () => {
  const part = Buffer.alloc(900_000, 'z');
  const slow = Array.from({ length: 100 }, () => {
    const socket = connect(mock.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`POST /any HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n`);
    socket.write(part);
    return socket;
  });
  await expect.poll(() => answers().length, { timeout: 20_000 }).toBeGreaterThan(20);
  expect(new Set(answers().map(({ status, reason }) => `${status} ${reason}`))).toEqual(
    new Set(['503 too much is being received at once (limit 64 MiB)']),
  );
  const answer = await raw([`GET /any HTTP/1.1\r\n${HEAD}\r\n`]);
  expect(answer).toContain('200 OK');
  for (const socket of slow) socket.destroy();
});
