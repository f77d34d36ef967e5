import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'undici';
import {
  monitor,
  OPERATOR,
  READER,
  startMonitorApi,
  type MonitorApi,
} from '../../testing/monitor/monitor-api.js';
import { rawHttp } from '../../testing/monitor/raw-http.js';

const LARGE = 'x'.repeat(100_000);

interface Message {
  type: string;
  role?: string;
  monitors?: { name: string; paused: boolean }[];
  undelivered?: { dead: number; late: number };
  monitor?: { name: string; paused: boolean; running?: object; state: { n_run: number } };
}

let made: MonitorApi;
let url: string;

beforeAll(async () => {
  made = await startMonitorApi(
    [
      monitor('line', 'pass.js', { set: { PASSWORD: 'hunter2' } }),
      monitor('large', 'pass.js', { info: LARGE }),
    ],
    {
      tokens: [
        { name: 'reader', token: READER, role: 'read' },
        { name: 'operator', token: OPERATOR, role: 'operate' },
      ],
      limits: { feeds: 3, slow_ms: 1000 },
    },
  );
  ({ url } = made.api);
});

afterAll(async () => {
  expect(made.bugs).toEqual([]);
  await made.close();
});

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` });

/** A WebSocket and what came over it; `until` resolves with the first message that fits. */
async function listen(headers: Record<string, string> = bearer(READER), base = url) {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/ws`, { headers });
  const messages: Message[] = [];
  const looks = new Set<() => void>();
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener('close', ({ code }) => {
      resolve(code);
    });
  });
  socket.addEventListener('message', ({ data }) => {
    messages.push(JSON.parse(String(data)) as Message);
    for (const look of looks) look();
  });
  const until = (fits: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = messages.find(fits);
        if (found === undefined) return;
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      look();
    });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => {
      resolve();
    });
    socket.addEventListener('error', () => {
      reject(new Error('the WebSocket did not open'));
    });
  });
  const close = async (): Promise<void> => {
    socket.close();
    await closed;
  };
  return { socket, messages, until, close, closed };
}

describe('/ws', () => {
  it('the whole state, then each change; input is ignored', async () => {
    const { socket, messages, until, close } = await listen();
    expect(await until(({ type }) => type === 'state')).toMatchObject({
      role: 'read',
      monitors: [{ name: 'line' }, { name: 'large' }],
      problems: [],
      undelivered: { dead: 0, late: 0 },
    });
    socket.send('{"type":"start","name":"line"}');
    socket.send(new Uint8Array([0, 255, 1]));
    await made.watch.start('line');
    await until(({ monitor: one }) => one?.running !== undefined);
    const last = await until(({ monitor: one }) => one?.state.n_run === 1);
    expect(last.monitor?.name).toBe('line');
    expect(JSON.stringify(messages)).not.toContain('hunter2');
    made.watch.report('settings', 'broken');
    expect(await until(({ type }) => type === 'health')).toMatchObject({
      problems: [{ about: 'settings', text: 'broken' }],
    });
    made.watch.report('settings', undefined);
    made.watch.tellUndelivered({ dead: 0, late: 0 });
    made.watch.tellUndelivered({ dead: 1, late: 2 });
    made.watch.tellUndelivered({ dead: 0, late: 0 });
    await until(({ type, undelivered }) => type === 'undelivered' && undelivered?.dead === 0);
    expect(messages.filter(({ type }) => type === 'undelivered')).toEqual([
      { type: 'undelivered', undelivered: { dead: 1, late: 2 } },
      { type: 'undelivered', undelivered: { dead: 0, late: 0 } },
    ]);
    await close();
  });

  it('a message that is too large ends the connection', async () => {
    const { socket, closed } = await listen();
    socket.send('x'.repeat(5000));
    expect(await closed).toBe(1009);
  });

  it('neither without a token, nor for a page of another site', async () => {
    await expect(listen({})).rejects.toThrow('did not open');
    await expect(listen(bearer('wrong-token-0123456789'))).rejects.toThrow('did not open');
    const login = await fetch(`${url}/login`, {
      method: 'POST',
      body: JSON.stringify({ token: OPERATOR }),
    });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    await expect(listen({ cookie, origin: 'https://evil.example' })).rejects.toThrow();
    const { until, close } = await listen({ cookie, origin: url });
    expect(await until(({ type }) => type === 'state')).toMatchObject({ role: 'operate' });
    await close();
  });

  it('no more listeners than may be', async () => {
    const three = [await listen(), await listen(), await listen()];
    await expect(listen()).rejects.toThrow('did not open');
    const events = await fetch(`${url}/events`, { headers: bearer(READER) });
    expect([events.status, events.headers.get('retry-after')]).toEqual([503, '30']);
    for (const one of three) await one.close();
    // The server has seen the ends, too, once there is room again.
    const { close } = await listen();
    await close();
  });

  it('a request without an upgrade is told so; one for another protocol gets its answer', async () => {
    expect((await fetch(`${url}/ws`, { headers: bearer(READER) })).status).toBe(426);
    const head = `Host: localhost\r\nAuthorization: Bearer ${READER}\r\nConnection: Upgrade\r\n`;
    const h2c = await rawHttp(url, `GET /list HTTP/1.1\r\n${head}Upgrade: h2c\r\n\r\n`);
    expect([h2c.status, h2c.body]).toEqual([200, expect.stringContaining('"n_ok"')]);
    const websocket = `${head}Upgrade: websocket\r\n\r\n`;
    expect((await rawHttp(url, `GET /list HTTP/1.1\r\n${websocket}`)).status).toBe(200);
    expect((await rawHttp(url, `GET /ws HTTP/1.1\r\n${websocket}`)).status).toBe(400);
    expect((await rawHttp(url, `GET /ws/%zz HTTP/1.1\r\n${websocket}`)).status).toBe(400);
  });
});

/** A listener of /events that reads when it is told to. */
class SlowListener {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  bytes = 0;
  /** How many times the server has sent the whole state. */
  states = 0;
  /** The last characters that the server has sent. */
  tail = '';

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    const head = `Host: localhost\r\nAuthorization: Bearer ${READER}`;
    this.socket.write(`GET /events HTTP/1.1\r\n${head}\r\n\r\n`);
    this.socket.on('data', (piece: Buffer) => {
      this.bytes += piece.length;
      const text = this.tail.slice(-STATE.length + 1) + piece.toString('latin1');
      this.states += text.split(STATE).length - 1;
      this.tail = (this.tail + piece.toString('latin1')).slice(-2 * LARGE.length);
    });
    this.ended = new Promise((resolve) => {
      this.socket.on('close', () => {
        resolve();
      });
    });
    // The server may reset it.
    this.socket.on('error', () => undefined);
  }

  /** Waits until the server has sent the whole state so many times. */
  untilStates(count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.states < count || !this.tail.endsWith('\n\n\r\n')) return;
        this.socket.off('data', look);
        resolve();
      };
      this.socket.on('data', look);
      look();
    });
  }
}

const STATE = '"type":"state"';

/** 100 MB of changes, as they come while the server also writes: kernels take some 40 MB of them. */
async function change(): Promise<void> {
  for (let count = 0; count < 1000; count += 1) {
    await made.watch.pause('large', count % 2 === 0);
    await setImmediate();
  }
}

describe('/events', () => {
  it('the same as server-sent events', async () => {
    const answer = await fetch(`${url}/events`, { headers: bearer(READER) });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (wanted: RegExp): Promise<void> => {
      while (!wanted.test(text)) text += (await reader?.read())?.value ?? '';
    };
    await until(/data: {"type":"state","role":"read".*\n\n/);
    await made.watch.pause('line', true);
    await until(/data: {"type":"monitor","monitor":{"name":"line".*"paused":true.*\n\n/);
    await made.watch.pause('line', false);
    await reader?.cancel();
  });

  it('ends with the session it began with, also as a WebSocket', async () => {
    const api = await made.again({ limits: { ping_ms: 50 } });
    const body = JSON.stringify({ token: READER });
    const login = await fetch(`${api.url}/login`, { method: 'POST', body });
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
    const events = await fetch(`${api.url}/events`, { headers: { cookie } });
    const read = events.text();
    const { until, closed } = await listen({ cookie }, api.url);
    await until(({ type }) => type === 'state');
    await fetch(`${api.url}/logout`, { method: 'POST', headers: { cookie } });
    await expect(read).rejects.toThrow();
    expect(await closed).toBe(1006);
    await api.close();
  });

  it('who reads slowly misses changes, and has the whole state once it has read', async () => {
    const api = await made.again({ limits: { slow_ms: 60_000 } });
    const listener = new SlowListener(api.url);
    await listener.untilStates(1);
    listener.socket.pause();
    await change();
    listener.socket.resume();
    await listener.untilStates(2);
    // All that was sent would be 100 MB.
    expect(listener.bytes).toBeLessThan(60_000_000);
    expect(listener.tail.slice(listener.tail.lastIndexOf('"paused"'))).toMatch(/^"paused":false/);
    listener.socket.destroy();
    await api.close();
  });

  it('who does not read at all is closed', async () => {
    const listener = new SlowListener(url);
    await listener.untilStates(1);
    listener.socket.pause();
    const others = [await listen(), await listen()];
    expect((await fetch(`${url}/events`, { headers: bearer(READER) })).status).toBe(503);
    await change();
    // Its place is free again.
    const { close } = await vi.waitFor(() => listen(), { timeout: 30_000, interval: 100 });
    await close();
    for (const one of others) await one.close();
    listener.socket.resume();
    await listener.ended;
    expect(listener.states).toBe(1);
  });
});
