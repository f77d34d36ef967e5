/** The stream of video in a peer's descriptions: H.264 in packetization mode 1 (RFC 6184, 8.1 and 8.2.2). */
import type { Clip } from '../../rtp/video/h264.js';
import type { MediaDirection } from '../../sip/media-direction.js';
import type { SdpCodec, SdpMedia } from '../../sip/sdp.js';
import { OwnKeys, type CryptoPart, type MediaEncryption } from './sdes.js';

const PAYLOAD = 99;
/** Constrained baseline, level 3.1: what a peer without a clip says it takes; it takes any. */
const ANY_PROFILE = '42e01f';
/** Profile and its constraints, in front of the level: both sides have to have the same (RFC 6184, 8.2.2). */
const PROFILE_DIGITS = 4;

interface Line {
  readonly port: number;
  readonly payload: number;
  readonly direction: MediaDirection;
  readonly profile: string;
  readonly crypto: CryptoPart;
}

export class VideoDescription {
  readonly #clip: Clip | undefined;
  readonly #port: () => number | undefined;
  readonly #keys: OwnKeys;
  #hasOffered = false;

  /** @param clip what is sent; undefined: the peer only receives */
  constructor(
    clip: Clip | undefined,
    port: () => number | undefined,
    encryption: MediaEncryption | undefined,
  ) {
    this.#clip = clip;
    this.#port = port;
    this.#keys = new OwnKeys(encryption);
  }

  /** The lines of the stream in an offer; switched off, a stream that was there stays with port 0 (RFC 3264, 8.2). */
  offer(direction: MediaDirection, isOff: boolean): readonly string[] {
    const port = this.#port();
    const crypto = this.#keys.offer();
    if (isOff || port === undefined) {
      return this.#hasOffered ? [`m=video 0 ${crypto.protocol} ${PAYLOAD}`] : [];
    }
    this.#hasOffered = true;
    const profile = this.#clip?.profileLevelId ?? ANY_PROFILE;
    return this.#lines({ port, payload: PAYLOAD, direction, profile, crypto });
  }

  /** The lines that answer an offered stream; undefined: it is to be refused. */
  answer(offered: SdpMedia, direction: MediaDirection): readonly string[] | undefined {
    const port = this.#port();
    const format = this.#formatOf(offered);
    const crypto = this.#keys.answer(offered);
    if (offered.port === 0 || port === undefined || format === undefined || crypto === undefined) {
      return undefined;
    }
    this.#hasOffered = true;
    const profile = parameterOf(format, 'profile-level-id') ?? ANY_PROFILE;
    return this.#lines({ port, payload: format.payload, direction, profile, crypto });
  }

  /** Returns the format with the profile of the clip, else the first format: nothing is decoded here. */
  #formatOf({ codecs }: SdpMedia): SdpCodec | undefined {
    const usable = codecs.filter(isH264);
    const own = this.#clip?.profileLevelId.slice(0, PROFILE_DIGITS).toLowerCase();
    const isOwn = (codec: SdpCodec): boolean =>
      parameterOf(codec, 'profile-level-id')?.slice(0, PROFILE_DIGITS).toLowerCase() === own;
    return usable.find(isOwn) ?? usable[0];
  }

  #lines({ port, payload, direction, profile, crypto }: Line): readonly string[] {
    const sends = direction === 'sendrecv' || direction === 'sendonly';
    const receives = direction === 'sendrecv' || direction === 'recvonly';
    const sets = this.#clip?.parameterSets;
    return [
      `m=video ${port} ${crypto.protocol} ${payload}`,
      `a=rtpmap:${payload} H264/90000`,
      `a=fmtp:${payload} profile-level-id=${profile};level-asymmetry-allowed=1;packetization-mode=1` +
        (sets === undefined ? '' : `;sprop-parameter-sets=${sets}`),
      `a=${directionOf(sends && sets !== undefined, receives)}`,
      ...crypto.lines,
    ];
  }
}

/** H.264 in fragments: without them a picture fits into no packet. */
export function isH264(codec: SdpCodec): boolean {
  return (
    codec.name.toUpperCase() === 'H264' &&
    codec.rate === 90_000 &&
    parameterOf(codec, 'packetization-mode') === '1'
  );
}

export function parameterOf({ fmtp = '' }: SdpCodec, name: string): string | undefined {
  for (const part of fmtp.split(';')) {
    // values in Base64 end with "="
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim().toLowerCase() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

function directionOf(sends: boolean, receives: boolean): MediaDirection {
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}
