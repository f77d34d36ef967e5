/** Verbs about the audio of a call: digits as telephone-events (RFC 4733), streams of captures. */
import { readFileSync } from 'node:fs';
import type { Done, PeerArguments } from '../../agents/user-agent.js';
import { readCapture } from '../../rtp/pcap/pcap.js';
import type { RtpSession } from '../../rtp/session.js';
import type { PeerCall } from '../call.js';
import type { PeerSession } from '../session.js';

export async function dtmf(
  peer: PeerSession,
  { digits, duration, call: id }: PeerArguments<'dtmf'>,
): Promise<Done> {
  const { call, session } = callWithAudio(peer, 'dtmf', id);
  const options = duration === undefined ? {} : { durationMs: duration };
  await (await session).sendDigits(digits, options);
  return { seq: peer.emit({ type: 'dtmf_sent', call: call.id, digits, via: 'rtp' }) };
}

export async function replay(
  peer: PeerSession,
  { capture, port, call: id }: PeerArguments<'replay'>,
): Promise<Done> {
  const { session } = callWithAudio(peer, 'replay', id);
  const { path, real } = capture;
  const { packets } = readCapture(readFileSync(real), path, port === undefined ? {} : { port });
  await (await session).replay(packets);
  return { seq: peer.lastSeq };
}

function callWithAudio(
  peer: PeerSession,
  verb: string,
  id: string | undefined,
): { call: PeerCall; session: Promise<RtpSession> } {
  const call = peer.calls.current(id);
  const session = call === undefined ? undefined : peer.rtp.session(call.id);
  if (call !== undefined && session !== undefined) return { call, session };
  const what = call === undefined ? 'the peer has no call' : 'the call has no audio';
  throw peer.problem('E_CALL_STATE', verb, what, 'wait until the call is established');
}
