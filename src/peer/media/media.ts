/** What a peer offers and answers about audio (RFC 3264), for one call at a time. */
import { randomInt } from 'node:crypto';
import type { PeerOptions } from '../../schema/types.gen.js';
import { MEDIA_DIRECTIONS, reversed, type MediaDirection } from '../../sip/media-direction.js';
import { audioOf, parseSdp } from '../../sip/sdp.js';
import {
  answerTo,
  AUDIO_CODECS,
  refusedStreams,
  sdpText,
  type AudioCodec,
} from '../../sip/sdp-text.js';
import { OwnKeys, type CryptoPart, type MediaEncryption } from './sdes.js';

/** Wishes of a script for the peer's own description. */
export interface SdpWish {
  readonly codecs?: readonly string[];
  readonly direction?: MediaDirection;
  readonly ptime?: number;
  readonly address?: string;
  readonly port?: number;
  readonly lines?: readonly string[];
  readonly undecipherable?: boolean;
}

/** The option `sdp`: a text, wishes, false for none; undefined: the peer's own. */
export type SdpChoice = string | SdpWish | false | undefined;

const TELEPHONE_EVENT = 101;
/** What a refused stream names where nothing fits: an m= line has a format. */
const PCMU: AudioCodec = { name: 'PCMU', payload: 0, rate: 8000 };

/** The descriptions of one call. */
export class Description {
  readonly #address: string;
  readonly #port: number;
  readonly #codecs: readonly AudioCodec[];
  readonly #keys: OwnKeys;
  readonly #id = randomInt(1, 2 ** 31);
  #version = 0;
  #last = '';
  #undecipherable = false;
  /** Streams of the other side that were refused: later offers have them as well (RFC 3264, 8). */
  #refused: ReturnType<typeof refusedStreams> | undefined;

  constructor(
    address: string,
    port: number,
    codecs: readonly AudioCodec[],
    encryption?: MediaEncryption,
  ) {
    this.#address = address;
    this.#port = port;
    this.#codecs = codecs;
    this.#keys = new OwnKeys(encryption);
  }

  /** The script wants packets encrypted with another key than the newest description says. */
  get undecipherable(): boolean {
    return this.#undecipherable;
  }

  /** The body of an offer; '' for none. */
  offer(choice: SdpChoice): string {
    this.#undecipherable = isUndecipherable(choice);
    if (typeof choice === 'string') return choice;
    if (choice === false) return '';
    const codecs = named(choice?.codecs) ?? this.#codecs;
    const direction = choice?.direction ?? 'sendrecv';
    return this.#write(codecs, choice, direction, this.#keys.offer(choice?.lines), TELEPHONE_EVENT);
  }

  /** The body that answers an offer; one that names no codec of ours is answered with a refused stream (RFC 3264, 6). */
  answer(offer: string, choice: SdpChoice): string {
    this.#undecipherable = isUndecipherable(choice);
    if (typeof choice === 'string') return choice;
    if (choice === false) return '';
    const offered = parseSdp(offer);
    const audio = offered === undefined ? undefined : audioOf(offered);
    if (offered === undefined || audio === undefined) return '';
    this.#refused = refusedStreams(offered, audio);
    const found = answerTo(offered, named(choice?.codecs) ?? this.#codecs);
    const crypto = this.#keys.answer(audio, choice?.lines);
    if (found === undefined || crypto === undefined) {
      const { protocol } = audio;
      const refused = { ...choice, port: 0 };
      const codecs = [found?.codec ?? PCMU];
      return this.#write(codecs, refused, 'inactive', { protocol, lines: [] });
    }
    const direction = choice?.direction ?? reversed(audio.direction);
    return this.#write([found.codec], choice, direction, crypto, found.telephoneEvent);
  }

  #write(
    codecs: readonly AudioCodec[],
    wish: SdpWish | undefined,
    direction: MediaDirection,
    crypto: CryptoPart,
    telephoneEvent?: number,
  ): string {
    const text = (version: number): string =>
      sdpText({
        address: wish?.address ?? this.#address,
        port: wish?.port ?? this.#port,
        codecs,
        direction,
        id: this.#id,
        ...this.#refused,
        version,
        protocol: crypto.protocol,
        lines: [...crypto.lines, ...(wish?.lines ?? [])],
        ...(telephoneEvent === undefined ? {} : { telephoneEvent }),
        ...(wish?.ptime === undefined ? {} : { ptime: wish.ptime }),
      });
    // The version grows only when something changes (RFC 3264, 8).
    if (this.#last !== '' && text(this.#version) !== this.#last) this.#version += 1;
    this.#last = text(this.#version);
    return this.#last;
  }
}

function isUndecipherable(choice: SdpChoice): boolean {
  return typeof choice === 'object' && choice.undecipherable === true;
}

function named(names: readonly string[] | undefined): readonly AudioCodec[] | undefined {
  return names?.flatMap((name) => AUDIO_CODECS[name] ?? []);
}

/** Pairs of ports a peer may use for its calls, and the descriptions made of them. */
export class Media {
  readonly address: string;
  readonly #ports: readonly [min: number, max: number];
  readonly #codecs: readonly AudioCodec[];
  readonly #encryption: MediaEncryption;
  readonly #calls = new Map<string, { readonly port: number; readonly description: Description }>();

  constructor(
    address: string,
    ports: readonly [min: number, max: number],
    { codecs, media_enc }: Pick<PeerOptions, 'codecs' | 'media_enc'> = {},
  ) {
    this.address = address;
    this.#ports = ports;
    this.#encryption = media_enc;
    this.#codecs = named(codecs ?? ['PCMU', 'PCMA']) ?? [];
  }

  /** Calls share the last pair where there are more of them than pairs: their signalling still can be tested. */
  descriptionOf(call: string): Description {
    const present = this.#calls.get(call);
    if (present !== undefined) return present.description;
    const [min, max] = this.#ports;
    const used = new Set([...this.#calls.values()].map(({ port }) => port));
    let port = min;
    while (used.has(port) && port + 2 <= max) port += 2;
    const description = new Description(this.address, port, this.#codecs, this.#encryption);
    this.#calls.set(call, { port, description });
    return description;
  }

  /** A description for a request outside of calls: nothing is sent or heard by it. */
  single(): Description {
    return new Description(this.address, this.#ports[0], this.#codecs, this.#encryption);
  }

  forget(call: string): void {
    this.#calls.delete(call);
  }
}

/** What is wrong with the option `sdp`; its words follow "option "sdp" ". Undefined when nothing is. */
export function sdpProblem(choice: unknown): string | undefined {
  if (choice === undefined || choice === false || typeof choice === 'string') return undefined;
  if (choice === true) return 'must be false, a text or an object: got true';
  const { codecs, direction, ptime, address, port, lines, undecipherable, ...others } =
    choice as Record<string, unknown>;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return `has no ${JSON.stringify(unknown)}: its fields are codecs, direction, ptime, address, port, lines and undecipherable`;
  const isTexts = (value: unknown): boolean =>
    Array.isArray(value) && value.every((one) => typeof one === 'string' && !/[\r\n\0]/.test(one));
  if (
    codecs !== undefined &&
    !(
      isTexts(codecs) &&
      (codecs as string[]).length > 0 &&
      (codecs as string[]).every((one) => Object.hasOwn(AUDIO_CODECS, one))
    )
  )
    return `has codecs that are not one or more of ${Object.keys(AUDIO_CODECS).join(', ')}`;
  if (direction !== undefined && !MEDIA_DIRECTIONS.includes(direction as MediaDirection))
    return `has a direction that is not one of ${MEDIA_DIRECTIONS.join(', ')}`;
  if (
    ptime !== undefined &&
    !(Number.isInteger(ptime) && (ptime as number) >= 1 && (ptime as number) <= 200)
  )
    return 'has a ptime that is not a whole number from 1 to 200';
  if (
    port !== undefined &&
    !(Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65535)
  )
    return 'has a port that is not a whole number from 0 to 65535';
  if (address !== undefined && (typeof address !== 'string' || !/^[^\s\x00-\x1f]+$/.test(address)))
    return 'has an address that is not text';
  if (undecipherable !== undefined && typeof undecipherable !== 'boolean')
    return 'has an undecipherable that is not true or false';
  if (lines !== undefined && !isTexts(lines)) return 'has lines that are not an array of texts';
  return undefined;
}
