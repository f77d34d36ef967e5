/** Sends a clip of H.264 over and over, a picture in each frame time, by the clock of the process. */
import { randomInt } from 'node:crypto';
import { CLOCK } from '../clock.js';
import { writeRtp } from '../packet.js';
import type { ReportedSender } from '../reporter.js';
import { payloadsOf, type AccessUnit } from './h264.js';

/** Ticks of the RTP clock a second (RFC 6184, 5.1). */
export const VIDEO_CLOCK = 90_000;
/** Octets of a payload: with all headers it passes a network of 1,280 octets, the least of IPv6. */
const MOST_PAYLOAD = 1200;
/** Pictures later than that are left out, and time stamps go on by the clock. */
const MOST_LATE = 5;

export class VideoSender implements ReportedSender {
  readonly ssrc = randomInt(2 ** 32);
  readonly clock = VIDEO_CLOCK;
  readonly #send: (bytes: Buffer) => void;
  /** Payloads of each picture. */
  readonly #pictures: readonly (readonly Uint8Array[])[];
  readonly #frameMs: number;
  #payloadType: number | undefined;
  /** Its first half: with SRTP the other side must see it wrap around (RFC 3711, 3.3.1). */
  #sequence = randomInt(2 ** 15);
  /** When the time stamps began, and where. */
  readonly #base = { at: CLOCK.now(), timestamp: randomInt(2 ** 32) };
  #due = CLOCK.now();
  #next = 0;
  #packets = 0;
  #octets = 0;
  #sent = 0;

  constructor(units: readonly AccessUnit[], fps: number, send: (bytes: Buffer) => void) {
    this.#pictures = units.map((unit) => unit.flatMap((nal) => payloadsOf(nal, MOST_PAYLOAD)));
    this.#frameMs = 1000 / fps;
    this.#send = send;
  }

  get counts(): { packets: number; octets: number } {
    return { packets: this.#packets, octets: this.#octets };
  }

  /** Pictures so far. */
  get sent(): number {
    return this.#sent;
  }

  timestampAt(now: number): number {
    const ticks = Math.round(((now - this.#base.at) * VIDEO_CLOCK) / 1000);
    return (this.#base.timestamp + ticks) >>> 0;
  }

  /** Sends from now on with that payload type; undefined: nothing. It begins with the first picture, whose parameters a decoder needs. */
  use(payloadType: number | undefined): void {
    const before = this.#payloadType;
    this.#payloadType = payloadType;
    if (payloadType === undefined) {
      CLOCK.cancel(this.#beat);
      return;
    }
    if (before !== undefined || this.#pictures.length === 0) return;
    this.#due = CLOCK.now();
    this.#next = 0;
    CLOCK.at(this.#due, this.#beat);
  }

  readonly #beat = (now: number): void => {
    if (this.#payloadType === undefined) return;
    const late = Math.floor((now - this.#due) / this.#frameMs);
    if (late >= MOST_LATE) this.#due += late * this.#frameMs;
    do this.#picture(this.#payloadType);
    while (this.#due <= now);
    CLOCK.at(this.#due, this.#beat);
  };

  #picture(payloadType: number): void {
    const payloads = this.#pictures[this.#next] ?? [];
    const timestamp = this.timestampAt(this.#due);
    for (const [i, payload] of payloads.entries()) {
      const marker = i === payloads.length - 1;
      const { ssrc } = this;
      const sequence = this.#sequence;
      this.#send(writeRtp({ payloadType, marker, sequence, timestamp, ssrc, payload }));
      this.#sequence = (sequence + 1) & 0xffff;
      this.#packets += 1;
      this.#octets += payload.length;
    }
    this.#next = (this.#next + 1) % this.#pictures.length;
    this.#sent += 1;
    this.#due += this.#frameMs;
  }
}
