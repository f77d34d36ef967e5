/** A session description in words, for people who do not read SDP (RFC 8866). */
import type { MediaDirection } from '../sip/media-direction.js';
import { parseSdp, type SdpCodec, type SdpMedia } from '../sip/sdp.js';
import { oneLine } from './printable.js';

export interface SdpStream {
  /** "audio", or "video (refused)". */
  title: string;
  /** Such as ["direction", "sendonly: sends, does not want to receive"]. */
  facts: readonly (readonly [name: string, value: string])[];
}

const DIRECTIONS: Readonly<Record<MediaDirection, string>> = {
  sendrecv: 'sends and receives',
  sendonly: 'sends, does not want to receive',
  recvonly: 'receives, does not send',
  inactive: 'neither sends nor receives',
};

/** Payloads of a stream that are no speech (RFC 4733, 3389). */
const NO_CODEC = /^(?:telephone-event|CN)$/i;

/** The streams of a body; undefined where it holds no session description. Keys of SRTP are not shown. */
export function sdpStreams(body: string): readonly SdpStream[] | undefined {
  return parseSdp(body)?.media.map(streamOf);
}

function streamOf(media: SdpMedia): SdpStream {
  const { kind, port, address = '', direction, ptime, protocol, codecs, crypto = [] } = media;
  if (port === 0) return { title: `${oneLine(kind)} (refused)`, facts: [] };
  const [speech, others] = [false, true].map((isOther) =>
    codecs.filter(({ name }) => NO_CODEC.test(name) === isOther).map(codecText),
  );
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['receives at', `${address}:${port}`],
    ['direction', `${direction}: ${DIRECTIONS[direction]}`],
    ['codecs', speech?.join(', ')],
    ['beside them', others?.join(', ')],
    ['packets of', ptime === undefined ? undefined : `${ptime} ms`],
    ['transport', protocol],
    ['SRTP keys for', crypto.map(({ suite }) => suite).join(', ')],
    ['DTLS', dtlsText(media)],
  ];
  return {
    title: oneLine(kind),
    facts: facts.flatMap(([name, value = '']) =>
      value === '' ? [] : [[name, oneLine(value)] as const],
    ),
  };
}

/** "0 PCMU/8000" or "111 opus/48000/2 (useinbandfec=1)". */
function codecText({ payload, name, rate, channels, fmtp }: SdpCodec): string {
  if (name === '') return `${payload}`;
  const many = channels > 1 ? `/${channels}` : '';
  return `${payload} ${name}/${rate}${many}${fmtp === undefined ? '' : ` (${fmtp})`}`;
}

function dtlsText({ fingerprint, setup }: SdpMedia): string | undefined {
  if (fingerprint === undefined) return undefined;
  return setup === undefined ? fingerprint : `${fingerprint}, ${setup}`;
}
