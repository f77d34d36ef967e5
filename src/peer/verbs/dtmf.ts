/** dtmf(): digits as telephone-events (RFC 4733). */
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import type { PeerSession } from '../session.js';

export async function dtmf(
  peer: PeerSession,
  { digits, duration, call: id }: PeerArguments<'dtmf'>,
): Promise<Done> {
  const call = peer.calls.current(id);
  const session = call === undefined ? undefined : peer.rtp.session(call.id);
  if (call === undefined || session === undefined) {
    const what = call === undefined ? 'the peer has no call' : 'the call has no audio';
    throw peer.problem('E_CALL_STATE', 'dtmf', what, 'wait until the call is established');
  }
  const options = duration === undefined ? {} : { durationMs: duration };
  await (await session).sendDigits(digits, options);
  return { seq: peer.emit({ type: 'dtmf_sent', call: call.id, digits, via: 'rtp' }) };
}
