import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { OffhookError } from '../errors.js';
import type { HttpEvent } from '../model/http-event.js';
import { HttpClient } from './client.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
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
  const get = (url: string) =>
    http.send({ method: 'GET', url, headers: {}, timeout_ms: 5000, redirects: 10 });
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
