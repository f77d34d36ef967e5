/** The data of one call while it is joined from the trace and ctrl_tcp. */
import type { SilenceTimer } from '../../after-reading.js';
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
  /** The call was announced to the log. */
  known: boolean;
  answered: boolean;
  established: boolean;
  closed: boolean;
  /** Any response to our INVITE came, 100 included: from then on the call can be cancelled. */
  responded: boolean;
  provisional: string;
  /** The caller's CANCEL. */
  cancel: SipMessage | undefined;
  /** The agent's own BYE. */
  bye: SipMessage | undefined;
  /** Another call takes its place (RFC 3891). */
  replaced: boolean;
  /** The script asked for the end of the call. */
  hangingUp: boolean;
  final: SipMessage | undefined;
  closeText: string | undefined;
  /** The script dialled this call; false when a peer's REFER asked for it. */
  scripted: boolean;
  /** Number of 3xx responses the call has followed. */
  hops: number;
  timer: SilenceTimer | undefined;
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
    replaced: false,
    hangingUp: false,
    final: undefined,
    closeText: undefined,
    scripted: false,
    hops: 0,
    timer: undefined,
  };
}

/** Whether a final response may still come that says more than the text baresip closed the call with. */
export function awaitsResponse({ outgoing, answered, invite, hangingUp }: Call): boolean {
  if (answered) return false;
  // When the script rejected the call, newer versions report the reason phrase it chose, which can be any text.
  return outgoing ? invite !== undefined : hangingUp;
}

/** Callbacks of the call log for behaviour that differs between baresip versions. */
export interface Habits {
  /** baresip took that call off hold. True when this is undone, so that the script need not know. */
  resumedByItself: (call: string) => boolean;
  /** True when the call goes on at the address in a 3xx. */
  redirected: (call: Call, response: SipMessage) => boolean;
  /** baresip answered an INVITE with an error and reported no call. */
  refusedInvite: (invite: SipMessage, response: SipMessage) => void;
  /** True when a transfer that is refused or fails ends the call. */
  failedTransferEndsCall: boolean;
}
