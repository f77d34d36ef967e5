/** Verbs that send requests outside of calls. */
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import { Limit } from '../../agents/limit.js';
import type { RegisterOptions, RequestOptions } from '../../schema/types.gen.js';
import { formatMs } from '../../time.js';
import type { HeaderField, SipMessage } from '../../sip/sip-message.js';
import type { RequestWish } from '../../signalling/requests.js';
import type { PeerSession } from '../session.js';
import { dialogIn, transactionOf, uriOf, wishOf } from './wishes.js';

const DEFAULT_EXPIRES = 3600;

export async function register(
  peer: PeerSession,
  { options = {} }: PeerArguments<'register'>,
): Promise<Done> {
  const { expires, ...others } = options as RegisterOptions;
  const wish = wishOf(peer, 'register', others);
  return bind(peer, 'register', wish, expires ?? peer.ground.options.expires ?? DEFAULT_EXPIRES);
}

export async function unregister(peer: PeerSession): Promise<Done> {
  return bind(peer, 'unregister', {}, 0);
}

async function bind(
  peer: PeerSession,
  verb: string,
  wish: Omit<RequestWish, 'method'>,
  expires: number,
): Promise<Done> {
  if (peer.ground.account.domain === undefined) {
    const what = 'the peer has no domain to register with';
    throw peer.problem('E_REGISTER', verb, what, 'give peer() a domain');
  }
  const pending = await peer.sending(verb, () => peer.registration.register(wish, expires));
  const seq = peer.seqOf(expires === 0 ? 'unregistering' : 'registering');
  return { ...transactionOf(peer, pending), ...(seq === undefined ? {} : { seq }) };
}

export async function request(
  peer: PeerSession,
  { method, target, options = {} }: PeerArguments<'request'>,
): Promise<Done> {
  const { in: callId, ...others } = options as RequestOptions;
  const uri = target === undefined ? undefined : uriOf(peer, 'request', target);
  if (uri === undefined && callId === undefined) {
    const hint = 'write request(method, target), or name a dialog with the option in';
    throw peer.problem('E_ARGUMENT', 'request', 'neither a target nor a dialog was given', hint);
  }
  const dialog = callId === undefined ? undefined : dialogIn(peer, 'request', callId as string);
  return send(peer, 'request', { ...wishOf(peer, 'request', others), method, uri, dialog });
}

export async function subscribe(
  peer: PeerSession,
  { event, target, options = {} }: PeerArguments<'subscribe'>,
): Promise<Done> {
  return withEvent(peer, 'SUBSCRIBE', { event, target, options: options as RequestOptions });
}

export async function publish(
  peer: PeerSession,
  { event, target, options = {} }: PeerArguments<'publish'>,
): Promise<Done> {
  return withEvent(peer, 'PUBLISH', { event, target, options: options as RequestOptions });
}

async function withEvent(
  peer: PeerSession,
  method: 'SUBSCRIBE' | 'PUBLISH',
  given: Pick<PeerArguments<'subscribe'>, 'event' | 'target'> & { options: RequestOptions },
): Promise<Done> {
  const { event, target, options } = given;
  const verb = method.toLowerCase();
  const expires = options.expires ?? DEFAULT_EXPIRES;
  const wish = wishOf(peer, verb, { ...options, event, expires });
  return send(peer, verb, { ...wish, method, uri: uriOf(peer, verb, target) });
}

export async function message(
  peer: PeerSession,
  { target, text, options = {} }: PeerArguments<'message'>,
): Promise<Done> {
  const wish = wishOf(peer, 'message', { ...(options as RequestOptions), body: text });
  return send(peer, 'message', { ...wish, method: 'MESSAGE', uri: uriOf(peer, 'message', target) });
}

export async function ping(
  peer: PeerSession,
  { target }: PeerArguments<'ping'>,
  limitMs: number,
): Promise<Done> {
  const uri = uriOf(peer, 'ping', target);
  const more: HeaderField[] = [['Accept', 'application/sdp']];
  const began = performance.now();
  let answer: { status: number; reason: string; time_ms: number } | undefined;
  await peer.sending('ping', () =>
    peer.requests.send(
      { method: 'OPTIONS', uri, more },
      {
        response: ({ code = 0, reason = '' }: SipMessage) => {
          if (code >= 200) answer ??= { status: code, reason, time_ms: performance.now() - began };
          peer.waiters.wake();
        },
      },
    ),
  );
  const value = await peer.waiters.until(
    () => answer,
    new Limit(limitMs),
    (waited) =>
      peer.problem(
        'E_PING',
        'ping',
        `no response from ${uri} to OPTIONS (waited ${formatMs(waited)})`,
      ),
  );
  return { seq: peer.lastSeq, value };
}

async function send(peer: PeerSession, verb: string, wish: RequestWish): Promise<Done> {
  return transactionOf(peer, await peer.sending(verb, () => peer.requests.send(wish, {})));
}
