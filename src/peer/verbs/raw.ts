/** Verbs below transactions: an ACK of the script's own, and octets. */
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import type { RequestOptions } from '../../schema/types.gen.js';
import type { PeerSession } from '../session.js';
import { choiceOf, uriOf, wishOf } from './wishes.js';

export async function ack(
  peer: PeerSession,
  { transaction, options = {} }: PeerArguments<'ack'>,
): Promise<Done> {
  const { call_id, cseq } = transaction as { call_id: string; cseq: number };
  const given = options as RequestOptions;
  const sdp = choiceOf(peer, 'ack', given.sdp);
  const { sdp: _, ...others } = given;
  const response = peer.dialogs.accepted(call_id, cseq);
  const call = peer.calls.get(call_id);
  const dialog = call?.dialog ?? peer.dialogs.get(call_id);
  if (response === undefined || dialog === undefined) {
    const what = 'no 2xx response was received for this transaction';
    throw peer.problem('E_CALL_STATE', 'ack', what, 'wait for its final response first');
  }
  const wish = wishOf(peer, 'ack', others);
  await peer.sending('ack', async () => {
    if (call !== undefined)
      await peer.calls.acknowledge(call, response, dialog, wish, sdp ?? call.sdp);
    else await peer.requests.send({ ...wish, method: 'ACK', dialog, cseq: response.cseq }, {});
  });
  return { seq: peer.lastSeq };
}

export async function send(peer: PeerSession, args: PeerArguments<'send'>): Promise<Done> {
  const { raw, to, encoding = 'utf8' } = args;
  const texts = typeof raw === 'string' ? [raw] : (raw as readonly string[]);
  const wide = encoding === 'latin1' ? /[^\x00-\xff]/u.exec(texts.join(''))?.[0] : undefined;
  if (wide !== undefined) {
    const what = `${JSON.stringify(wide)} does not fit into one octet: latin1 ends at "\\u00ff"`;
    throw peer.problem('E_ARGUMENT', 'send', what, 'write octets as "\\xff", or send in utf8');
  }
  const parts = texts.map((one) => Buffer.from(one, encoding as 'utf8' | 'latin1'));
  const uri = uriOf(peer, 'send', to);
  await peer.sending('send', async () => {
    await peer.messenger.raw(parts, uri);
  });
  return { seq: peer.lastSeq };
}
