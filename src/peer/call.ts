/** The state of one call of a peer: its INVITE, the dialogs that responses to the INVITE have made, its timers. */
import type { ServerTransaction } from '../signalling/transactions/server-transaction.js';
import type { Sound } from '../agents/user-agent.js';
import type { TimedPacket } from '../rtp/replay.js';
import type { SettledMedia } from '../agents/record/offer-answer.js';
import { headerLines } from '../sip/headers.js';
import { parseSdp } from '../sip/sdp.js';
import { headerOf, type SipMessage } from '../sip/sip-message.js';
import type { Media } from './media/media.js';
import type { Describes, SdpChoice } from './media/sdp-wish.js';
import type { Dialog } from '../signalling/dialog.js';
import { type Pending, type RequestWish, wayOf } from '../signalling/requests.js';

/** How a 2xx is acknowledged: at once, after so many ms, or not at all. */
export type AckHabit = 'now' | 'drop' | number;

export interface PeerCall {
  /** The Call-ID. */
  readonly id: string;
  readonly outgoing: boolean;
  /** The INVITE of an outgoing call. */
  pending?: Pending;
  /** The transaction of the INVITE of an incoming call. */
  server?: ServerTransaction;
  /** Transactions of INVITEs received in the call, by their CSeq: an ACK has that number. */
  readonly invites: Map<number, ServerTransaction>;
  /** Dialogs by the tag that the called side chose: a fork has several. */
  readonly dialogs: Map<string, Dialog>;
  /** The dialog of the 2xx; before the answer that of the last provisional response. */
  dialog?: Dialog;
  ack: AckHabit;
  /** The INVITE had no offer, so the ACK has to answer the offer in the 2xx. */
  isOfferLate: boolean;
  /** What an answer of the peer is to be made of. */
  sdp: SdpChoice;
  /** The body of each ACK sent, by its CSeq: it is sent again when the 2xx is. */
  readonly acks: Map<number, Acknowledgement>;
  answered: boolean;
  established: boolean;
  closed: boolean;
  cancel?: SipMessage;
  /** What the call records, if it is a recording session of this client. */
  recording?: RecordedCall;
  /** Responses of on_invite() that are still to come. */
  readonly planned: Set<() => void>;
  /** Ends the refreshing of the session (RFC 4028). */
  stopRefreshing?: () => void;
}

/** What a recording client says about the streams it sends. */
interface RecordedCall {
  readonly labels: readonly string[];
  /** When the recording began. */
  readonly began: Date;
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

/** Cancels everything that is still planned for the call. */
export function stopTimers(call: PeerCall): void {
  call.stopRefreshing?.();
  for (const cancel of call.planned) cancel();
  call.planned.clear();
}

/** Reserves the ports that a call needs, also for the streams of the given offer; returns the description of the call. */
export async function describe(media: Media, call: PeerCall, offer?: string): Promise<Describes> {
  const streams = offer === undefined ? undefined : parseSdp(offer)?.media;
  const offered = streams?.filter(({ kind }) => kind === 'audio').length;
  const labels = call.recording?.labels;
  const description = await media.reserve(call.id, {
    ...(labels === undefined ? {} : { labels }),
    ...(offered === undefined ? {} : { offered }),
  });
  // The call may have ended meanwhile.
  if (call.closed) media.forget(call.id);
  return description;
}

/** The Contact of a recording client (RFC 7866, 6.1.1); undefined: that of the peer. */
export function contactOf(call: PeerCall, own: string): string | undefined {
  return call.recording === undefined ? undefined : `<${own}>;+sip.src`;
}

/** The CANCEL of an INVITE: the same branch, number and way (RFC 3261, 9.1). */
export function cancelWish({ sent }: Pending, wish: Omit<RequestWish, 'method'>): RequestWish {
  const { headers, cseq, call_id } = sent.message;
  // It takes the way of the INVITE, also one that the script has chosen.
  const routes = headerLines(headers, 'route');
  return {
    ...wayOf(sent),
    ...wish,
    method: 'CANCEL',
    callId: call_id,
    cseq,
    branch: sent.branch,
    from: headerOf(headers, 'from') ?? '',
    to: headerOf(headers, 'to') ?? '',
    headers: { Route: routes.length === 0 ? null : routes, ...wish.headers },
  };
}

/** What a single stream sends, and how long after it has begun. */
export interface StreamSource {
  readonly sound?: Sound | undefined;
  readonly packets?: readonly TimedPacket[];
  readonly delayMs: number;
}

/** The RTP of calls, as their offers and answers settle it. */
export interface CallMedia {
  negotiated(call: string, settled: SettledMedia): void;
  /** Streams with these labels send sources of their own. */
  use(call: string, sources: ReadonlyMap<string, StreamSource>): void;
  over(call: string): void;
}
