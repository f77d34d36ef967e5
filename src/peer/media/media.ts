/** What a peer offers and answers about audio (RFC 3264), for one call at a time. */
import { randomInt } from 'node:crypto';
import { OffhookError } from '../../errors.js';
import type { PeerOptions } from '../../schema/types.gen.js';
import { MEDIA_DIRECTIONS, reversed, type MediaDirection } from '../../sip/media-direction.js';
import { audioOf, parseSdp, type SdpMedia } from '../../sip/sdp.js';
import {
  answerTo,
  AUDIO_CODECS,
  refusedStream,
  sdpText,
  type AudioCodec,
} from '../../sip/sdp-text.js';
import type { Clip } from '../../rtp/video/h264.js';
import type { PortPool } from './ports.js';
import { RecordingDescription } from './recording-description.js';
import { OwnKeys, type CryptoPart, type MediaEncryption } from './sdes.js';
import {
  isUndecipherable,
  named,
  TELEPHONE_EVENT,
  type Describes,
  type SdpChoice,
  type SdpWish,
} from './sdp-wish.js';
import { VideoDescription } from './video-description.js';

/** What a refused stream names where nothing fits: an m= line has a format. */
const PCMU: AudioCodec = { name: 'PCMU', payload: 0, rate: 8000 };
/** Streams of audio that a recorder takes; further ones of an offer are refused. */
const MOST_STREAMS = 16;

/** The descriptions of a call with one stream. */
export class Description implements Describes {
  readonly #address: string;
  readonly #port: () => number;
  readonly #codecs: readonly AudioCodec[];
  readonly #keys: OwnKeys;
  readonly #id = randomInt(1, 2 ** 31);
  #version = 0;
  #last = '';
  #undecipherable = false;
  readonly #video: VideoDescription | undefined;
  /** The streams of the other side's newest offer: later offers of this side have them as well (RFC 3264, 8). */
  #theirs: { readonly media: readonly SdpMedia[]; readonly audio: SdpMedia } | undefined;

  constructor(
    address: string,
    port: () => number,
    codecs: readonly AudioCodec[],
    encryption?: MediaEncryption,
    video?: VideoDescription,
  ) {
    this.#address = address;
    this.#port = port;
    this.#codecs = codecs;
    this.#keys = new OwnKeys(encryption);
    this.#video = video;
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
    assertNoStreams(choice);
    const codecs = named(choice?.codecs) ?? this.#codecs;
    const direction = choice?.direction ?? 'sendrecv';
    const video = this.#video?.offer(direction, choice?.video === false);
    return this.#write(codecs, choice, {
      direction,
      crypto: this.#keys.offer(choice?.lines),
      telephoneEvent: TELEPHONE_EVENT,
      video,
    });
  }

  /** The body that answers an offer; one that names no codec of ours is answered with a refused stream (RFC 3264, 6). */
  answer(offer: string, choice: SdpChoice): string {
    this.#undecipherable = isUndecipherable(choice);
    if (typeof choice === 'string') return choice;
    if (choice === false) return '';
    assertNoStreams(choice);
    const offered = parseSdp(offer);
    const audio = offered === undefined ? undefined : audioOf(offered);
    if (offered === undefined || audio === undefined) return '';
    this.#theirs = { media: offered.media, audio };
    const video = this.#answerVideo(choice);
    const found = answerTo(offered, named(choice?.codecs) ?? this.#codecs);
    const crypto = this.#keys.answer(audio, choice?.lines);
    if (found === undefined || crypto === undefined) {
      const { protocol } = audio;
      const refused = { ...choice, port: 0 };
      const codecs = [found?.codec ?? PCMU];
      return this.#write(codecs, refused, {
        direction: 'inactive',
        crypto: { protocol, lines: [] },
        video,
      });
    }
    const direction = choice?.direction ?? reversed(audio.direction);
    const { telephoneEvent } = found;
    return this.#write([found.codec], choice, { direction, crypto, telephoneEvent, video });
  }

  /** The lines that take the video of their offer; undefined: it is refused. */
  #answerVideo(choice: SdpWish | undefined): readonly string[] | undefined {
    const theirs = this.#theirs?.media.find(({ kind }) => kind === 'video');
    if (theirs === undefined || choice?.video === false) return undefined;
    return this.#video?.answer(theirs, choice?.direction ?? reversed(theirs.direction));
  }

  /** The streams beside the audio, each in its place; streams that are not accepted are refused. */
  #beside(video: readonly string[] | undefined): Beside {
    if (this.#theirs === undefined) return { before: [], behind: video ?? [] };
    const { media, audio } = this.#theirs;
    const theirs = media.find(({ kind }) => kind === 'video');
    const lines = media.map((one) =>
      one === theirs && video !== undefined ? video : [refusedStream(one)],
    );
    const at = media.indexOf(audio);
    const own = theirs === undefined ? (video ?? []) : [];
    return { before: lines.slice(0, at).flat(), behind: [...lines.slice(at + 1).flat(), ...own] };
  }

  #write(
    codecs: readonly AudioCodec[],
    wish: SdpWish | undefined,
    { direction, crypto, telephoneEvent, video }: Streams,
  ): string {
    const text = (version: number): string =>
      sdpText({
        address: wish?.address ?? this.#address,
        port: wish?.port ?? this.#port(),
        codecs,
        direction,
        id: this.#id,
        ...this.#beside(video),
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

/** What the streams of a description are to say. */
interface Streams {
  readonly direction: MediaDirection;
  readonly crypto: CryptoPart;
  readonly telephoneEvent?: number | undefined;
  /** Lines of the video. */
  readonly video: readonly string[] | undefined;
}

interface Beside {
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

function assertNoStreams(choice: SdpWish | undefined): void {
  if (choice?.streams === undefined) return;
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: 'option "sdp"',
      what: 'has streams, but the call has one stream without a label',
    },
    { hint: 'only record_session() and a peer with recorder: true have streams with labels' },
  );
}

/** The streams of a call that is to be described. */
interface CallStreams {
  /** Labels of a recording client: a stream each. */
  readonly labels?: readonly string[];
  /** How many streams of audio were offered. */
  readonly offered?: number;
}

/** The descriptions of a peer's calls, each with ports of its own. */
export class Media {
  readonly address: string;
  readonly #pool: PortPool;
  readonly #codecs: readonly AudioCodec[];
  readonly #encryption: MediaEncryption;
  readonly #isRecorder: boolean;
  readonly #hasVideo: boolean;
  /** What the video of a call sends. */
  readonly clip: Clip | undefined;
  readonly #calls = new Map<
    string,
    { readonly ports: number[]; readonly description: Describes }
  >();

  constructor(
    address: string,
    pool: PortPool,
    options: Pick<PeerOptions, 'codecs' | 'recorder' | 'media_enc' | 'video'>,
    clip?: Clip,
  ) {
    const { codecs, recorder, media_enc, video } = options;
    this.address = address;
    this.#pool = pool;
    this.#encryption = media_enc;
    this.#codecs = named(codecs ?? ['PCMU', 'PCMA']) ?? [];
    this.#isRecorder = recorder === true;
    this.#hasVideo = video !== undefined;
    this.clip = clip;
  }

  /** The description of a call; from now on the call has the ports it needs. @throws OffhookError E_PORTS */
  async reserve(call: string, { labels, offered = 1 }: CallStreams = {}): Promise<Describes> {
    const most = Math.min(Math.max(offered, 1), MOST_STREAMS);
    const count = labels?.length ?? (this.#isRecorder ? most : this.#hasVideo ? 2 : 1);
    const missing = count - (this.#calls.get(call)?.ports.length ?? 0);
    const taken = missing > 0 ? await this.#pool.take(missing) : [];
    const open = this.#calls.get(call) ?? this.#open(call, labels);
    open.ports.push(...taken);
    return open.description;
  }

  #open(
    call: string,
    labels: readonly string[] | undefined,
  ): { readonly ports: number[]; readonly description: Describes } {
    const ports: number[] = [];
    const port = (n: number): number | undefined => ports[n];
    const description =
      labels === undefined && !this.#isRecorder
        ? this.#single(
            () => ports[0] ?? this.#pool.first,
            () => ports[1],
          )
        : new RecordingDescription({
            address: this.address,
            port,
            codecs: this.#codecs,
            labels,
            encryption: this.#encryption,
          });
    const open = { ports, description };
    this.#calls.set(call, open);
    return open;
  }

  /** The description of a call that has its ports; of any other one without ports of its own. */
  descriptionOf(call: string): Describes {
    return this.#calls.get(call)?.description ?? this.single();
  }

  /** A description for a request outside of calls: nothing is sent or heard by it. */
  single(): Describes {
    return this.#single(() => this.#pool.first);
  }

  #single(port: () => number, videoPort?: () => number | undefined): Describes {
    const video =
      this.#hasVideo && videoPort !== undefined
        ? new VideoDescription(this.clip, videoPort, this.#encryption)
        : undefined;
    return new Description(this.address, port, this.#codecs, this.#encryption, video);
  }

  /** The call is over: its ports are free for other calls. */
  forget(call: string): void {
    this.#pool.giveBack(this.#calls.get(call)?.ports ?? []);
    this.#calls.delete(call);
  }

  /** No call needs ports any more. */
  release(): void {
    this.#pool.release();
  }
}

/** What is wrong with the option `sdp`; its words follow "option "sdp" ". Undefined when nothing is. */
export function sdpProblem(choice: unknown): string | undefined {
  if (choice === undefined || choice === false || typeof choice === 'string') return undefined;
  if (choice === true) return 'must be false, a text or an object: got true';
  const { address, lines, undecipherable, streams, video, ...wish } = choice as Record<
    string,
    unknown
  >;
  const { codecs: _c, direction: _d, ptime: _p, port: _port, ...others } = wish;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    return `has no ${JSON.stringify(unknown)}: its fields are codecs, direction, ptime, address, port, lines, undecipherable, video and streams`;
  const problem = streamProblem(wish);
  if (problem !== undefined) return problem;
  if (address !== undefined && (typeof address !== 'string' || !/^[^\s\x00-\x1f]+$/.test(address)))
    return 'has an address that is not text';
  if (undecipherable !== undefined && typeof undecipherable !== 'boolean')
    return 'has an undecipherable that is not true or false';
  if (video !== undefined && typeof video !== 'boolean')
    return 'has a video that is not true or false';
  if (lines !== undefined && !isTexts(lines)) return 'has lines that are not an array of texts';
  return streams === undefined ? undefined : streamsProblem(streams);
}

function streamsProblem(streams: unknown): string | undefined {
  if (!Array.isArray(streams)) return 'has streams that are not an array';
  for (const [index, stream] of (streams as readonly unknown[]).entries()) {
    const at = `has streams, of which number ${index + 1}`;
    if (typeof stream !== 'object' || stream === null) return `${at} is not an object`;
    const { label, ...wish } = stream as Record<string, unknown>;
    if (typeof label !== 'string') return `${at} has no label`;
    const [unknown] = Object.keys(wish).filter((key) => !STREAM_FIELDS.includes(key));
    if (unknown !== undefined)
      return `${at} has ${JSON.stringify(unknown)}: its fields are label, ${STREAM_FIELDS.join(', ')}`;
    const problem = streamProblem(wish);
    if (problem !== undefined) return `${at} ${problem}`;
  }
  return undefined;
}

const STREAM_FIELDS: readonly string[] = ['codecs', 'direction', 'ptime', 'port'];

/** What is wrong with the wishes for one stream. */
function streamProblem({
  codecs,
  direction,
  ptime,
  port,
}: Readonly<Record<string, unknown>>): string | undefined {
  const isInteger = (value: unknown, least: number, most: number): boolean =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
  const isKnown = (name: string): boolean => Object.hasOwn(AUDIO_CODECS, name);
  const isCodecs = isTexts(codecs) && codecs.length > 0 && codecs.every(isKnown);
  if (codecs !== undefined && !isCodecs)
    return `has codecs that are not one or more of ${Object.keys(AUDIO_CODECS).join(', ')}`;
  if (direction !== undefined && !MEDIA_DIRECTIONS.includes(direction as MediaDirection))
    return `has a direction that is not one of ${MEDIA_DIRECTIONS.join(', ')}`;
  if (ptime !== undefined && !isInteger(ptime, 1, 200))
    return 'has a ptime that is not a whole number from 1 to 200';
  if (port !== undefined && !isInteger(port, 0, 65_535))
    return 'has a port that is not a whole number from 0 to 65535';
  return undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) && value.every((one) => typeof one === 'string' && !/[\r\n\0]/.test(one))
  );
}
