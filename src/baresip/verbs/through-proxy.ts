/** The verbs that need a proxy in front of the agent, and the headers that other verbs send through it. */
import type { AgentProxy } from '../../proxy/proxy.js';
import type { GivenHeaders } from '../../proxy/changes.js';
import type { HeaderOptions, OutgoingOptions } from '../../schema/types.gen.js';
import { OffhookError } from '../../errors.js';
import { currentCall } from '../../model/agent-state.js';
import { fullName } from '../../sip/sip-message.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import type { RunningAgent } from '../running-agent.js';
import { placedTarget } from './target.js';
import { callOf, noCall } from './which-call.js';

/** Header fields by which baresip, or whoever answers it, finds a dialog or a transaction. */
const OWN: ReadonlySet<string> = new Set([
  ...['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'route', 'record-route'],
  ...['content-length', 'authorization', 'proxy-authorization'],
]);

/** Requests that baresip has to send itself, and the verbs that make it. */
const PHONES: ReadonlyMap<string, string> = new Map([
  ['INVITE', 'dial(), hold() or resume()'],
  ['ACK', 'nothing: baresip acknowledges by itself'],
  ['BYE', 'hangup()'],
  ['CANCEL', 'hangup()'],
  ['PRACK', 'nothing: baresip sends it by itself'],
  ['REGISTER', 'register()'],
  ['REFER', 'transfer()'],
]);

/** The lifetime where a script names none, in seconds. */
const DEFAULT_EXPIRES = 3600;

/** The proxy in front of the agent. @throws OffhookError E_CAPABILITY; `what`: "headers of one call" */
export function proxyOf(agent: RunningAgent, verb: string, what: string): AgentProxy {
  const { proxy, name, context } = agent.ground;
  if (proxy !== undefined) return proxy;
  throw agent.problem(
    'E_CAPABILITY',
    verb,
    `baresip ${context.binary.version} cannot send ${what}; a proxy in front of the agent can`,
    `write agent(${JSON.stringify(name)}, { proxy: true })`,
  );
}

/** Header fields of a script. @throws OffhookError E_ARGUMENT for one that is not the script's to write */
export function givenHeaders(
  agent: RunningAgent,
  verb: string,
  headers: GivenHeaders = {},
  allowed: readonly string[] = [],
): GivenHeaders {
  const own = Object.keys(headers).find((name) => {
    const full = fullName(name);
    return OWN.has(full) && !allowed.includes(full);
  });
  if (own === undefined) return headers;
  const what = `header ${JSON.stringify(own)} is written by the agent itself and cannot be set`;
  throw agent.problem(
    'E_ARGUMENT',
    verb,
    what,
    'use a peer() to send a message with a different value',
  );
}

/** Makes baresip send a request, with header fields where a script gives some. `call`: of a request inside of a call. */
export async function withHeaders<T>(
  agent: RunningAgent,
  verb: string,
  request: { readonly method: string; readonly call?: string },
  options: HeaderOptions | undefined,
  act: () => Promise<T>,
): Promise<T> {
  if (options?.headers === undefined) return act();
  const { changes } = proxyOf(agent, verb, 'headers for a single request');
  const headers = givenHeaders(agent, verb, options.headers);
  const giveUp = changes.expect({ ...request, headers });
  try {
    return await act();
  } finally {
    giveUp();
  }
}

export async function request(
  agent: RunningAgent,
  { method, target, options, call: id }: VerbArguments<'request'>,
): Promise<Done> {
  const verb = 'request';
  agent.assertUsable(verb);
  const { own } = proxyOf(agent, verb, 'a request of the script');
  const instead = PHONES.get(method.toUpperCase());
  if (instead !== undefined) {
    const what = `${method} is sent by baresip alone`;
    throw agent.problem('E_ARGUMENT', verb, what, `use ${instead}`);
  }
  const uri = target === undefined ? undefined : placedTarget(agent, verb, target).uri;
  if (uri !== undefined && id !== undefined) {
    const what = 'a request goes to a target or belongs to a call, not both';
    throw agent.problem('E_ARGUMENT', verb, what, 'leave one of them out');
  }
  const call = uri === undefined ? dialogOf(agent, id) : undefined;
  return sendOwn(agent, verb, { method, uri, call }, options);

  function dialogOf(one: RunningAgent, given: string | undefined): string {
    const found = given === undefined ? currentCall(one.state) : callOf(one, verb, given);
    if (found === undefined || found.state === 'Idle') throw noCall(one, verb);
    if (own.dialogOf(found.id) !== undefined) return found.id;
    const what = `the call with ${found.peer.uri} has no dialog yet: nobody has answered`;
    throw one.problem('E_CALL_STATE', verb, what, 'wait until it rings, or name a target');
  }
}

export function subscribe(agent: RunningAgent, args: VerbArguments<'subscribe'>): Promise<Done> {
  return withEvent(agent, 'SUBSCRIBE', args);
}

export function publish(agent: RunningAgent, args: VerbArguments<'publish'>): Promise<Done> {
  return withEvent(agent, 'PUBLISH', args);
}

async function withEvent(
  agent: RunningAgent,
  method: 'SUBSCRIBE' | 'PUBLISH',
  { event, target, options = {} }: VerbArguments<'subscribe'>,
): Promise<Done> {
  const verb = method.toLowerCase();
  agent.assertUsable(verb);
  proxyOf(agent, verb, `a ${method} of the script`);
  const { uri } = placedTarget(agent, verb, target);
  const { expires = DEFAULT_EXPIRES } = options;
  return sendOwn(agent, verb, { method, uri, event }, { ...options, expires });
}

/** Sends a request of the script. @throws OffhookError E_ARGUMENT, E_SIP_DENIED, E_PEER */
async function sendOwn(
  agent: RunningAgent,
  verb: string,
  {
    method,
    uri,
    call,
    event,
  }: { method: string; uri: string | undefined; call?: string | undefined; event?: string },
  { headers, body = '', content_type: contentType, expires }: OutgoingOptions = {},
): Promise<Done> {
  const { own } = proxyOf(agent, verb, 'a request of the script');
  const given = {
    ...(event === undefined ? {} : { Event: event }),
    ...(expires === undefined ? {} : { Expires: String(expires) }),
    ...givenHeaders(agent, verb, headers),
  };
  try {
    const wish = { method, uri, call, headers: given, body, contentType };
    const { callId, cseq } = await own.send(wish);
    return { seq: agent.nextSeq - 1, value: { method, call_id: callId, cseq } };
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    const hint = 'check the host, the port and the transport of the target';
    const what = `nothing could be sent: ${(error as Error).message}`;
    throw agent.problem('E_PEER', verb, what, hint);
  }
}
