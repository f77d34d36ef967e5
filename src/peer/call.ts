/** The state of one call of a peer: its INVITE, the dialogs that responses to the INVITE have made, its timers. */
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import type { NegotiatedAudio } from '../sip/negotiated.js';
import type { SipMessage } from '../sip/sip-message.js';
import type { SdpChoice } from './media/media.js';
import type { Dialog } from '../signalling/dialog.js';
import type { Pending } from '../signalling/requests.js';

/** How a 2xx is acknowledged: at once, after so many ms, or not at all. */
export type AckHabit = 'now' | 'drop' | number;

export interface PeerCall {
  /** The Call-ID. */
  readonly id: string;
  readonly outgoing: boolean;
  /** Of an outgoing call, its INVITE. */
  pending?: Pending;
  /** Of an incoming call, the transaction of its INVITE. */
  server?: ServerTransaction;
  /** Transactions of INVITEs received in the call, by their CSeq: an ACK has that number. */
  readonly invites: Map<number, ServerTransaction>;
  /** Dialogs by the tag that the called side chose: a fork has several. */
  readonly dialogs: Map<string, Dialog>;
  /** The dialog of the 2xx; before the answer that of the last provisional response. */
  dialog?: Dialog;
  ack: AckHabit;
  /** The INVITE had no offer: the ACK answers that of the 2xx. */
  isOfferLate: boolean;
  /** What an answer of the peer is to be made of. */
  sdp: SdpChoice;
  /** The body of each ACK sent, by its CSeq: it is sent again when the 2xx is. */
  readonly acks: Map<number, Acknowledgement>;
  answered: boolean;
  established: boolean;
  closed: boolean;
  cancel?: SipMessage;
  /** Responses of on_invite() that are still to come. */
  readonly planned: Set<() => void>;
  /** Ends the refreshing of the session (RFC 4028). */
  stopRefreshing?: () => void;
}

interface Acknowledgement {
  readonly body: string;
  readonly contentType: string;
}

export function newCall(id: string, outgoing: boolean): PeerCall {
  return {
    id,
    outgoing,
    invites: new Map(),
    dialogs: new Map(),
    ack: 'now',
    isOfferLate: false,
    sdp: undefined,
    acks: new Map(),
    answered: false,
    established: false,
    closed: false,
    planned: new Set(),
  };
}

/** What is still planned for the call is not done any more. */
export function stopTimers(call: PeerCall): void {
  call.stopRefreshing?.();
  for (const cancel of call.planned) cancel();
  call.planned.clear();
}

/** The RTP of calls, as their offers and answers settle it. */
export interface CallMedia {
  negotiated(call: string, audio: NegotiatedAudio | undefined, offerer: 'own' | 'remote'): void;
  over(call: string): void;
}
