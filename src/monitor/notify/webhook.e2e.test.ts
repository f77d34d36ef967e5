import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSigned } from '../../certificate.js';
import { HttpSink } from '../../testing/monitor/http-sink.js';
import type { SinkAnswer } from '../../testing/monitor/http-sink.js';
import type { WebhookTarget } from '../model/targets.js';
import type { Message } from './message.js';
import { sendWebhook } from './webhook.js';

const SECRET = 'sixteen-letters-or-more';
const AT = Date.parse('2026-03-01T12:00:00.900Z');
const message: Message = {
  delivery: 'd1',
  sent_at: AT,
  told: [
    {
      kind: 'transition',
      monitor: 'Bürgerbüro',
      from: 'ok',
      to: 'failed',
      at: AT,
      note: '486 Büsy',
      labels: {},
    },
  ],
};
const target = (url: string, more: Partial<WebhookTarget> = {}): WebhookTarget => ({
  name: 'ops',
  type: 'webhook',
  url,
  form: { template: 'json' },
  headers: {},
  on: ['failed'],
  group_wait_ms: 0,
  remind_every_ms: 0,
  timeout_ms: 5000,
  tries: 3,
  ...more,
});
const send = (to: WebhookTarget, signal = new AbortController().signal) =>
  sendWebhook(to, message, signal);

test('the body is signed with its time, and has an id', async () => {
  await using sink = await HttpSink.start();
  const headers = {
    Authorization: 'Bearer abc',
    'x-offhook-delivery': 'forged',
    'Content-Length': '1',
  };
  const to = target(`http://127.0.0.1:${sink.port}/hook?a=b`, { secret: SECRET, headers });
  expect(await send(to)).toEqual({ result: 'sent', said: `127.0.0.1:${sink.port}: HTTP 200: ok` });
  const [request] = sink.requests;
  expect(request).toMatchObject({ method: 'POST', path: '/hook?a=b' });
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer abc',
    'content-type': 'application/json',
    'user-agent': 'offhook',
    'x-offhook-delivery': 'd1',
    'x-offhook-timestamp': '1772366400',
  });
  const expected = createHmac('sha256', SECRET)
    .update(`1772366400.${request?.body ?? ''}`)
    .digest('hex');
  expect(request?.headers['x-offhook-signature']).toBe(`sha256=${expected}`);
  expect(JSON.parse(request?.body ?? '')).toMatchObject({
    version: 1,
    transitions: [{ monitor: 'Bürgerbüro', note: '486 Büsy' }],
  });
});

test('without a secret there is no signature', async () => {
  await using sink = await HttpSink.start();
  await send(target(`http://127.0.0.1:${sink.port}/`));
  expect(sink.requests[0]?.headers['x-offhook-signature']).toBeUndefined();
});

const ANSWERS: readonly [SinkAnswer, object][] = [
  [{ status: 202 }, { result: 'sent' }],
  [{ status: 204 }, { result: 'sent' }],
  [
    { status: 400, body: 'invalid_blocks' },
    { result: 'refused', problem: 'HTTP 400: invalid_blocks' },
  ],
  [{ status: 404 }, { result: 'refused', problem: 'HTTP 404' }],
  [{ status: 408 }, { result: 'retry', problem: 'HTTP 408' }],
  [
    { status: 500, body: 'a\r\nb\u001b[2J' },
    { result: 'retry', problem: 'HTTP 500: a b [2J' },
  ],
  [
    { status: 503, headers: { 'Retry-After': '7' } },
    { result: 'retry', after_ms: 7000 },
  ],
  [{ status: 429, headers: { 'Retry-After': 'x' } }, { result: 'retry' }],
  [
    { status: 429, body: '{"ok":false,"parameters":{"retry_after":31}}' },
    { result: 'retry', after_ms: 31_000 },
  ],
  [
    { status: 307, headers: { Location: 'http://127.0.0.1:1/' } },
    { result: 'refused', problem: 'HTTP 307: redirects are not followed' },
  ],
];
test.each(ANSWERS)('%j gives %j', async (answer, expected) => {
  await using sink = await HttpSink.start();
  sink.answers.push(answer);
  const sent = await send(target(`http://127.0.0.1:${sink.port}/`));
  const problem =
    'problem' in expected ? { problem: `127.0.0.1:${sink.port}: ${String(expected.problem)}` } : {};
  expect(sent).toMatchObject({ ...expected, ...problem });
  expect(sink.requests).toHaveLength(1);
});

test('of a long answer, only the begin is read', async () => {
  await using sink = await HttpSink.start();
  sink.answers.push({ status: 500, body: Buffer.alloc(20_000_000, 'x') });
  const sent = await send(target(`http://127.0.0.1:${sink.port}/`));
  expect(sent).toMatchObject({ result: 'retry' });
  expect(JSON.stringify(sent).length).toBeLessThan(400);
});

test('no answer in time, and a monitor that ends', async () => {
  await using sink = await HttpSink.start();
  sink.answers.push('none', 'none');
  const host = `127.0.0.1:${sink.port}`;
  expect(await send(target(`http://${host}/`, { timeout_ms: 200 }))).toEqual({
    result: 'retry',
    problem: `${host}: no answer within 0.2 s`,
  });
  const ended = new AbortController();
  const sending = send(target(`http://${host}/`), ended.signal);
  await sink.received(2);
  ended.abort();
  expect(await sending).toEqual({
    result: 'retry',
    problem: `${host}: the monitor ended before there was an answer`,
  });
});

test('nobody listens', async () => {
  const sink = await HttpSink.start();
  const { port } = sink;
  await sink[Symbol.asyncDispose]();
  expect(await send(target(`http://127.0.0.1:${port}/secret-path-of-hook`))).toEqual({
    result: 'retry',
    problem: `127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
  });
});

test('a certificate that nobody vouches for is refused, and nothing is sent', async () => {
  await using sink = await HttpSink.start(await selfSigned('localhost', [], 1));
  const sent = await send(target(`https://127.0.0.1:${sink.port}/`));
  expect(sent).toMatchObject({ result: 'retry' });
  expect(JSON.stringify(sent)).toMatch(/self-signed certificate/);
  expect(sink.requests).toHaveLength(0);
});

test('a header that is none is no use to try again', async () => {
  await using sink = await HttpSink.start();
  const sent = await send(
    target(`http://127.0.0.1:${sink.port}/`, { headers: { X: 'a\r\nInjected: b' } }),
  );
  expect(sent).toMatchObject({ result: 'refused' });
  expect(sink.requests).toHaveLength(0);
});

test('secrets that a receiver echoes are not shown', async () => {
  await using sink = await HttpSink.start();
  sink.answers.push({ status: 403, body: `no /services/T0/abcdefghijklmnopqrst with ${SECRET}` });
  const url = `http://127.0.0.1:${sink.port}/services/T0/abcdefghijklmnopqrst`;
  const sent = await send(target(url, { secret: SECRET }));
  expect(sent).toEqual({
    result: 'refused',
    problem: `127.0.0.1:${sink.port}: HTTP 403: no *** with ***`,
  });
});
