/** What is known of one call while it is joined from the trace and ctrl_tcp. */
import type { Peer } from '../../sip/peer.js';
import type { SipMessage } from '../../sip/sip-message.js';
import { Dialog } from '../../sip/dialogs.js';

export interface Call {
  readonly id: string;
  readonly outgoing: boolean;
  peer: Peer;
  invite: SipMessage | undefined;
  readonly dialog: Dialog;
  /** CSeq number of the initial INVITE, or of its last repetition with credentials. */
  cseq: number;
  /** Announced to the log. */
  known: boolean;
  answered: boolean;
  established: boolean;
  closed: boolean;
  /** Any response to our INVITE came, 100 included: from then on it can be cancelled. */
  responded: boolean;
  provisional: string;
  /** The CANCEL of the side that called. */
  cancel: SipMessage | undefined;
  /** The agent's own BYE. */
  bye: SipMessage | undefined;
  /** The script asked for the end. */
  hangingUp: boolean;
  final: SipMessage | undefined;
  closeText: string | undefined;
  /** Dialled by the script, not because a peer's REFER asked. */
  scripted: boolean;
  /** How often a 3xx has sent it elsewhere. */
  hops: number;
  timer: NodeJS.Timeout | undefined;
}

export function newCall(id: string, outgoing: boolean, peer: Peer): Call {
  return {
    id,
    outgoing,
    peer,
    invite: undefined,
    dialog: new Dialog(),
    cseq: -1,
    known: false,
    answered: false,
    established: false,
    closed: false,
    responded: false,
    provisional: '',
    cancel: undefined,
    bye: undefined,
    hangingUp: false,
    final: undefined,
    closeText: undefined,
    scripted: false,
    hops: 0,
    timer: undefined,
  };
}

/** Whether a final response may still be seen that says more than the text baresip closes the call with. */
export function awaitsResponse({ outgoing, answered, invite, hangingUp }: Call): boolean {
  if (answered) return false;
  // When the script rejected the call, newer versions report the reason phrase it chose, which can be any text.
  return outgoing ? invite !== undefined : hangingUp;
}

/** What this baresip does by itself. */
export interface Habits {
  /** It took that call off hold: true when that is undone, and the script need not hear of it. */
  resumedByItself: (call: string) => boolean;
  /** True when the call goes on at the address a 3xx names. */
  redirected: (call: Call, response: SipMessage) => boolean;
  /** It answered an INVITE with an error, and told nobody of a call. */
  refusedInvite: (invite: SipMessage, response: SipMessage) => void;
  /** A transfer the other side refuses, or that fails, ends the call. */
  failedTransferEndsCall: boolean;
}

/**
 * A timer that fires once everything that had arrived by then was read: after a pause of this process timers come
 * before the pipes.
 */
export function afterReading(ms: number, action: () => void): NodeJS.Timeout {
  return setTimeout(() => setImmediate(action), ms);
}
