/** What an offer and its answer settle about the audio (RFC 3264, 6.1 and 7). */
import type { MediaDirection } from './media-direction.js';
import { audioOf, type Sdp, type SdpCodec, type SdpMedia } from './sdp.js';

/** One stream of a call, as the last offer and answer settled it (RFC 3264, 6 and 8). */
export interface CallStream {
  /** "audio", "video"; "image" for T.38 (ITU-T T.38, annex D). */
  kind: string;
  /** "RTP/AVP", "udptl", ... */
  protocol: string;
  /** `refused`: offered, and answered with port 0 or not at all; `off`: offered with port 0. */
  state: 'active' | 'refused' | 'off';
  /** What the agent does; of an active stream. */
  direction?: MediaDirection;
  /** Encoding name the answer chose; absent where it names none of the offer. */
  codec?: string;
}

/** The words of the option `media_enc`: SDES keys in the SDP (RFC 4568), or DTLS (RFC 5764). */
type MediaEncryption = 'none' | 'srtp' | 'dtls_srtp';

export interface NegotiatedAudio {
  /** "PCMU", "opus", ... as the answer writes it. */
  codec: string;
  /** An answer may only name codecs of the offer (RFC 3264, 6.1); with any other there is no audio. */
  isOffered: boolean;
  /** Samples per second: 16000 for G722, whose rtpmap says 8000 (RFC 3551, 4.5.2). */
  rate: number;
  channels: number;
  payload: number;
  /** ms per packet, as asked for by the answer, else by the offer. */
  ptime?: number;
  encryption: MediaEncryption;
  /** The suite an SDES answer chose. DTLS settles its suite outside of the SDP. */
  suite?: string;
  /** Payload type of telephone-event (RFC 4733), where the answer has it. */
  telephone_event?: number;
  /** The two ends' streams: address, port and direction of each. */
  offered: SdpMedia;
  answered: SdpMedia;
}

/** Formats that ride along with a codec: events, comfort noise (RFC 3389), redundancy (RFC 2198). */
const COMPANIONS = ['telephone-event', 'cn', 'red'];

/** The audio that an offer and its answer settle; `undefined` if none was offered, it was refused (port 0), or no codec is left. */
export function negotiated(offer: Sdp, answer: Sdp): NegotiatedAudio | undefined {
  const pair = audioPair(offer, answer);
  return pair === undefined ? undefined : settled(...pair);
}

/** Every audio stream that both sides accept, each with its place in the offer. */
export function negotiatedStreams(offer: Sdp, answer: Sdp): readonly NegotiatedStream[] {
  return offer.media.flatMap((offered, index) => {
    const answered = answer.media[index];
    if (offered.kind !== 'audio' || answered?.kind !== 'audio') return [];
    if (offered.port === 0 || answered.port === 0) return [];
    const audio = settled(offered, answered);
    return audio?.isOffered === true ? [{ index, audio }] : [];
  });
}

export interface NegotiatedStream {
  /** Number of its m= line, from 0: the same in every offer of the call (RFC 3264, 8). */
  readonly index: number;
  readonly audio: NegotiatedAudio;
}

/** The two ends of a stream of video. */
export interface NegotiatedVideo {
  readonly offered: SdpMedia;
  readonly answered: SdpMedia;
}

/** The first stream of video that neither side has refused. */
export function negotiatedVideo(offer: Sdp, answer: Sdp): NegotiatedVideo | undefined {
  for (const [index, offered] of offer.media.entries()) {
    const answered = answer.media[index];
    if (offered.kind !== 'video' || answered?.kind !== 'video') continue;
    if (offered.port !== 0 && answered.port !== 0) return { offered, answered };
  }
  return undefined;
}

function settled(offered: SdpMedia, answered: SdpMedia): NegotiatedAudio | undefined {
  const codecs = answered.codecs.map((one) => named(one, offered));
  const codec = codecs.find((one) => !isCompanion(one));
  if (codec === undefined) return undefined;
  const ptime = answered.ptime ?? offered.ptime;
  const event = codecs.find((one) => one.name.toLowerCase() === 'telephone-event');
  return {
    codec: codec.name,
    isOffered: isOffered(codec, offered),
    rate: codec.name.toUpperCase() === 'G722' ? 16000 : codec.rate,
    channels: codec.channels,
    payload: codec.payload,
    ...(ptime === undefined ? {} : { ptime }),
    ...encryptionOf(offered, answered),
    ...(event === undefined ? {} : { telephone_event: event.payload }),
    offered,
    answered,
  };
}

/** The first audio stream that both sides accept: an answer has the streams in the order of the offer (RFC 3264, 6). */
function audioPair(offer: Sdp, answer: Sdp): readonly [SdpMedia, SdpMedia] | undefined {
  for (const [index, offered] of offer.media.entries()) {
    const answered = answer.media[index];
    if (offered.kind !== 'audio' || answered?.kind !== 'audio') continue;
    if (offered.port !== 0 && answered.port !== 0) return [offered, answered];
  }
  // An answer that drops a line instead of refusing it can still only mean one audio stream.
  if (offer.media.length === answer.media.length) return undefined;
  const [offered, answered] = [audioOf(offer), audioOf(answer)];
  if (offered === undefined || answered === undefined) return undefined;
  return offered.port === 0 || answered.port === 0 ? undefined : [offered, answered];
}

/**
 * Every stream of an offer, in its order, as the answer leaves it (RFC 3264, 6 and 8), seen from the agent.
 * `own`: the agent made the offer.
 */
export function streamsOf(offer: Sdp, answer: Sdp, own: boolean): readonly CallStream[] {
  return offer.media.map((offered, index) => {
    const answered = answer.media[index];
    const { kind, protocol } = offered;
    const taken = answered?.kind === kind && answered.port !== 0 ? answered : undefined;
    const state = offered.port === 0 ? 'off' : taken === undefined ? 'refused' : 'active';
    if (state !== 'active' || taken === undefined) return { kind, protocol, state };
    const codec = taken.codecs.map((one) => named(one, offered)).find((one) => !isCompanion(one));
    return {
      kind,
      protocol,
      state,
      direction: (own ? offered : taken).direction,
      ...(codec === undefined || !isOffered(codec, offered) ? {} : { codec: codec.name }),
    };
  });
}

/** Whether an answer names a codec of the offer, as it has to (RFC 3264, 6.1). */
function isOffered(codec: Pick<SdpCodec, 'name' | 'rate'>, { codecs }: SdpMedia): boolean {
  return codecs.some(
    ({ name, rate }) => name.toLowerCase() === codec.name.toLowerCase() && rate === codec.rate,
  );
}

function isCompanion({ name }: SdpCodec): boolean {
  return COMPANIONS.includes(name.toLowerCase());
}

/** Some answers repeat a payload type without its rtpmap: the name then comes from the offer. */
function named(codec: SdpCodec, offered: SdpMedia): SdpCodec {
  if (codec.name !== '') return codec;
  return offered.codecs.find((one) => one.payload === codec.payload) ?? codec;
}

function encryptionOf(
  offered: SdpMedia,
  answered: SdpMedia,
): Pick<NegotiatedAudio, 'encryption' | 'suite'> {
  const suite = answered.crypto?.[0]?.suite;
  if (suite !== undefined && offered.crypto !== undefined) return { encryption: 'srtp', suite };
  const dtls = offered.fingerprint !== undefined && answered.fingerprint !== undefined;
  return { encryption: dtls ? 'dtls_srtp' : 'none' };
}
