/** How a call ended, in the same words on every version: from the SIP messages first, else from baresip's text. */
import type { Ended, SipMessage } from '../model/agent-event.js';
import { headerOf } from './sip-message.js';

/** Text of CALL_CLOSED without the error number newer versions append: "Connection refused [111]". */
export function closeText(param: string): string {
  return param.replace(/ \[\d+\]$/, '').trim();
}

/** The Reason header of a BYE, CANCEL or response (RFC 3326). */
export function causeOf(message: SipMessage): { cause?: string } {
  const cause = headerOf(message.headers, 'reason');
  return cause === undefined ? {} : { cause };
}

/** By a final response of 300 or more to the INVITE. */
export function endedByResponse(
  message: SipMessage,
  by: 'local' | 'remote',
  cancelled: boolean,
): Ended {
  return {
    by,
    how: cancelled ? 'cancel' : 'rejected',
    code: message.code ?? 0,
    reason: message.reason ?? '',
    ...causeOf(message),
  };
}

const WORDS: readonly (readonly [RegExp, Ended])[] = [
  [/^Connection reset by user|^Rejected by user/i, { by: 'local', how: 'bye' }],
  [/^Connection reset by peer/i, { by: 'remote', how: 'bye' }],
  [/^Connection timed out|^Operation timed out/i, { by: 'network', how: 'timeout' }],
  [/^Local timeout/i, { by: 'local', how: 'timeout' }],
  [
    /refused|address required|unreachable|No route|Protocol error|not available|No such (host|device)|Host is down|Network is down/i,
    { by: 'network', how: 'unreachable' },
  ],
  [/transfer/i, { by: 'local', how: 'transferred' }],
  [/replaced/i, { by: 'remote', how: 'replaced' }],
  [/end of file|rtp|media|audio|codec/i, { by: 'error', how: 'media' }],
];

/** By what CALL_CLOSED says; `direction` and `answered` tell a BYE from a CANCEL or a rejection. */
export function endedByText(param: string, call: { outgoing: boolean; answered: boolean }): Ended {
  const text = closeText(param);
  const response = /^(\d{3}) ([^,]*)(?:,(.*))?$/.exec(text);
  if (response !== null) {
    const [, code, reason, cause] = response;
    return {
      by: call.outgoing ? 'remote' : 'local',
      how: 'rejected',
      code: Number(code),
      reason: reason ?? '',
      ...(cause === undefined ? {} : { cause }),
    };
  }
  const words = WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? { by: 'error', how: 'media' };
  if (words.how !== 'bye' || call.answered)
    return { ...words, ...(words.how === 'bye' ? {} : { reason: text }) };
  return { by: words.by, how: (words.by === 'local') === call.outgoing ? 'cancel' : 'rejected' };
}
