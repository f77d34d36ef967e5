/** What dial() of a peer asks for. Types only. */
import type { AckHabit, StreamSource } from './call.js';
import type { SdpChoice } from './media/sdp-wish.js';
import type { RequestWish } from '../signalling/requests.js';
import type { SessionTimer } from './session-timer.js';
import type { MetadataChoice } from './recording/metadata.js';

/** A call to be placed. */
export interface CallWish {
  readonly request: Omit<RequestWish, 'method' | 'callId'>;
  readonly sdp: SdpChoice;
  readonly isOfferLate: boolean;
  readonly ack: AckHabit;
  readonly timer?: SessionTimer | undefined;
  /** The call is a recording session. */
  readonly recording?: {
    readonly labels: readonly string[];
    /** What single streams send; the key is the label of the stream. */
    readonly sources: ReadonlyMap<string, StreamSource>;
    readonly metadata: MetadataChoice;
    readonly metadataType?: string | undefined;
  };
}
