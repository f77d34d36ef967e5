import { expect, test } from 'vitest';
import { SmtpSink } from '../../testing/monitor/smtp-sink.js';
import type { EmailTarget } from '../model/targets.js';
import { sendEmail } from './email.js';
import type { Message, ToldRun } from './message.js';

const AT = Date.parse('2026-03-01T12:00:00Z');
const told: ToldRun = {
  kind: 'transition',
  monitor: 'berlin',
  from: 'ok',
  to: 'failed',
  at: AT,
  note: '486 Busy Here',
  run_url: 'https://m.example/runs/r1',
  labels: {},
};
const message = (more: Partial<ToldRun> = {}): Message => ({
  delivery: 'd1',
  sent_at: AT,
  told: [{ ...told, ...more }],
});
const target = (port: number, more: Partial<EmailTarget> = {}): EmailTarget => ({
  name: 'ops',
  type: 'email',
  smtp: `smtp://127.0.0.1:${port}`,
  from: 'Offhook <offhook@example.com>',
  to: ['ops@example.com', 'boss@example.com'],
  on: ['failed'],
  group_wait_ms: 0,
  remind_every_ms: 0,
  timeout_ms: 5000,
  tries: 3,
  ...more,
});
const send = (to: EmailTarget, what = message(), signal = new AbortController().signal) =>
  sendEmail(to, what, signal);

test('one mail for all recipients', async () => {
  await using sink = await SmtpSink.start();
  expect(await send(target(sink.port))).toEqual({
    result: 'sent',
    said: `127.0.0.1:${sink.port}: 2 of 2 recipients: 250 2.0.0 queued as 4711`,
  });
  const [mail] = sink.mails;
  expect(mail).toMatchObject({
    from: 'offhook@example.com',
    to: ['ops@example.com', 'boss@example.com'],
  });
  for (const field of [
    'Subject: [offhook] FAILED: berlin',
    'Message-ID: <d1@example.com>',
    'Auto-Submitted: auto-generated',
    'X-Offhook-Delivery: d1',
    'Date: Sun, 01 Mar 2026 12:00:00 +0000',
  ]) {
    expect(mail?.data).toContain(`${field}\r\n`);
  }
  expect(mail?.data).toContain('486 Busy Here\r\nwas ok until 2026-03-01 12:00:00 UTC\r\n');
});

test('a note or a name cannot add header fields or recipients, nor end the mail', async () => {
  await using sink = await SmtpSink.start();
  const note = 'x\r\n.\r\nMAIL FROM:<evil@example.com>';
  await send(target(sink.port), message({ monitor: 'a\r\nBcc: evil@example.com', note }));
  const [mail, ...others] = sink.mails;
  expect(others).toEqual([]);
  expect(mail?.to).toEqual(['ops@example.com', 'boss@example.com']);
  expect(mail?.data).toContain('Subject: [offhook] FAILED: a Bcc: evil@example.com\r\n');
  expect(mail?.data).not.toMatch(/^Bcc:/m);
  expect(mail?.data).toContain('x . MAIL FROM');
});

test.each<[string, (command: string) => string | undefined, object]>([
  [
    'a server that is busy is asked again',
    (line) => (line.startsWith('MAIL') ? '451 4.7.1 greylisted' : undefined),
    { result: 'retry' },
  ],
  [
    'a refused sender is final',
    (line) => (line.startsWith('MAIL') ? '550 5.7.1 not you' : undefined),
    { result: 'refused' },
  ],
  [
    'one refused recipient does not keep the others from it',
    (line) => (line.includes('boss@') ? '550 no such user' : undefined),
    { result: 'sent' },
  ],
  [
    'all recipients refused is final',
    (line) => (line.startsWith('RCPT') ? '550 no such user' : undefined),
    { result: 'refused' },
  ],
])('%s', async (_, refuse, expected) => {
  await using sink = await SmtpSink.start({ refuse });
  const sent = await send(target(sink.port));
  expect(sent).toMatchObject(expected);
  expect(JSON.stringify(sent)).toMatch(/451 4\.7\.1 greylisted|550|refused for boss@example\.com/);
});

test('a password is not sent in the clear', async () => {
  await using sink = await SmtpSink.start({ extensions: ['AUTH PLAIN LOGIN'] });
  const sent = await send(target(sink.port, { smtp: `smtp://me:hunter2@127.0.0.1:${sink.port}` }));
  expect(sent).toMatchObject({ result: expect.stringMatching(/retry|refused/) as unknown });
  expect(sink.commands.join('\n')).toContain('STARTTLS');
  expect(sink.commands.join('\n')).not.toMatch(/AUTH/);
  expect(JSON.stringify(sent)).not.toContain('hunter2');
});

test('a server that says nothing, and a monitor that ends', async () => {
  await using sink = await SmtpSink.start({ silent: true });
  const host = '127.0.0.1';
  expect(await send(target(sink.port, { timeout_ms: 200 }))).toMatchObject({ result: 'retry' });
  const ended = new AbortController();
  const sending = send(target(sink.port), message(), ended.signal);
  ended.abort();
  expect(await sending).toEqual({
    result: 'retry',
    problem: `${host}:${sink.port}: the monitor ended before there was an answer`,
  });
});

test('nobody listens', async () => {
  const sink = await SmtpSink.start();
  const { port } = sink;
  await sink[Symbol.asyncDispose]();
  expect(await send(target(port))).toMatchObject({ result: 'retry' });
});
