import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { OffhookError } from '../errors.js';
import type { HttpEvent } from '../model/http-event.js';
import { HttpClient } from './client.js';

const servers: (Server | ReturnType<typeof createTcpServer>)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function serve(handler: RequestListener): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A client that may not do what `forbidden` says; tells all it was asked about. */
function client(forbidden: (target: string) => boolean) {
  const asked: string[] = [];
  const events: HttpEvent[] = [];
  const http = new HttpClient({
    variables: {},
    insecure: false,
    allow: ({ host, port, address }) => {
      const target = `${host}:${port}${address === undefined ? '' : `=${address}`}`;
      asked.push(target);
      if (forbidden(target)) throw new OffhookError('E_HTTP', `not allowed: ${target}`);
    },
    event: (event) => events.push(event),
    nextExchange: () => events.length,
  });
  const get = (url: string, headers = {}) =>
    http.send({ method: 'GET', url, headers, timeout_ms: 5000, redirects: 10 });
  return {
    get,
    asked,
    events,
    close: () => {
      http.close();
    },
  };
}

it('asks for each target by name, then for each address the name stands for', async () => {
  const port = await serve((_request, response) => response.end('x'));
  const { get, asked } = client(() => false);
  await get(`http://localhost:${port}/`);
  expect(asked[0]).toBe(`localhost:${port}`);
  expect(asked).toContain(`localhost:${port}=127.0.0.1`);
  await get(`http://127.0.0.1:${port}/`);
  expect(asked.slice(-2)).toEqual([`127.0.0.1:${port}`, `127.0.0.1:${port}=127.0.0.1`]);
  await get(`http://0x7f.1:${port}/`);
  expect(asked.slice(-2)).toEqual([`127.0.0.1:${port}`, `127.0.0.1:${port}=127.0.0.1`]);
});

it('sends nothing to a forbidden name, a forbidden address, or a forbidden hop', async () => {
  let requests = 0;
  const inner = await serve((_request, response) => {
    requests += 1;
    response.end('secret');
  });
  const outer = await serve((_request, response) => {
    response.writeHead(302, { location: `http://localhost:${inner}/` }).end();
  });
  const byName = client((target) => target === `localhost:${inner}`);
  await expect(byName.get(`http://localhost:${inner}/`)).rejects.toThrow('not allowed');
  await expect(byName.get(`http://127.0.0.1:${outer}/`)).rejects.toThrow('not allowed');
  // a name that is allowed, and stands for an address that is not: DNS rebinding
  const byAddress = client((target) => target === `localhost:${inner}=127.0.0.1`);
  await expect(byAddress.get(`http://localhost:${inner}/`)).rejects.toThrow('not allowed');
  const plain = client((target) => target.endsWith('=127.0.0.1'));
  await expect(plain.get(`http://127.0.0.1:${inner}/`)).rejects.toThrow('not allowed');
  expect(requests).toBe(0);
  expect(byName.events.at(-1)).toMatchObject({ type: 'http_failed' });
});

it('close() ends what is under way', async () => {
  const port = await serve(() => undefined);
  const { get, events, close } = client(() => false);
  const asking = get(`http://127.0.0.1:${port}/`);
  close();
  await expect(asking).rejects.toThrow('given up: the scenario ended');
  expect(events.map(({ type }) => type)).toEqual(['http_sent', 'http_failed']);
});

/** Answers each connection with these bytes, one part after another, then closes it. */
async function bytes(...parts: readonly (string | Buffer)[]): Promise<string> {
  const answer = async (socket: Socket): Promise<void> => {
    for (const part of parts) {
      socket.write(part);
      // The parts must not reach the client in one read.
      await new Promise((done) => setTimeout(done, 30));
    }
    socket.end();
  };
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => void answer(socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const CREATED = 'HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok';

it.each([
  ['100', [CONTINUE + CREATED]],
  ['100, apart', [CONTINUE, CREATED]],
  [
    '100 with fields, in pieces',
    ['HTTP/1.', '1 100\r\nA: b\r', '\n\r\nHTTP/1.1 2', CREATED.slice(10)],
  ],
  ['two 100', [CONTINUE + CONTINUE, CREATED]],
  ['103', [`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${CREATED}`]],
  ['100 and 103', [`${CONTINUE}HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${CREATED}`]],
  ['none, byte by byte', [...CREATED.slice(0, 14).split(''), CREATED.slice(14)]],
])('interim answers: %s', async (_what, parts) => {
  const { get } = client(() => false);
  expect(await get(await bytes(...parts))).toMatchObject({ status: 201, body: 'ok' });
});

it('a body that looks like a 100 stays as it is', async () => {
  const { get } = client(() => false);
  const header = `HTTP/1.1 200 OK\r\nContent-Length: ${CONTINUE.length}\r\n\r\n`;
  expect((await get(await bytes(header, CONTINUE))).body).toBe(CONTINUE);
});

it.each([
  ['HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort', 'after 5 of 50 bytes of its body'],
  [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n',
    'after 5 bytes of its body',
  ],
  ['HTTP/1.1 200 OK\r\nConte', 'within its header, after 22 bytes'],
])('an answer that is cut short is named so: %j', async (answer, where) => {
  const { get, events } = client(() => false);
  const text = `the answer was cut short: the server closed the connection ${where}`;
  await expect(get(await bytes(answer))).rejects.toThrow(text);
  expect(events.at(-1)).toMatchObject({ type: 'http_failed', reason: text });
});

it('a connection that is closed without an answer is no answer', async () => {
  const { get } = client(() => false);
  await expect(get(await bytes())).rejects.toThrow('no answer: the server closed the connection');
});

it.each([
  'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n',
])('an answer that cannot have a body has none, whatever its header says: %j', async (answer) => {
  const { get } = client(() => false);
  const status = Number(answer.slice(9, 12));
  expect(await get(await bytes(answer))).toMatchObject({ status, body: '' });
});

it('the text of a body is read as it is coded', async () => {
  const { get } = client(() => false);
  const text = '\ufeff{"a":"16"}';
  const body = Buffer.from(text, 'utf16le');
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  expect(await get(await bytes(head, body))).toMatchObject({
    body: text,
    body_base64: body.toString('base64'),
  });
});

it('bytes that are not UTF-8 can be had', async () => {
  const { get } = client(() => false);
  const wav = Buffer.from([0xff, 0xfe, 0x00, 0x80]);
  const url = await bytes('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n', wav);
  expect((await get(url)).body_base64).toBe(wav.toString('base64'));
});

it('a redirect to another origin takes no header along that is named like a secret', async () => {
  const seen: Record<string, unknown>[] = [];
  const other = await serve((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  const port = await serve((request, response) => {
    const to = request.url === '/same' ? '/end' : `http://127.0.0.1:${other}/`;
    if (request.url === '/end') seen.push(request.headers);
    response.writeHead(request.url === '/end' ? 200 : 307, { location: to }).end();
  });
  const given = {
    'X-Api-Key': 'k',
    'X-Auth-Token': 't',
    'x-client-secret': 's',
    Cookie: 'c=1',
    Authorization: 'Bearer b',
    'X-Trace': '7',
  };
  const { get } = client(() => false);
  await get(`http://127.0.0.1:${port}/away`, given);
  await get(`http://127.0.0.1:${port}/same`, given);
  const kept = seen.map((headers) =>
    Object.keys(given).filter((name) => name.toLowerCase() in headers),
  );
  expect(kept).toEqual([['X-Trace'], Object.keys(given)]);
});
