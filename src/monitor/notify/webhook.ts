/** A message as one HTTP request. Redirects are not followed: a signed message goes where the configuration says only. */
import { request as plainRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { timeLimit } from '../../time-limit.js';
import type { WebhookTarget } from '../model/targets.js';
import { withoutSecrets } from './hidden.js';
import { clean } from './message.js';
import type { Message } from './message.js';
import { retryAfter } from './sent.js';
import type { Sent } from './sent.js';
import { signatureOf } from './signature.js';
import { bodyFor } from './templates/body-of.js';

/** So many bytes of an answer are read; the rest is thrown away. */
const LONGEST_ANSWER = 4096;
const LONGEST_SHOWN = 200;

export async function sendWebhook(
  target: WebhookTarget,
  message: Message,
  signal: AbortSignal,
): Promise<Sent> {
  const body = bodyFor(message, target);
  const url = new URL(target.url);
  const limit = timeLimit(target.timeout_ms, signal);
  try {
    const { status, headers, text } = await exchange(
      url,
      headersOf(target, message, body),
      body,
      limit.signal,
    );
    return judged(
      status,
      headers,
      `${url.host}: HTTP ${status}${shown(text, target)}`,
      text,
      message.sent_at,
    );
  } catch (error) {
    return {
      result: isHopeless(error) ? 'refused' : 'retry',
      problem: problemOf(error, url, target, signal),
    };
  } finally {
    limit.cancel();
  }
}

function headersOf(
  target: WebhookTarget,
  message: Message,
  body: string,
): Record<string, string | number> {
  const timestamp = Math.floor(message.sent_at / 1000);
  return {
    'User-Agent': 'offhook',
    ...target.headers,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Offhook-Delivery': message.delivery,
    'X-Offhook-Timestamp': timestamp,
    ...(target.secret === undefined
      ? {}
      : { 'X-Offhook-Signature': signatureOf(target.secret, timestamp, body) }),
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

function exchange(
  url: URL,
  headers: Record<string, string | number>,
  body: string,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    // A connection of its own each time: messages are rare, and an idle connection breaks unseen.
    const request = send(url, { method: 'POST', headers, signal, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (): void => {
        const text = Buffer.concat(chunks).subarray(0, LONGEST_ANSWER).toString();
        resolve({ status, headers: response.headers, text });
        request.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= LONGEST_ANSWER) done();
      });
      // The status says whether the message arrived, whatever becomes of the rest of the answer.
      response.on('end', done);
      response.on('error', done);
      response.on('close', done);
    });
    request.end(body);
  });
}

/** 408, 429 and 5xx can be temporary and are tried again; any other failure is final (RFC 9110, 15). */
function judged(
  status: number,
  headers: IncomingMessage['headers'],
  said: string,
  text: string,
  now: number,
): Sent {
  if (status >= 200 && status < 300) return { result: 'sent', said };
  if (status >= 300 && status < 400) {
    return { result: 'refused', problem: `${said}: redirects are not followed` };
  }
  if (status !== 408 && status !== 429 && status < 500) return { result: 'refused', problem: said };
  const after_ms = retryAfter(headers['retry-after'], now) ?? retryAfterOfTelegram(text);
  return { result: 'retry', problem: said, ...(after_ms === undefined ? {} : { after_ms }) };
}

/** Telegram says it in the body (core.telegram.org/bots/api#responseparameters). */
function retryAfterOfTelegram(text: string): number | undefined {
  const seconds = /"retry_after"\s*:\s*(\d{1,6})\b/.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function shown(text: string, target: WebhookTarget): string {
  const line = clean(withoutSecrets(text, target), LONGEST_SHOWN);
  return line === '' ? '' : `: ${line}`;
}

/** Whether another try is pointless, because a header or the address is invalid. */
function isHopeless(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return /^ERR_(?:INVALID|HTTP_INVALID|UNESCAPED)/.test(code);
}

function problemOf(error: unknown, url: URL, target: WebhookTarget, signal: AbortSignal): string {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (signal.aborted) return `${url.host}: the monitor ended before there was an answer`;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return `${url.host}: no answer within ${target.timeout_ms / 1000} s`;
  }
  const reason = message === '' ? (code ?? name) : message;
  return `${url.host}: ${clean(withoutSecrets(reason, target), LONGEST_SHOWN)}`;
}
