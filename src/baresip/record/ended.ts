/** How a call ended by the text of baresip, in the same words on every version. */
import { causeIn, TRANSFERRED } from '../../agents/record/ended.js';
import type { Ended } from '../../model/agent-event.js';
import { splitList } from '../../sip/headers.js';

/** Text of CALL_CLOSED without the error number that newer versions append: "Connection refused [111]". */
export function closeText(param: string): string {
  return param.replace(/ \[\d+\]$/, '').trim();
}

/** The end by a failed transfer of the agent, on a baresip that ends the call then (before 2.0). */
export function lostByTransfer(final: number | undefined, reason: string): Ended {
  const why = final === undefined ? reason : `${final} ${reason}`;
  return {
    by: 'error',
    how: 'transferred',
    reason: `the transfer failed (${why}), and this version of baresip then ends the call`,
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
  [/transfer/i, TRANSFERRED],
  [/replaced/i, { by: 'remote', how: 'replaced' }],
  [/end of file|rtp|media|audio|codec/i, { by: 'error', how: 'media' }],
];

/** The end by the text of CALL_CLOSED; `outgoing` and `answered` separate a BYE from a CANCEL or a rejection. */
export function endedByText(
  param: string,
  call: { outgoing: boolean; answered: boolean; sent?: boolean },
): Ended {
  const text = closeText(param);
  const response = /^(\d{3}) ([^,]*)(?:,(.*))?$/.exec(text);
  // The response is the TURN server's: no INVITE was sent.
  if (response !== null && call.sent === false)
    return { by: 'network', how: 'unreachable', reason: text };
  if (response !== null) {
    const [, code, reason, cause] = response;
    return {
      by: call.outgoing ? 'remote' : 'local',
      how: 'rejected',
      code: Number(code),
      reason: reason ?? '',
      ...(cause === undefined ? {} : causeIn(splitList(cause))),
    };
  }
  // A session description that cannot be used; without an answer it is TLS that failed.
  if (call.answered && /^(?:Protocol error|Bad message)/i.test(text)) {
    return { by: 'error', how: 'media', reason: text };
  }
  const words = WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? { by: 'error', how: 'media' };
  if (words.how !== 'bye' || call.answered)
    return { ...(words.how === 'bye' ? {} : { reason: text }), ...words };
  return { by: words.by, how: (words.by === 'local') === call.outgoing ? 'cancel' : 'rejected' };
}

/**
 * Whether baresip's closing text fits that response. If its code differs, the trace is about to show another response. If one
 * side hung up, the trace is about to show the rest of a call that was established after that response.
 */
export function mayEndWith(code: number, closeText: string | undefined): boolean {
  if (closeText === undefined || /^Connection reset|^Rejected by/i.test(closeText)) return false;
  const told = /^\d{3}(?= )/.exec(closeText)?.[0];
  return told === undefined || Number(told) === code;
}

/** After these codes a caller may try again by itself: only baresip knows whether it gave up. */
export function maybeRetried(code: number): boolean {
  return code < 400 || code === 401 || code === 407 || code === 422 || code === 503;
}
