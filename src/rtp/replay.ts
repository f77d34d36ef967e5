/** Sends the packets of a stream that was recorded, at their own times. */
import { CLOCK } from './clock.js';
import { ahead16, ahead32, type RtpPacket } from './packet.js';

/** A packet of a recorded stream. */
export interface TimedPacket extends RtpPacket {
  /** ms since the first packet of the stream. */
  readonly at: number;
}

/** Most packets sent at one wake-up; if more are due, the rest of the stream comes later. */
const MOST_AT_ONCE = 5;

/** Where the stream is to begin. */
export interface ReplayBase {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
}

export class Replay {
  readonly #packets: readonly TimedPacket[];
  readonly #base: ReplayBase;
  readonly #send: (packet: RtpPacket) => void;
  readonly #ended: () => void;
  #began = CLOCK.now();
  #next = 0;
  #highest = -1;

  /** Begins at once. `ended` is called with the last packet. */
  constructor(
    packets: readonly TimedPacket[],
    base: ReplayBase,
    send: (packet: RtpPacket) => void,
    ended: () => void,
  ) {
    this.#packets = packets;
    this.#base = base;
    this.#send = send;
    this.#ended = ended;
    CLOCK.at(this.#began, this.#beat);
  }

  /** The sequence number for whatever follows. */
  get nextSequence(): number {
    return (this.#base.sequence + this.#highest + 1) & 0xffff;
  }

  stop(): void {
    CLOCK.cancel(this.#beat);
  }

  readonly #beat = (now: number): void => {
    for (let count = 0; ; count += 1) {
      const packet = this.#packets[this.#next];
      if (packet === undefined) {
        this.#ended();
        return;
      }
      const due = this.#began + packet.at;
      if (due > now && count > 0) {
        CLOCK.at(due, this.#beat);
        return;
      }
      if (count === MOST_AT_ONCE) {
        this.#began += now - due;
        CLOCK.at(now + 1, this.#beat);
        return;
      }
      this.#next += 1;
      this.#send(this.#moved(packet));
    }
  };

  /** Gaps and order of the recorded numbers stay. */
  #moved(packet: TimedPacket): RtpPacket {
    const first = this.#packets[0] ?? packet;
    const ahead = ahead16(packet.sequence, first.sequence);
    // a long stream wraps around: numbers stay near the highest
    const offset = this.#highest < 0 ? 0 : this.#highest + ahead16(ahead, this.#highest & 0xffff);
    this.#highest = Math.max(this.#highest, offset);
    return {
      ...packet,
      ssrc: this.#base.ssrc,
      sequence: (this.#base.sequence + offset) & 0xffff,
      timestamp: (this.#base.timestamp + ahead32(packet.timestamp, first.timestamp)) >>> 0,
    };
  }
}
