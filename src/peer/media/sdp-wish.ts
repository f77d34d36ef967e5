/** What a script may wish for in a session description, and the interface of the descriptions that follow it. */
import type { MediaDirection } from '../../sip/media-direction.js';
import { AUDIO_CODECS, type AudioCodec } from '../../sip/sdp-text.js';

/** Wishes of a script for the peer's own description. */
export interface SdpWish {
  readonly codecs?: readonly string[];
  readonly direction?: MediaDirection;
  readonly ptime?: number;
  readonly address?: string;
  readonly port?: number;
  readonly lines?: readonly string[];
  /** false: no video, although the peer has some. */
  readonly video?: boolean;
  /** What is sent is encrypted with another key than the description says. */
  readonly undecipherable?: boolean;
  /** Wishes for single streams of a recording session that differ from the others. */
  readonly streams?: readonly StreamSdpWish[];
}

/** A stream of a recording session, by its label. */
export interface StreamSdpWish {
  readonly label: string;
  readonly codecs?: readonly string[];
  readonly direction?: MediaDirection;
  readonly ptime?: number;
  readonly port?: number;
}

/** The option `sdp`: a text, wishes, false for none; undefined: the peer's own. */
export type SdpChoice = string | SdpWish | false | undefined;

export const TELEPHONE_EVENT = 101;

/** The descriptions of one call. @throws OffhookError E_ARGUMENT for wishes that the call cannot have */
export interface Describes {
  /** The script wants packets encrypted with another key than the newest description says. */
  readonly undecipherable: boolean;
  /** The body of an offer; '' for none. */
  offer(choice: SdpChoice): string;
  /** The body that answers an offer; '' for none. */
  answer(offer: string, choice: SdpChoice): string;
}

export function isUndecipherable(choice: SdpChoice): boolean {
  return typeof choice === 'object' && choice.undecipherable === true;
}

/** AudioCodecs by their names. */
export function named(names: readonly string[] | undefined): readonly AudioCodec[] | undefined {
  return names?.flatMap((name) => AUDIO_CODECS[name] ?? []);
}
