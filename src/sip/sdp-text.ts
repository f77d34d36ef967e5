/** Writes session descriptions of one audio stream (RFC 8866; offers and answers: RFC 3264). */
import type { MediaDirection } from './media-direction.js';
import { audioOf, type Sdp, type SdpCodec, type SdpMedia } from './sdp.js';

/** An audio codec by its RTP payload type (RFC 3551, 6). */
export interface AudioCodec {
  readonly name: string;
  readonly payload: number;
  /** Clock rate of its timestamps. */
  readonly rate: number;
  /** The number of channels that the rtpmap names; absent: one, which it does not name. */
  readonly channels?: number;
}

export interface AudioDescription {
  readonly address: string;
  readonly port: number;
  readonly codecs: readonly AudioCodec[];
  readonly direction: MediaDirection;
  /** Payload type of telephone-event (RFC 4733). */
  readonly telephoneEvent?: number;
  readonly ptime?: number;
  /** Session id and version (RFC 8866, 5.2): the version grows with every change. */
  readonly id: number;
  readonly version: number;
  /** Lines to add behind those of the stream, such as "a=label:1". */
  readonly lines?: readonly string[];
  /** Lines of the other streams, before and after the audio: an answer has as many streams as its offer. */
  readonly before?: readonly string[];
  readonly behind?: readonly string[];
  /** "RTP/SAVP" with SRTP keys (RFC 4568). */
  readonly protocol?: string;
}

/** Codecs a peer can speak, by name; payload types as RFC 3551 assigns them. L16 has none for 8 kHz, opus none at all. */
export const AUDIO_CODECS: Readonly<Record<string, AudioCodec>> = {
  PCMU: { name: 'PCMU', payload: 0, rate: 8000 },
  PCMA: { name: 'PCMA', payload: 8, rate: 8000 },
  G722: { name: 'G722', payload: 9, rate: 8000 },
  // one channel is sent all the same: each packet says what it holds (RFC 7587, 7)
  opus: { name: 'opus', payload: 111, rate: 48_000, channels: 2 },
  L16: { name: 'L16', payload: 96, rate: 8000 },
};

export function sdpText(given: AudioDescription): string {
  return [
    ...sessionLines(given),
    ...(given.before ?? []),
    ...audioLines(given),
    ...(given.behind ?? []),
    '',
  ].join('\r\n');
}

/** The lines in front of the streams. */
export function sessionLines({
  address,
  id,
  version,
}: Pick<AudioDescription, 'address' | 'id' | 'version'>): readonly string[] {
  const family = address.includes(':') ? 'IP6' : 'IP4';
  return [
    'v=0',
    `o=- ${id} ${version} IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
  ];
}

/** The lines of one audio stream. */
export function audioLines(
  given: Omit<AudioDescription, 'address' | 'id' | 'version' | 'before' | 'behind'>,
): readonly string[] {
  const { port, codecs, direction, telephoneEvent, ptime } = given;
  const events = telephoneEvent === undefined ? [] : [telephoneEvent];
  const payloads = [...codecs.map(({ payload }) => payload), ...events].join(' ');
  return [
    `m=audio ${port} ${given.protocol ?? 'RTP/AVP'} ${payloads}`,
    ...codecs.map(
      ({ payload, name, rate, channels }) =>
        `a=rtpmap:${payload} ${name}/${rate}${channels === undefined ? '' : `/${channels}`}`,
    ),
    ...events.flatMap((event) => [
      `a=rtpmap:${event} telephone-event/8000`,
      `a=fmtp:${event} 0-16`,
    ]),
    ...(ptime === undefined ? [] : [`a=ptime:${ptime}`]),
    `a=${direction}`,
    ...(given.lines ?? []),
  ];
}

/** The m= line of a stream that is refused (RFC 3264, 6). */
export function refusedStream({ kind, protocol, codecs }: SdpMedia): string {
  const formats = codecs.map(({ payload }) => payload).join(' ');
  return `m=${kind} 0 ${protocol} ${formats || '0'}`;
}

/**
 * The codecs of an answer: the first of ours that the offer names, with its payload type (RFC 3264, 6.1); `undefined`
 * where none fits.
 */
export function answerTo(
  offer: Sdp,
  ours: readonly AudioCodec[],
): { codec: AudioCodec; telephoneEvent?: number } | undefined {
  return answerToStream(audioOf(offer), ours);
}

/** Does the same as `answerTo` for one stream of the offer. */
export function answerToStream(
  stream: SdpMedia | undefined,
  ours: readonly AudioCodec[],
): { codec: AudioCodec; telephoneEvent?: number } | undefined {
  const offered = stream?.codecs ?? [];
  const isNamed = (codec: SdpCodec, name: string): boolean =>
    codec.name.toLowerCase() === name.toLowerCase();
  for (const codec of offered) {
    const own = ours.find(({ name, rate }) => isNamed(codec, name) && codec.rate === rate);
    if (own === undefined) continue;
    const event = offered.find((one) => isNamed(one, 'telephone-event') && one.rate === 8000);
    return {
      codec: { ...own, payload: codec.payload },
      ...(event === undefined ? {} : { telephoneEvent: event.payload }),
    };
  }
  return undefined;
}
