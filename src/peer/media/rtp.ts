/** The audio of a peer's calls: an RTP session for each stream, started as offers and answers settle it; and their video. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioStream, Sound, StreamWish } from '../../agents/user-agent.js';
import { RTP_CLOCKS } from '../../rtp/codec.js';
import { RtpSession } from '../../rtp/session.js';
import type { SettledMedia } from '../../agents/record/offer-answer.js';
import type { RtpParameters } from '../../rtp/parameters.js';
import type { NegotiatedAudio, NegotiatedStream } from '../../sip/negotiated.js';
import type { SdpMedia } from '../../sip/sdp.js';
import type { CallMedia, StreamSource } from '../call.js';
import type { PeerCore } from '../core.js';
import { settledKeys, unknownKeys } from './sdes.js';
import { Video } from './video.js';

/** How often packets are counted while the script watches; as an agent does. */
const LOOK_MS = 100;
const QUALITY_MS = 5000;
const PTIME_MS = 20;

/** One stream of a call. */
interface OpenStream {
  readonly session: Promise<RtpSession>;
  /** The session, once it listens. */
  rtp?: RtpSession;
  /** What the session does since the last offer and answer. */
  parameters?: RtpParameters;
  /** What the stream sends, if it differs from what all calls send. */
  readonly source: StreamSource | undefined;
  hasBegun: boolean;
}

interface OpenCall {
  /** Streams by the number of their m= line. Without a label, the first stream is used. */
  readonly streams: Map<number, OpenStream>;
  readonly planned: Set<() => void>;
  quality?: NodeJS.Timeout;
}

export class Rtp implements CallMedia {
  readonly #peer: PeerCore;
  readonly #video: Video;
  readonly #calls = new Map<string, OpenCall>();
  /** What the streams of a call send: the keys are the call and the label. */
  readonly #sources = new Map<string, ReadonlyMap<string, StreamSource>>();
  readonly #streams: AudioStream[] = [];
  readonly #listeners: ((stream: AudioStream) => void)[] = [];
  #folder: string | undefined;
  #sound: Sound | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(peer: PeerCore) {
    this.#peer = peer;
    this.#video = new Video(peer, (what) => {
      this.#warn(what);
    });
  }

  /** Streams of the call with these labels send these sources. */
  use(call: string, sources: ReadonlyMap<string, StreamSource>): void {
    this.#sources.set(call, sources);
  }

  negotiated(call: string, settled: SettledMedia): void {
    this.#video.negotiated(call, settled);
    this.#audio(call, settled);
  }

  #audio(call: string, { audio, streams, offerer }: SettledMedia): void {
    const open: OpenCall = this.#calls.get(call) ?? { streams: new Map(), planned: new Set() };
    const isSeveral = streams.length > 1 || open.streams.size > 1;
    if (audio === undefined && !isSeveral) return;
    // A single stream stays the same one, also where an answer leaves lines out.
    const [first = streams[0]?.index ?? 0] = open.streams.keys();
    const all = isSeveral || audio === undefined ? streams : [{ index: first, audio }];
    for (const settled of all) this.#settle(call, open, settled, offerer);
    for (const [index, stream] of open.streams) {
      if (!isSeveral || all.some((one) => one.index === index)) continue;
      const { parameters } = stream;
      if (parameters === undefined) continue;
      this.#start(call, open, stream, { ...parameters, sends: false, receives: false });
    }
  }

  #settle(
    call: string,
    open: OpenCall,
    { index, audio }: NegotiatedStream,
    offerer: 'own' | 'remote',
  ): void {
    const [own, remote] =
      offerer === 'own' ? [audio.offered, audio.answered] : [audio.answered, audio.offered];
    const parameters = parametersOf(audio, own, remote);
    if (parameters === undefined) return;
    const { keys, problem } = settledKeys(audio.offered, audio.answered, offerer);
    if (problem !== undefined) {
      this.#warn(`${problem}: the call has no audio by this offer and answer (RFC 4568)`);
      return;
    }
    const { undecipherable } = this.#peer.ground.media.descriptionOf(call);
    const srtp = keys && (undecipherable ? unknownKeys(keys) : keys);
    const label = own.label ?? remote.label;
    const stream =
      open.streams.get(index) ?? this.#open(call, open, { index, label, port: own.port });
    const secured = srtp === undefined ? parameters : { ...parameters, srtp };
    this.#start(call, open, stream, secured);
  }

  #start(call: string, open: OpenCall, stream: OpenStream, parameters: RtpParameters): void {
    stream.parameters = parameters;
    this.#peer.inBackground(
      'RTP',
      stream.session.then(async (session) => {
        await session.prepare(parameters);
        // another offer and answer may have settled it anew meanwhile
        if (stream.parameters !== parameters) return;
        session.start(parameters);
        if (stream.source === undefined) this.#play(session);
        else if (parameters.sends) this.#begin(call, open, stream, session);
      }),
    );
  }

  /** A stream with a source of its own begins to send it, once. */
  #begin(call: string, open: OpenCall, stream: OpenStream, session: RtpSession): void {
    const { source } = stream;
    if (source === undefined || stream.hasBegun) return;
    stream.hasBegun = true;
    const act = (): void => {
      const { sound, packets } = source;
      if (sound !== undefined) session.play(sound.samples, sound.repeats);
      if (packets === undefined) return;
      const work = session.replay(packets).catch((error: unknown) => {
        if (this.#calls.has(call)) throw error;
      });
      this.#peer.inBackground('the replay of a stream', work);
    };
    if (source.delayMs === 0) {
      act();
      return;
    }
    const cancel = this.#peer.clock.after(source.delayMs, () => {
      open.planned.delete(cancel);
      act();
    });
    open.planned.add(cancel);
  }

  #warn(what: string): void {
    const { name } = this.#peer.ground;
    this.#peer.emit({ type: 'warning', text: `peer "${name}": ${what}` });
  }

  #open(
    call: string,
    open: OpenCall,
    { index, label, port }: { index: number; label: string | undefined; port: number },
  ): OpenStream {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'offhook-peer-'));
    const isFirst = open.streams.size === 0;
    const source = label === undefined ? undefined : this.#sources.get(call)?.get(label);
    const named = {
      ...(label === undefined ? {} : { label }),
      ...(isFirst ? {} : { isFurther: true as const }),
    };
    const session = RtpSession.open({
      address: this.#peer.ground.media.address,
      port,
      folder: this.#folder,
      sink: {
        digit: (digit) => {
          this.#peer.emit({ type: 'dtmf_received', call, digit, via: 'rtp' });
        },
        playedToEnd: () => {
          if (source === undefined) this.#ended();
        },
        unauthentic: () => {
          this.#warn(
            'received packets do not fit the SRTP key in the SDP of the other side: they are not heard (RFC 3711, 3.3)',
          );
        },
        stream: ({ direction, path, at }) => {
          const stream: AudioStream = { call, direction, path, at, ...named };
          this.#streams.push(stream);
          for (const told of this.#listeners) told(stream);
        },
      },
    });
    const stream: OpenStream = { session, source, hasBegun: false };
    open.streams.set(index, stream);
    this.#calls.set(call, open);
    session.then(
      (rtp) => {
        stream.rtp = rtp;
        if (!isFirst || this.#calls.get(call) !== open) return;
        open.quality = setInterval(() => {
          this.#tellQuality(call, rtp);
        }, QUALITY_MS);
        open.quality.unref();
      },
      () => {
        open.streams.delete(index);
        if (open.streams.size === 0) this.#calls.delete(call);
        const which = isFirst ? 'call' : 'stream';
        this.#warn(`port ${port} of the audio is in use: the ${which} has no audio`);
      },
    );
    return stream;
  }

  #tellQuality(call: string, rtp: RtpSession): void {
    const quality = rtp.quality();
    if (quality === undefined) return;
    const { sent, received, lost } = rtp.counts();
    const packets = { sent, received, lost };
    this.#peer.emit({ type: 'call_quality', call, quality, packets });
  }

  over(call: string): void {
    this.#video.over(call);
    const open = this.#calls.get(call);
    this.#calls.delete(call);
    this.#sources.delete(call);
    if (open === undefined) return;
    stopTimers(open);
    for (const { session } of open.streams.values()) {
      this.#peer.inBackground(
        'closing RTP',
        session.then((one) => one.close()),
      );
    }
  }

  listen(told: (stream: AudioStream) => void, { sent }: StreamWish): void {
    const wanted = (stream: AudioStream): void => {
      if (sent || stream.direction === 'received') told(stream);
    };
    for (const stream of this.#streams) wanted(stream);
    this.#listeners.push(wanted);
  }

  /** Makes every call send the sound from now on; undefined: silence. */
  send(sound: Sound | undefined): number {
    this.#sound = sound;
    for (const { streams } of this.#calls.values()) {
      for (const { rtp, source } of streams.values()) {
        if (rtp !== undefined && source === undefined) this.#play(rtp);
      }
    }
    return this.#peer.emit({
      type: 'audio_sent',
      source: sound?.text ?? 'silent()',
      ...(sound?.note === undefined ? {} : { converted: sound.note }),
    });
  }

  #play(session: RtpSession): void {
    if (this.#sound === undefined) session.silence();
    else session.play(this.#sound.samples, this.#sound.repeats);
  }

  #ended(): void {
    const { text } = this.#sound ?? {};
    if (text === undefined) return;
    this.#sound = undefined;
    this.#peer.emit({ type: 'audio_ended', source: text, completed: true });
  }

  /** @returns the session of the first stream of the call */
  session(call: string): Promise<RtpSession> | undefined {
    return firstOf(this.#calls.get(call))?.session;
  }

  /** Counts the packets of every call now, and from now on. */
  watch(): void {
    this.#look();
    if (this.#watch !== undefined) return;
    this.#watch = setInterval(() => {
      this.#look();
    }, LOOK_MS);
    this.#watch.unref();
  }

  #look(): void {
    for (const [call, open] of this.#calls) {
      const rtp = firstOf(open)?.rtp;
      if (rtp === undefined) continue;
      const { sent, received, audio_ms, remote_sent } = rtp.counts();
      const video = this.#video.counts(call);
      this.#peer.emit({
        type: 'call_rtp',
        call,
        sent,
        received,
        audio_ms,
        ...(remote_sent === undefined ? {} : { remote_sent }),
        ...(video === undefined ? {} : { video }),
      });
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#watch);
    await this.#video.end();
    const open = [...this.#calls.values()];
    this.#calls.clear();
    for (const one of open) stopTimers(one);
    const streams = open.flatMap((one) => [...one.streams.values()]);
    await Promise.allSettled(streams.map(async ({ session }) => (await session).close()));
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function firstOf(open: OpenCall | undefined): OpenStream | undefined {
  const [first] = open?.streams.values() ?? [];
  return first;
}

function stopTimers({ quality, planned }: OpenCall): void {
  clearInterval(quality);
  for (const cancel of planned) cancel();
}

/** What may arrive, by the own description. */
function acceptedBy({ codecs }: SdpMedia): NonNullable<RtpParameters['accepts']> {
  const event = codecs.find(({ name }) => name.toLowerCase() === 'telephone-event');
  return {
    codecs: codecs.flatMap(({ name, payload, rate }) => {
      const codec = codecNamed(name);
      if (codec === undefined || rate !== RTP_CLOCKS[codec]) return [];
      return [{ payloadType: payload, codec }];
    }),
    ...(event === undefined ? {} : { telephoneEvent: event.payload }),
  };
}

const CODECS = Object.keys(RTP_CLOCKS) as RtpParameters['codec'][];

/** Names of codecs have no case. */
function codecNamed(name: string): RtpParameters['codec'] | undefined {
  return CODECS.find((one) => one.toLowerCase() === name.toLowerCase());
}

const NOWHERE = new Set(['0.0.0.0', '::']);

/** Undefined for a codec a peer does not speak: such a call has its signalling all the same. */
function parametersOf(
  audio: NegotiatedAudio,
  own: SdpMedia,
  remote: SdpMedia,
): RtpParameters | undefined {
  const codec = codecNamed(audio.codec);
  if (codec === undefined) return undefined;
  const { address = '', codecs } = remote;
  const { fmtp } = codecs.find(({ payload }) => payload === audio.payload) ?? {};
  const sends = own.direction === 'sendrecv' || own.direction === 'sendonly';
  const receives = own.direction === 'sendrecv' || own.direction === 'recvonly';
  return {
    remote: { address, port: remote.port },
    codec,
    payloadType: audio.payload,
    ...(fmtp === undefined ? {} : { fmtp }),
    ptimeMs: audio.ptime ?? PTIME_MS,
    ...(audio.telephone_event === undefined ? {} : { telephoneEvent: audio.telephone_event }),
    sends: sends && !NOWHERE.has(address),
    receives,
    accepts: acceptedBy(own),
  };
}
