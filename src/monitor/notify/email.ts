/** A message as one e-mail, by the mail server of the configuration. Loads its library with the first one. */
import { timeLimit } from '../../time-limit.js';
import type { EmailTarget } from '../model/targets.js';
import { withoutSecrets } from './hidden.js';
import { clean, subjectOf, textOf } from './message.js';
import type { Message } from './message.js';
import type { Sent } from './sent.js';

const LONGEST_SHOWN = 200;

export async function sendEmail(
  target: EmailTarget,
  message: Message,
  signal: AbortSignal,
): Promise<Sent> {
  const { createTransport } = await import('nodemailer');
  const url = new URL(target.smtp);
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const transport = createTransport({
    host: url.hostname.replaceAll(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // A password never goes over the network in the clear; STARTTLS is used wherever a server has it.
    requireTLS: !secure && user !== '',
    ...(user === '' ? {} : { auth: { user, pass: decodeURIComponent(url.password) } }),
    connectionTimeout: target.timeout_ms,
    greetingTimeout: target.timeout_ms,
    socketTimeout: target.timeout_ms,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const stop = (): void => {
    transport.close();
  };
  const limit = timeLimit(target.timeout_ms, signal);
  try {
    const mail = mailOf(target, message);
    const sending = transport.sendMail(mail);
    const { accepted, rejected, response } = await orAborted(sending, limit.signal);
    const some = rejected.length === 0 ? '' : `; refused for ${rejected.map(addressOf).join(', ')}`;
    const said = `${accepted.length} of ${target.to.length} recipients: ${response}${some}`;
    return { result: 'sent', said: `${url.host}: ${shown(said, target)}` };
  } catch (error) {
    return judged(error, url, target, signal.aborted);
  } finally {
    limit.cancel();
    stop();
  }
}

function mailOf(target: EmailTarget, message: Message): object {
  const domain = /@([^\s<>@]+)>?$/.exec(target.from)?.[1] ?? 'localhost';
  return {
    from: target.from,
    to: [...target.to],
    subject: `[offhook] ${subjectOf(message)}`,
    text: `${textOf(message)}\n`,
    // The same for each try: mail programs show it once.
    messageId: `<${message.delivery}@${domain}>`,
    date: new Date(message.sent_at),
    // Keeps "out of office" responders from answering (RFC 3834, 5).
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Offhook-Delivery': message.delivery },
  };
}

/** The library has no limit for all of it: a server that sends a byte now and then would hold it for ever. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(new DOMException('no answer in time', 'TimeoutError'));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}

/** Replies 5xx are final (RFC 5321, 4.2.1); greylisting, a full disk and the network are not. */
function judged(error: unknown, url: URL, target: EmailTarget, ended: boolean): Sent {
  const { message, name, responseCode = 0 } = error as Error & { responseCode?: number };
  if (ended)
    return {
      result: 'retry',
      problem: `${url.host}: the monitor ended before there was an answer`,
    };
  const problem =
    name === 'TimeoutError'
      ? `${url.host}: no answer within ${target.timeout_ms / 1000} s`
      : `${url.host}: ${shown(message, target)}`;
  return { result: responseCode >= 500 ? 'refused' : 'retry', problem };
}

function addressOf(address: string | { address: string }): string {
  return typeof address === 'string' ? address : address.address;
}

function shown(text: string, target: EmailTarget): string {
  return clean(withoutSecrets(text, target), LONGEST_SHOWN);
}
