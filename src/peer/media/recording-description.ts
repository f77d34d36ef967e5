/**
 * Descriptions of a recording session (RFC 7866, 7.1): one stream with its own ports for each recorded stream. The client sends
 * them and names them by labels (RFC 4574); the recorder receives them.
 */
import { randomInt } from 'node:crypto';
import { OffhookError } from '../../errors.js';
import type { MediaDirection } from '../../sip/media-direction.js';
import { parseSdp, type SdpMedia } from '../../sip/sdp.js';
import {
  answerToStream,
  audioLines,
  refusedStream,
  sessionLines,
  type AudioCodec,
} from '../../sip/sdp-text.js';
import { OwnKeys, type CryptoPart, type MediaEncryption } from './sdes.js';
import {
  isUndecipherable,
  named,
  TELEPHONE_EVENT,
  type Describes,
  type SdpChoice,
  type SdpWish,
  type StreamSdpWish,
} from './sdp-wish.js';

/** A stream as it is to be written. */
interface Stream {
  readonly label: string | undefined;
  readonly port: number;
  readonly codecs: readonly AudioCodec[];
  readonly direction: MediaDirection;
  readonly telephoneEvent?: number | undefined;
  readonly crypto: CryptoPart;
}

interface RecordingGround {
  readonly address: string;
  /** The port of the stream with that number; undefined where there are no more. */
  readonly port: (stream: number) => number | undefined;
  readonly codecs: readonly AudioCodec[];
  /** The labels of a recording client; undefined for a recorder. */
  readonly labels: readonly string[] | undefined;
  readonly encryption: MediaEncryption;
}

export class RecordingDescription implements Describes {
  readonly #address: string;
  readonly #port: (stream: number) => number | undefined;
  readonly #codecs: readonly AudioCodec[];
  readonly #isClient: boolean;
  /** The labels of the streams of audio, in their order; a recorder has those of the last offer. */
  #labels: readonly (string | undefined)[];
  readonly #encryption: MediaEncryption;
  /** The keys of each stream of audio. */
  readonly #keys: OwnKeys[] = [];
  #undecipherable = false;
  readonly #id = randomInt(1, 2 ** 31);
  #version = 0;
  #last: readonly string[] | undefined;

  constructor({ address, port, codecs, labels, encryption }: RecordingGround) {
    this.#address = address;
    this.#encryption = encryption;
    this.#port = port;
    this.#codecs = codecs;
    this.#isClient = labels !== undefined;
    this.#labels = labels ?? [undefined];
  }

  get undecipherable(): boolean {
    return this.#undecipherable;
  }

  /** Each stream has its own keys, because each has its own SRTP contexts (RFC 4568, 6.1). */
  #keysOf(stream: number): OwnKeys {
    return (this.#keys[stream] ??= new OwnKeys(this.#encryption));
  }

  offer(choice: SdpChoice): string {
    this.#undecipherable = isUndecipherable(choice);
    if (typeof choice === 'string') return choice;
    if (choice === false) return '';
    this.#assertLabels(choice);
    return this.#write(
      choice,
      this.#labels.map((label, index) => {
        const wish = wishFor(choice, label);
        return streamLines(wish, choice, {
          label: this.#isClient ? label : undefined,
          port: this.#port(index) ?? 0,
          codecs: named(wish.codecs) ?? this.#codecs,
          direction: wish.direction ?? (this.#isClient ? 'sendonly' : 'recvonly'),
          telephoneEvent: TELEPHONE_EVENT,
          crypto: this.#keysOf(index).offer(choice?.lines),
        });
      }),
    );
  }

  answer(offer: string, choice: SdpChoice): string {
    this.#undecipherable = isUndecipherable(choice);
    if (typeof choice === 'string') return choice;
    const offered = choice === false ? undefined : parseSdp(offer);
    if (choice === false || offered === undefined || offered.media.length === 0) return '';
    const audio = offered.media.filter(({ kind }) => kind === 'audio');
    if (!this.#isClient) this.#labels = audio.map(({ label }) => label);
    this.#assertLabels(choice);
    const streams = offered.media.map((media) => this.#answerTo(media, audio, choice));
    return this.#write(choice, streams);
  }

  /** The lines that answer one stream; a stream that nobody can speak or receive is refused (RFC 3264, 6). */
  #answerTo(
    media: SdpMedia,
    audio: readonly SdpMedia[],
    choice: SdpWish | undefined,
  ): readonly string[] {
    const index = audio.indexOf(media);
    const label = this.#labels[index];
    const wish = wishFor(choice, label);
    const found = answerToStream(media, named(wish.codecs) ?? this.#codecs);
    const port = index < 0 ? undefined : this.#port(index);
    const crypto = index < 0 ? undefined : this.#keysOf(index).answer(media, choice?.lines);
    if (media.port === 0 || port === undefined || found === undefined || crypto === undefined) {
      return [refusedStream(media)];
    }
    const wanted = this.#isClient ? 'recv' : 'send';
    const isOn = media.direction === 'sendrecv' || media.direction === `${wanted}only`;
    const direction = this.#isClient ? 'sendonly' : 'recvonly';
    return streamLines(wish, choice, {
      label: this.#isClient ? label : undefined,
      port,
      codecs: [found.codec],
      direction: wish.direction ?? (isOn ? direction : 'inactive'),
      telephoneEvent: found.telephoneEvent,
      crypto,
    });
  }

  #assertLabels(choice: SdpWish | undefined): void {
    const known = this.#labels.filter((label) => label !== undefined);
    const wrong = choice?.streams?.find(({ label }) => !known.includes(label));
    if (wrong === undefined) return;
    const names = known.map((label) => JSON.stringify(label)).join(', ');
    throw new OffhookError('E_ARGUMENT', {
      subject: 'option "sdp"',
      what: `has a stream with the label ${JSON.stringify(wrong.label)}, which the session does not have`,
      seen: known.length === 0 ? 'its streams have no labels' : `its labels are ${names}`,
    });
  }

  #write(choice: SdpWish | undefined, streams: readonly (readonly string[])[]): string {
    const address = choice?.address ?? this.#address;
    const lines = [address, ...streams.flat()];
    // The version grows only when something changes (RFC 3264, 8).
    if (this.#last !== undefined && lines.join('\n') !== this.#last.join('\n')) this.#version += 1;
    this.#last = lines;
    const head = sessionLines({ address, id: this.#id, version: this.#version });
    return [...head, ...streams.flat(), ''].join('\r\n');
  }
}

/** What the script wishes for one stream: wishes for that stream take precedence over those for all. */
function wishFor(
  choice: SdpWish | undefined,
  label: string | undefined,
): Omit<StreamSdpWish, 'label'> {
  const { codecs, direction, ptime } = choice ?? {};
  const own = label === undefined ? undefined : choice?.streams?.find((one) => one.label === label);
  return {
    ...(codecs === undefined ? {} : { codecs }),
    ...(direction === undefined ? {} : { direction }),
    ...(ptime === undefined ? {} : { ptime }),
    ...own,
  };
}

function streamLines(
  wish: Omit<StreamSdpWish, 'label'>,
  choice: SdpWish | undefined,
  { label, port, codecs, direction, telephoneEvent, crypto }: Stream,
): readonly string[] {
  return audioLines({
    port: wish.port ?? port,
    codecs,
    direction,
    ...(telephoneEvent === undefined ? {} : { telephoneEvent }),
    ...(wish.ptime === undefined ? {} : { ptime: wish.ptime }),
    protocol: crypto.protocol,
    lines: [
      ...(label === undefined ? [] : [`a=label:${label}`]),
      ...crypto.lines,
      ...(choice?.lines ?? []),
    ],
  });
}
