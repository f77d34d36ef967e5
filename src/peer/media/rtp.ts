/** The audio of a peer's calls: an RTP session for each call, started as its offers and answers settle it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioStream, Sound, StreamWish } from '../../agents/user-agent.js';
import { RtpSession } from '../../rtp/session.js';
import type { RtpParameters } from '../../rtp/parameters.js';
import type { NegotiatedAudio } from '../../sip/negotiated.js';
import type { SdpMedia } from '../../sip/sdp.js';
import type { CallMedia } from '../call.js';
import type { PeerCore } from '../core.js';
import { settledKeys, unknownKeys } from './sdes.js';

/** How often packets are counted while the script watches; as an agent does. */
const LOOK_MS = 100;
const QUALITY_MS = 5000;
const PTIME_MS = 20;

interface OpenCall {
  readonly session: Promise<RtpSession>;
  /** The session, once it listens. */
  rtp?: RtpSession;
  quality: NodeJS.Timeout | undefined;
}

export class Rtp implements CallMedia {
  readonly #peer: PeerCore;
  readonly #calls = new Map<string, OpenCall>();
  readonly #streams: AudioStream[] = [];
  readonly #listeners: ((stream: AudioStream) => void)[] = [];
  #folder: string | undefined;
  #sound: Sound | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(peer: PeerCore) {
    this.#peer = peer;
  }

  negotiated(call: string, audio: NegotiatedAudio | undefined, offerer: 'own' | 'remote'): void {
    const [own, remote] =
      offerer === 'own' ? [audio?.offered, audio?.answered] : [audio?.answered, audio?.offered];
    const parameters = audio && own && remote && parametersOf(audio, own, remote);
    if (audio === undefined || parameters === undefined || own === undefined) return;
    const { keys, problem } = settledKeys(audio.offered, audio.answered, offerer);
    if (problem !== undefined) {
      this.#warn(`${problem}: the call has no audio by this offer and answer (RFC 4568)`);
      return;
    }
    const { undecipherable } = this.#peer.ground.media.descriptionOf(call);
    const srtp = keys && (undecipherable ? unknownKeys(keys) : keys);
    const open = this.#calls.get(call) ?? this.#open(call, own.port);
    this.#peer.inBackground(
      'RTP',
      open.session.then((session) => {
        session.start({ ...parameters, ...(srtp === undefined ? {} : { srtp }) });
        this.#play(session);
      }),
    );
  }

  #warn(what: string): void {
    const { name } = this.#peer.ground;
    this.#peer.emit({ type: 'warning', text: `peer "${name}": ${what}` });
  }

  #open(call: string, port: number): OpenCall {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'offhook-peer-'));
    const session = RtpSession.open({
      address: this.#peer.ground.media.address,
      port,
      folder: this.#folder,
      sink: {
        digit: (digit) => {
          this.#peer.emit({ type: 'dtmf_received', call, digit, via: 'rtp' });
        },
        playedToEnd: () => {
          this.#ended();
        },
        unauthentic: () => {
          this.#warn(
            'packets come that the SRTP key in the description of the other side does not fit: they are not heard (RFC 3711, 3.3)',
          );
        },
        stream: ({ direction, path, at }) => {
          const stream: AudioStream = { call, direction, path, at };
          this.#streams.push(stream);
          for (const told of this.#listeners) told(stream);
        },
      },
    });
    const open: OpenCall = { session, quality: undefined };
    this.#calls.set(call, open);
    session.then(
      (rtp) => {
        open.rtp = rtp;
        open.quality = setInterval(() => {
          this.#tellQuality(call, rtp);
        }, QUALITY_MS);
        open.quality.unref();
      },
      () => {
        this.#calls.delete(call);
        this.#warn(`port ${port} of the audio is in use: the call has no audio`);
      },
    );
    return open;
  }

  #tellQuality(call: string, rtp: RtpSession): void {
    const quality = rtp.quality();
    if (quality === undefined) return;
    const { sent, received, lost } = rtp.counts();
    const packets = { sent, received, lost };
    this.#peer.emit({ type: 'call_quality', call, quality, packets });
  }

  over(call: string): void {
    const open = this.#calls.get(call);
    this.#calls.delete(call);
    if (open === undefined) return;
    clearInterval(open.quality);
    this.#peer.inBackground(
      'closing RTP',
      open.session.then((session) => session.close()),
    );
  }

  listen(told: (stream: AudioStream) => void, { sent }: StreamWish): void {
    const wanted = (stream: AudioStream): void => {
      if (sent || stream.direction === 'received') told(stream);
    };
    for (const stream of this.#streams) wanted(stream);
    this.#listeners.push(wanted);
  }

  /** From now on every call sends the sound; undefined: silence. */
  send(sound: Sound | undefined): number {
    this.#sound = sound;
    for (const { rtp } of this.#calls.values()) if (rtp !== undefined) this.#play(rtp);
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

  session(call: string): Promise<RtpSession> | undefined {
    return this.#calls.get(call)?.session;
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
    for (const [call, { rtp }] of this.#calls) {
      if (rtp === undefined) continue;
      const { sent, received, audio_ms, remote_sent } = rtp.counts();
      this.#peer.emit({
        type: 'call_rtp',
        call,
        sent,
        received,
        audio_ms,
        ...(remote_sent === undefined ? {} : { remote_sent }),
      });
    }
  }

  async end(): Promise<void> {
    clearInterval(this.#watch);
    const open = [...this.#calls.values()];
    this.#calls.clear();
    for (const { quality } of open) clearInterval(quality);
    await Promise.allSettled(open.map(async ({ session }) => (await session).close()));
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What may arrive, by the own description. */
function acceptedBy({ codecs }: SdpMedia): NonNullable<RtpParameters['accepts']> {
  const event = codecs.find(({ name }) => name.toLowerCase() === 'telephone-event');
  return {
    codecs: codecs.flatMap(({ name, payload, rate }) => {
      const codec = codecNamed(name);
      return codec === undefined || rate !== 8000 ? [] : [{ payloadType: payload, codec }];
    }),
    ...(event === undefined ? {} : { telephoneEvent: event.payload }),
  };
}

function codecNamed(name: string): RtpParameters['codec'] | undefined {
  const upper = name.toUpperCase();
  return upper === 'PCMU' || upper === 'PCMA' || upper === 'G722' || upper === 'L16'
    ? upper
    : undefined;
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
  const { address = '' } = remote;
  const sends = own.direction === 'sendrecv' || own.direction === 'sendonly';
  const receives = own.direction === 'sendrecv' || own.direction === 'recvonly';
  return {
    remote: { address, port: remote.port },
    codec,
    payloadType: audio.payload,
    ptimeMs: audio.ptime ?? PTIME_MS,
    ...(audio.telephone_event === undefined ? {} : { telephoneEvent: audio.telephone_event }),
    sends: sends && !NOWHERE.has(address),
    receives,
    accepts: acceptedBy(own),
  };
}
