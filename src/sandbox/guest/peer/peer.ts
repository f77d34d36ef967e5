/** `peer()` and the objects it returns: verbs go to the raw SIP peer on the main thread. */
import type { PeerMethod, PeerVerb } from '../../../schema/verbs.js';
import { fullName } from '../../../sip/sip-message.js';
import { octetsOf } from '../../../sip/write-message.js';
import { begin, metadataOf, Party, seal } from '../agent/party.js';
import { carryOut } from '../agent/verbs.js';
import { PEER_VERBS, type GuestVerb } from '../agent/verbs.gen.js';
import type { SipMessage } from '../agent/sip-log.js';
import { ask, callerStack } from '../host.js';
import { expectMessage } from '../agent/expect.js';
import { withReferences } from './references.js';
import { Transaction, type SentRequest } from './transaction.js';

interface MessageParts {
  readonly start: string;
  readonly headers?: readonly (readonly [string, string] | string)[];
  readonly body?: string;
  readonly eol?: string;
}

/** A peer of a script; its verbs are added from their rows. */
class Peer extends Party implements Readonly<Record<PeerMethod, unknown>> {
  #verb(verb: PeerVerb, row: GuestVerb, given: readonly unknown[], stack: string): unknown {
    const agent = this.name;
    const args = given.map(withReferences);
    const value = carryOut({ verb, agent, on: 'SipPeer', row, args, stack });
    if (row.sends !== true || value === undefined) return value;
    return new Transaction(agent, value as SentRequest, (options) => {
      this.#verb('ack', PEER_VERBS.ack, [value, ...options], callerStack());
    });
  }

  static {
    for (const [verb, row] of Object.entries(PEER_VERBS) as [PeerVerb, GuestVerb][]) {
      const method = {
        [verb](this: Peer, ...args: unknown[]): unknown {
          return this.#verb(verb, row, args, callerStack());
        },
      }[verb];
      Object.defineProperty(this.prototype, verb, { value: method });
    }
  }

  override expect(...args: unknown[]): SipMessage {
    return expectMessage(this.name, args.map(withReferences), 'peer');
  }

  message_text(...args: unknown[]): string {
    ask('check', { on: 'SipPeer', fn: 'message_text', args, stack: callerStack() });
    const { start, headers = [], body = '', eol = '\r\n' } = args[0] as MessageParts;
    const lines = headers.map((one) => (typeof one === 'string' ? one : `${one[0]}: ${one[1]}`));
    const hasLength = headers.some(
      (one) =>
        fullName(typeof one === 'string' ? (one.split(':')[0] ?? '').trim() : one[0]) ===
        'content-length',
    );
    if (body !== '' && !hasLength) lines.push(`Content-Length: ${octetsOf(body)}`);
    return [start, ...lines, '', body].join(eol);
  }
}

seal(Peer, 'SipPeer');

/** peer(name, options?): opens the sockets and returns when they listen. */
export function peer(...args: unknown[]): Peer {
  const name = begin('peer', args, callerStack());
  return new Peer(name, metadataOf(args[1]));
}
