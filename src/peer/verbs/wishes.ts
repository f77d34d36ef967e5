/** Options of verbs as what a request is made of. */
import { targetUri, uriOfAgent } from '../../agents/target.js';
import type { DialTarget } from '../../agents/user-agent.js';
import type { RequestOptions } from '../../schema/types.gen.js';
import type { HeaderField } from '../../sip/sip-message.js';
import type { PeerCall } from '../call.js';
import type { Dialog } from '../../signalling/dialog.js';
import { sdpProblem } from '../media/media.js';
import type { SdpChoice } from '../media/sdp-wish.js';
import type { Pending, RequestWish } from '../../signalling/requests.js';
import type { PeerSession } from '../session.js';
import type { Done } from '../../agents/user-agent.js';

/** The URI of a target, which the guard of the peer allows. */
export function uriOf(peer: PeerSession, verb: string, target: DialTarget): string {
  const { name, account, context } = peer.ground;
  const uri =
    'agent' in target
      ? uriOfAgent(target.agent)
      : targetUri('uri' in target ? target.uri : target.number, {
          name,
          kind: 'peer',
          domain: account.domain,
          transport:
            account.transport === 'tcp' || account.transport === 'tls' ? account.transport : 'udp',
          verb,
        });
  context.guard?.target(
    uri,
    { routed: account.outbound !== undefined || !account.serverless },
    verb,
  );
  return uri;
}

/** The wish of a request outside of calls, or in any dialog: its body is what the options say. */
export function wishOf(
  peer: PeerSession,
  verb: string,
  options: RequestOptions,
): Omit<RequestWish, 'method'> {
  const { headers, body, content_type, from, to, contact, event, expires, request_uri } = options;
  const alien = (['metadata', 'metadata_type'] as const).find((one) => options[one] !== undefined);
  if (alien !== undefined) {
    const what = `option "${alien}" is for requests that change a recording session`;
    throw peer.problem('E_ARGUMENT', verb, what, 'pass it to reinvite() or update()');
  }
  const sdp = choiceOf(peer, verb, options.sdp);
  const text =
    body ?? (sdp === undefined || sdp === false ? '' : peer.ground.media.single().offer(sdp));
  const more: HeaderField[] = [
    ...(event === undefined ? [] : [['Event', event] as const]),
    ...(expires === undefined ? [] : [['Expires', String(expires)] as const]),
  ];
  return {
    headers,
    from,
    to,
    contact,
    more,
    ...(request_uri === undefined ? {} : { requestUri: request_uri }),
    ...(text === '' ? {} : { body: text }),
    contentType:
      content_type ?? (body === undefined && text !== '' ? 'application/sdp' : undefined),
  };
}

/** @throws OffhookError E_ARGUMENT */
export function choiceOf(peer: PeerSession, verb: string, given: unknown): SdpChoice {
  const problem = sdpProblem(given);
  if (problem === undefined) return given as SdpChoice;
  throw peer.problem('E_ARGUMENT', verb, `option "sdp" ${problem}`);
}

/** What verbs return that send a request. */
export function transactionOf(peer: PeerSession, { callId, method, cseq }: Pending): Done {
  return { seq: peer.lastSeq, value: { method, call_id: callId, cseq } };
}

/** The call a verb is about, with a dialog. @throws OffhookError E_CALL_STATE */
export function callWithDialog(
  peer: PeerSession,
  verb: string,
  id: string | undefined,
): { call: PeerCall; dialog: Dialog } {
  const call = peer.calls.current(id);
  if (call === undefined || call.closed) {
    throw peer.problem(
      'E_CALL_STATE',
      verb,
      'the peer has no call, or the call is over',
      'dial or answer one first',
    );
  }
  const { dialog } = call;
  if (dialog === undefined) {
    throw peer.problem(
      'E_CALL_STATE',
      verb,
      'the call has no dialog yet: no response with a To tag was received or sent',
      'wait for a response, or send one; cancel() ends an outgoing call without a dialog',
    );
  }
  return { call, dialog };
}

/** The dialog that an option `in` names by its Call-ID. @throws OffhookError E_CALL_STATE */
export function dialogIn(peer: PeerSession, verb: string, callId: string): Dialog {
  const dialog = peer.calls.get(callId)?.dialog ?? peer.dialogs.get(callId);
  if (dialog !== undefined) return dialog;
  throw peer.problem(
    'E_CALL_STATE',
    verb,
    `there is no dialog with the Call-ID ${JSON.stringify(callId)}`,
    'pass a call, a transaction or a message of an early or confirmed dialog',
  );
}
