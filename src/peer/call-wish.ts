/** What dial() of a peer asks for. Types only. */
import type { AckHabit } from './call.js';
import type { SdpChoice } from './media/media.js';
import type { RequestWish } from '../signalling/requests.js';
import type { SessionTimer } from './session-timer.js';

/** A call to be placed. */
export interface CallWish {
  readonly request: Omit<RequestWish, 'method' | 'callId'>;
  readonly sdp: SdpChoice;
  readonly isOfferLate: boolean;
  readonly ack: AckHabit;
  readonly timer?: SessionTimer | undefined;
}
