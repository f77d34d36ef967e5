import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { afterReading } from './after-reading.js';

let ends: { near: Socket; far: Socket };

beforeEach(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const near = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  server.close();
  ends = { near, far };
});
afterEach(() => {
  ends.near.destroy();
  ends.far.destroy();
});

/** Sends the text, then blocks this process for `ms`, so that the timer is due before the text can be read. */
function pauseWhileArrives(text: string, ms: number): void {
  ends.far.write(text);
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('what arrived during a pause is read before the time is over', async () => {
  const happened: string[] = [];
  ends.near.on('data', (data) => happened.push(data.toString()));
  const over = new Promise<void>((resolve) => {
    afterReading(20, () => {
      happened.push('over');
      resolve();
    });
  });
  pauseWhileArrives('here', 60);
  await over;
  expect(happened).toEqual(['here', 'over']);
});

test('what is read then can still cancel it', async () => {
  const happened: string[] = [];
  const timer = afterReading(20, () => happened.push('over'));
  ends.near.on('data', () => {
    happened.push('here');
    timer.cancel();
  });
  pauseWhileArrives('here', 60);
  await once(ends.near, 'data');
  // the action that waits for reading would have run before this one
  await setImmediate();
  expect(happened).toEqual(['here']);
});
