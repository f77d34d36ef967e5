import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Limit } from './limit.js';
import { Waiters } from './waiters.js';

describe('Waiters', () => {
  test('the limit is told as it was given', async () => {
    const limit = new Limit(20, performance.now() - 15);
    const waiting = new Waiters().until(
      () => undefined,
      limit,
      (waitedMs) => new Error(`waited ${waitedMs}`),
    );
    await expect(waiting).rejects.toThrow('waited 20');
  });

  test('after a pause of this process, what had arrived is read before the limit counts', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const [socket] = await accepted;
    const waiters = new Waiters();
    let arrived: true | undefined;
    socket.on('data', () => {
      arrived = true;
      waiters.wake();
    });
    const waiting = waiters.until(
      () => arrived,
      new Limit(5),
      () => new Error('too late'),
    );
    client.write('x');
    const until = performance.now() + 20;
    while (performance.now() < until);
    await expect(waiting).resolves.toBe(true);
    client.destroy();
    server.close();
  });
});
