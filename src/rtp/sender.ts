/** What a session sends: audio or silence in each packet time, or events in its place, by the clock of the process. */
import { randomInt } from 'node:crypto';
import { CLOCK } from './clock.js';
import { codecOf, RATE, type Codec } from './codec.js';
import { writeRtp, type RtpPacket } from './packet.js';
import type { ReportedSender } from './reporter.js';
import { Replay, type TimedPacket } from './replay.js';
import { EventQueue } from './telephone-event.js';
import { Timeline } from './timeline.js';
import type { WavFile } from './wav-file.js';

/** Most packets sent at one wake-up: older ones are left out, and time stamps go on by the clock. */
const MOST_AT_ONCE = 5;
const SAMPLES_PER_MS = RATE / 1000;
/** Payload types that have one meaning everywhere (RFC 3551, table 4). */
const STATIC: Readonly<Record<number, Parameters<typeof codecOf>[0]>> = {
  0: 'PCMU',
  8: 'PCMA',
  9: 'G722',
};

export interface SendFormat {
  readonly codec: Codec;
  readonly payloadType: number;
  readonly ptimeMs: number;
  readonly telephoneEvent: number | undefined;
  /** Records what is sent. */
  readonly file: WavFile;
}

export class Sender implements ReportedSender {
  readonly ssrc = randomInt(2 ** 32);
  readonly events = new EventQueue();
  readonly #send: (bytes: Buffer) => void;
  readonly #playedToEnd: () => void;
  #format: SendFormat | undefined;
  #playing: { samples: Int16Array; at: number; repeats: boolean } | undefined;
  #replay: Replay | undefined;
  /** Starts in the lower half of its range: with SRTP the other side must not miss its first wrap-around (RFC 3711, 3.3.1). */
  #sequence = randomInt(2 ** 15);
  /** The time stamp of the packet that is due next. */
  #timestamp = randomInt(2 ** 32);
  #due = CLOCK.now();
  #clock = RATE;
  /** The next packet of audio is the first after a pause (RFC 3551, 4.1). */
  #marker = true;
  #packets = 0;
  #octets = 0;
  /** Samples of one packet, reused for each packet: garbage of 100 streams would make the collector pause sending. */
  #samples = new Int16Array(0);

  constructor(send: (bytes: Buffer) => void, playedToEnd: () => void) {
    this.#send = send;
    this.#playedToEnd = playedToEnd;
  }

  /** Packets and octets of payload so far. */
  get counts(): { packets: number; octets: number } {
    return { packets: this.#packets, octets: this.#octets };
  }

  /** Ticks of the RTP clock a second. */
  get clock(): number {
    return this.#clock;
  }

  /** The RTP clock at a time (ms). */
  timestampAt(now: number): number {
    return (this.#timestamp + Math.round(((now - this.#due) * this.#clock) / 1000)) >>> 0;
  }

  /** Sends from now on in that format; undefined: nothing. The packets that are due keep their times. */
  use(format: SendFormat | undefined): void {
    const before = this.#format;
    this.#format = format;
    if (format === undefined) {
      CLOCK.cancel(this.#beat);
      this.stopReplay();
      before?.file.flush();
      return;
    }
    this.#clock = format.codec.clock;
    if (before !== undefined) return;
    this.#pauseUntil(CLOCK.now());
    CLOCK.at(this.#due, this.#beat);
  }

  play(samples: Int16Array, repeats: boolean): void {
    this.#playing = { samples, at: 0, repeats: repeats && samples.length > 0 };
  }

  /** Stops what is played, without a callback. */
  silence(): void {
    this.#playing = undefined;
  }

  /**
   * Sends recorded packets in place of everything else, with their own times and payload types, as part of this stream:
   * numbers go on from its own. `ended` is called with the last packet.
   */
  replay(packets: readonly TimedPacket[], ended: () => void): void {
    this.stopReplay();
    CLOCK.cancel(this.#beat);
    const now = CLOCK.now();
    this.#pauseUntil(now);
    const base = { ssrc: this.ssrc, sequence: this.#sequence, timestamp: this.#timestamp };
    const record = this.#recorder();
    this.#replay = new Replay(
      packets,
      base,
      (packet) => {
        this.#count(packet);
        record(packet);
      },
      () => {
        this.stopReplay();
        ended();
      },
    );
  }

  /** Stops the replay, so that what is played goes on; without a replay nothing happens. */
  stopReplay(): void {
    if (this.#replay === undefined) return;
    this.#replay.stop();
    this.#sequence = this.#replay.nextSequence;
    this.#replay = undefined;
    if (this.#format === undefined) return;
    this.#pauseUntil(CLOCK.now());
    CLOCK.at(this.#due, this.#beat);
  }

  /** Puts what is replayed into the file, if it is of the codec agreed on or of one that needs no agreement. */
  #recorder(): (packet: RtpPacket) => void {
    const codecs = new Map<number, Codec>();
    const line = new Timeline();
    return ({ payloadType, timestamp, payload }) => {
      if (this.#format === undefined) return;
      const name = STATIC[payloadType];
      const { file } = this.#format;
      const codec =
        codecs.get(payloadType) ??
        (payloadType === this.#format.payloadType ? this.#format.codec : name && codecOf(name));
      if (codec === undefined) return;
      codecs.set(payloadType, codec);
      const place = line.place(timestamp, CLOCK.now(), file.length, codec.clock);
      if (place === undefined) return;
      file.silenceTo(place);
      file.append(codec.decode(payload).subarray(Math.max(0, file.length - place)));
    };
  }

  readonly #beat = (now: number): void => {
    const format = this.#format;
    if (format === undefined) return;
    const late = Math.floor((now - this.#due) / format.ptimeMs);
    if (late >= MOST_AT_ONCE) this.#leaveOut(late, format);
    do this.#packetTime(format);
    while (this.#due <= now && this.#format === format);
    if (this.#format !== undefined) CLOCK.at(this.#due, this.#beat);
  };

  /** Accounts for a pause in which nothing was sent: time stamps skip it, sequence numbers do not. */
  #pauseUntil(now: number): void {
    this.#timestamp = this.timestampAt(now);
    this.#due = now;
    this.#marker = true;
  }

  #leaveOut(packets: number, { ptimeMs, file }: SendFormat): void {
    const ms = packets * ptimeMs;
    this.#goOn(ms);
    this.#marker = true;
    file.silenceTo(file.length + ms * SAMPLES_PER_MS);
  }

  #goOn(ms: number): void {
    this.#timestamp = (this.#timestamp + (ms * this.#clock) / 1000) >>> 0;
    this.#due += ms;
  }

  #packetTime({ codec, payloadType, ptimeMs, telephoneEvent, file }: SendFormat): void {
    const length = ptimeMs * SAMPLES_PER_MS;
    const timestamp = this.#timestamp;
    this.#goOn(ptimeMs);
    const { packet, replacesAudio } =
      telephoneEvent === undefined
        ? { replacesAudio: false }
        : this.events.next(timestamp, length, this.#clock / RATE);
    if (packet !== undefined && telephoneEvent !== undefined) {
      this.#emit({ payloadType: telephoneEvent, ...packet });
    }
    if (replacesAudio) {
      this.#marker = true;
      file.silenceTo(file.length + length);
      return;
    }
    const { samples, ended } = this.#take(length);
    file.append(samples);
    this.#emit({ payloadType, marker: this.#marker, timestamp, payload: codec.encode(samples) });
    this.#marker = false;
    if (ended) this.#playedToEnd();
  }

  #emit(packet: Pick<RtpPacket, 'payloadType' | 'marker' | 'timestamp' | 'payload'>): void {
    this.#count({ ...packet, sequence: this.#sequence, ssrc: this.ssrc });
    this.#sequence = (this.#sequence + 1) & 0xffff;
  }

  #count(packet: RtpPacket): void {
    this.#send(writeRtp(packet));
    this.#packets += 1;
    this.#octets += packet.payload.length;
  }

  /** The next samples of what is played; silence where there are none. The array is valid until the next call. */
  #take(length: number): { samples: Int16Array; ended: boolean } {
    if (this.#samples.length !== length) this.#samples = new Int16Array(length);
    const out = this.#samples.fill(0);
    const playing = this.#playing;
    if (playing === undefined) return { samples: out, ended: false };
    const { samples, repeats } = playing;
    let filled = 0;
    do {
      const part = samples.subarray(playing.at, playing.at + length - filled);
      out.set(part, filled);
      filled += part.length;
      playing.at += part.length;
      if (repeats && playing.at === samples.length) playing.at = 0;
    } while (repeats && filled < length);
    const ended = !repeats && playing.at === samples.length;
    if (ended) this.#playing = undefined;
    return { samples: out, ended };
  }
}
