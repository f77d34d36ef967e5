/**
 * What a session receives: packets counted by source, audio recorded in its order and at its time, events made digits.
 *
 * Packets are accepted from any address, as baresip accepts them: RTP need not come from where it is sent to. Of several
 * sources the newest is heard; an older one is heard again once the newer has been silent for a while.
 */
import { CLOCK } from './clock.js';
import { RATE, type Codec } from './codec.js';
import { ahead16, isRtcp, parseRtp, type RtpPacket } from './packet.js';
import { Sources, type Reception } from './reception.js';
import { ReorderBuffer } from './reorder.js';
import { EventReader } from './telephone-event.js';
import { Timeline } from './timeline.js';
import type { WavFile } from './wav-file.js';

const SILENT_MS = 500;

export interface ReceiveFormat {
  readonly codecs: ReadonlyMap<number, Codec>;
  readonly telephoneEvent: number | undefined;
  readonly file: WavFile;
}

interface Piece {
  readonly timestamp: number;
  readonly at: number;
  /** Absent if the packet holds no audio. */
  readonly audio?: { readonly codec: Codec; readonly payload: Uint8Array };
}

export class Receiver {
  readonly #sources = new Sources();
  readonly #events: EventReader;
  readonly #timeline = new Timeline();
  readonly #order = new ReorderBuffer<Piece>((piece) => {
    this.#record(piece);
  });
  #format: ReceiveFormat | undefined;
  /** The source that is heard. */
  #heard: Reception | undefined;
  /** The first packet of a source that may be heard next. */
  #candidate: { packet: RtpPacket; source: Reception; at: number } | undefined;
  #samples = 0;
  #received = 0;
  #invalid = 0;
  #unknown = 0;

  constructor(digit: (digit: string, durationMs: number) => void) {
    this.#events = new EventReader((text, ticks) => {
      digit(text, Math.round((ticks * 1000) / RATE));
    });
  }

  /** RTP packets, datagrams that are not RTP, and packets with an unknown payload type received; ms of audio recorded. */
  get counts(): { packets: number; invalid: number; unknown: number; audioMs: number } {
    const audioMs = Math.round((this.#samples * 1000) / RATE);
    return { packets: this.#received, invalid: this.#invalid, unknown: this.#unknown, audioMs };
  }

  /** The source that is heard. */
  get heard(): Reception | undefined {
    return this.#heard;
  }

  get sources(): Sources {
    return this.#sources;
  }

  /** Records and tells digits from now on; undefined: only counts. */
  use(format: ReceiveFormat | undefined): void {
    if (format?.file !== this.#format?.file) this.#finish();
    this.#format = format;
  }

  #finish(): void {
    this.#events.restart();
    this.#order.restart();
    this.#timeline.restart();
    CLOCK.cancel(this.#late);
  }

  datagram(bytes: Uint8Array): void {
    const packet = isRtcp(bytes) ? undefined : parseRtp(bytes);
    if (packet === undefined) {
      this.#invalid += 1;
      return;
    }
    const now = CLOCK.now();
    const { payloadType, sequence, timestamp, ssrc } = packet;
    this.#received += 1;
    const codec = this.#format?.codecs.get(payloadType);
    const source = this.#sources.of(ssrc);
    source.packet(sequence, timestamp, now, codec?.clock);
    if (this.#format !== undefined) this.#hear(packet, source, now);
  }

  #hear(packet: RtpPacket, source: Reception, now: number): void {
    if (source !== this.#heard && !this.#change(packet, source, now)) return;
    const { payloadType, sequence, timestamp } = packet;
    const codec = this.#format?.codecs.get(payloadType);
    const isEvent = payloadType === this.#format?.telephoneEvent;
    if (codec === undefined && !isEvent) this.#unknown += 1;
    if (isEvent) this.#events.packet(timestamp, packet.payload, now);
    const audio = codec === undefined ? {} : { audio: { codec, payload: packet.payload } };
    this.#order.push(sequence, { timestamp, at: now, ...audio }, now);
    const deadline = this.#deadline();
    if (deadline !== undefined) CLOCK.at(deadline, this.#late);
  }

  /**
   * Decides whether to switch to that source, and does so: to a newer one at its second packet in a row (RFC 3550, A.1: a
   * lone packet may be anything), or to any source once the present one has been silent for a while.
   */
  #change(packet: RtpPacket, source: Reception, now: number): boolean {
    const heard = this.#heard;
    const first = this.#candidate;
    this.#candidate = undefined;
    if (heard !== undefined && now - heard.at < SILENT_MS) {
      if (source.number < heard.number) return false;
      if (first?.source !== source || ahead16(packet.sequence, first.packet.sequence) !== 1) {
        this.#candidate = { packet, source, at: now };
        return false;
      }
    }
    this.#finish();
    this.#heard = source;
    if (first?.source === source) this.#hear(first.packet, source, first.at);
    return true;
  }

  #deadline(): number | undefined {
    const times = [this.#events.deadline, this.#order.deadline].filter((one) => one !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Stops waiting for the packets whose deadline has passed. */
  readonly #late = (now: number): void => {
    if ((this.#events.deadline ?? Infinity) <= now) this.#events.end();
    if ((this.#order.deadline ?? Infinity) <= now) this.#order.flush();
    const deadline = this.#deadline();
    if (deadline !== undefined) CLOCK.at(deadline, this.#late);
  };

  #record({ timestamp, at, audio }: Piece): void {
    const file = this.#format?.file;
    if (file === undefined || audio === undefined) return;
    const samples = audio.codec.decode(audio.payload);
    const place = this.#timeline.place(timestamp, at, file.length, audio.codec.clock);
    if (place === undefined) return;
    file.silenceTo(place);
    // if the packet overlaps recorded audio, append only the rest
    const rest = samples.subarray(Math.max(0, file.length - place));
    file.append(rest);
    this.#samples += rest.length;
  }

  close(): void {
    this.#finish();
    this.#format = undefined;
  }
}
