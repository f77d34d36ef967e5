/** message() and ping(): requests outside of calls, whose answers show only in the SIP trace. */
import type { OffhookError } from '../../errors.js';
import { formatMs } from '../../time.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import type { Command } from '../wire/ctrl.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { replied } from '../perform.js';
import type { SentRequest } from '../record/request-log.js';
import type { Limit } from '../../agents/limit.js';
import type { HeaderOptions, TextOptions } from '../../schema/types.gen.js';
import type { RunningAgent } from '../running-agent.js';
import { placedTarget } from './target.js';
import { withHeaders } from './through-proxy.js';

/** The limit is the size of a whole command, "message TEXT". */
const LONGEST_TEXT = 1023 - 'message '.length;

const MESSAGE = { verb: 'message', code: 'E_MESSAGE' } as const;
const PING = { verb: 'ping', code: 'E_PING' } as const;

export async function message(
  agent: RunningAgent,
  { target, text, options }: VerbArguments<'message'>,
  limit: Limit,
): Promise<Done> {
  const { uri } = placedTarget(agent, 'message', target);
  agent.assertUsable('message');
  assertText(agent, text);
  assertTransport(agent, uri);
  const select = agent.contacts.select(agent, uri);
  const request = agent.requests.expect('MESSAGE');
  const sent = { method: 'MESSAGE' };
  const given = textHeaders(options);
  const { code, reason } = await withHeaders(agent, 'message', sent, given, () =>
    deliver(agent, request, select, uri, text, limit),
  ).finally(() => {
    agent.contacts.settle(agent, request);
  });
  const seq = agent.emit({ type: 'message_sent', to: uri, code, reason });
  if (code < 300) return { seq };
  throw agent.problem('E_MESSAGE', 'message', `${uri} answered ${code} ${reason}`);
}

/** The Content-Type is a header like others, for the proxy that writes it. */
function textHeaders({ headers, content_type }: TextOptions = {}): HeaderOptions | undefined {
  if (content_type === undefined) return headers === undefined ? undefined : { headers };
  return { headers: { ...headers, 'Content-Type': content_type } };
}

async function deliver(
  agent: RunningAgent,
  request: SentRequest,
  select: Command[],
  uri: string,
  text: string,
  limit: Limit,
): Promise<{ code: number; reason: string }> {
  const commands = [...select, { name: 'message', params: text }];
  const replies = await replied(agent, 'message', commands, limit);
  const bad = replies.find(({ ok, data }) => !ok || /ERROR|failed|could not/i.test(data));
  if (bad !== undefined)
    throw agent.problem(
      'E_MESSAGE',
      'message',
      `baresip did not send the message: ${bad.data.trim()}`,
    );
  agent.contacts.loaded();
  return answerOf(agent, request, MESSAGE, uri, limit);
}

/** Old versions drop the parameters of the URI: the message would go to the same port, but over UDP. */
function assertTransport(agent: RunningAgent, uri: string): void {
  const { version } = agent.ground.context.binary;
  const transport = /;transport=(tcp|tls)/i.exec(uri)?.[1];
  if (transport === undefined || hasCapability(version, 'message_transport')) return;
  throw agent.problem(
    'E_CAPABILITY',
    'message',
    `baresip ${version} sends messages over UDP only, not ${transport.toUpperCase()} (possible from ${sinceOf('message_transport')})`,
    'send it through a proxy: give the agent a domain or the option outbound',
  );
}

function assertText(agent: RunningAgent, text: string): void {
  const bad = (what: string, hint: string) =>
    agent.problem('E_ARGUMENT', 'message', `"text" ${what}`, hint);
  if (/^ /.test(text))
    throw bad('begins with a blank, which baresip drops', 'begin it with another character');
  if (text.includes('\0')) throw bad('holds a NUL, where baresip ends it', 'leave it out');
  // A command whose first and last characters are quotes loses both.
  if (/^".*"$/s.test(text))
    throw bad(
      'begins and ends with a double quote, which baresip drops',
      'add a word outside them',
    );
  if (/[\ud800-\udfff]/u.test(text))
    throw bad('holds half a character (a lone surrogate)', 'leave it out');
  const bytes = Buffer.byteLength(text);
  if (bytes > LONGEST_TEXT)
    throw bad(`is too long for baresip: ${bytes} bytes (at most ${LONGEST_TEXT})`, 'shorten it');
}

export async function ping(
  agent: RunningAgent,
  { target, options }: VerbArguments<'ping'>,
  limit: Limit,
): Promise<Done> {
  const { uri } = placedTarget(agent, 'ping', target);
  agent.assertUsable('ping');
  const commands = agent.commands.options(uri);
  if (commands === undefined) throw otherUri(agent, uri);
  return withHeaders(agent, 'ping', { method: 'OPTIONS' }, options, () =>
    askOptions(agent, uri, commands, limit),
  );
}

async function askOptions(
  agent: RunningAgent,
  uri: string,
  commands: readonly Command[],
  limit: Limit,
): Promise<Done> {
  const began = performance.now();
  const request = agent.requests.expect('OPTIONS');
  try {
    const replies = await replied(agent, 'ping', commands, limit);
    const refused = replies.find(({ ok }) => !ok);
    if (refused !== undefined) {
      const why = `baresip did not send OPTIONS to ${uri}: ${refused.data.trim()}`;
      throw agent.problem('E_PING', 'ping', why);
    }
    const { code } = await answerOf(agent, request, PING, uri, limit);
    // Measured from the command on: request and response may be read at the same moment.
    const ms = Math.round(((request.answeredAt ?? performance.now()) - began) * 10) / 10;
    return { seq: agent.nextSeq - 1, value: { status: code, ms } };
  } finally {
    agent.requests.forget(request);
  }
}

function otherUri(agent: RunningAgent, uri: string): OffhookError {
  const { version } = agent.ground.context.binary;
  return agent.problem(
    'E_CAPABILITY',
    'ping',
    `baresip ${version} cannot send OPTIONS to ${uri} (possible from ${sinceOf('uri_without_user')}): it would write its own domain into a URI without a user part`,
    `give the URI a user part: ${uri.replace(':', ':ping@')}`,
  );
}

/** The final response, whatever its code; throws when none comes. */
function answerOf(
  agent: RunningAgent,
  request: SentRequest,
  { verb, code }: typeof MESSAGE | typeof PING,
  uri: string,
  limit: Limit,
): Promise<{ code: number; reason: string }> {
  const hint = 'check that the target is reachable';
  return agent.waiters.until(
    () => {
      const { answer, failure } = request;
      if (answer === undefined && failure !== undefined)
        throw agent.problem(code, verb, `${uri}: ${failure}`, hint);
      return answer;
    },
    limit,
    (waited) => {
      const what = request.sentAt === undefined ? 'nothing was sent to' : 'no answer from';
      return agent.problem(code, verb, `${what} ${uri} (waited ${formatMs(waited)})`, hint);
    },
  );
}
