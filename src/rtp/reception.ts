/** What is known of a source by its packets: loss and jitter as RFC 3550 counts them (A.1, A.3, A.8). Pure. */
import { RATE } from './codec.js';
import { ahead16, ahead32 } from './packet.js';
import { MAX_DROPOUT, MAX_MISORDER } from './reorder.js';
import type { ReportBlock } from './rtcp.js';

const SEQUENCES = 0x10000;
/** Cumulative loss has 24 bits with sign. */
const MOST_LOST = 0x7fffff;
/** A longer interval between two packets means that the time stamps began anew; it is not counted as jitter. */
const NO_JITTER_S = 10;

/** Most sources that are remembered; with more, the one that has been silent longest is forgotten. */
const MOST_SOURCES = 32;

export class Reception {
  readonly ssrc: number;
  /** Sources are numbered as they come. */
  readonly number: number;
  received = 0;
  /** Ticks of the RTP clock. */
  jitter = 0;
  /** Ticks a second of the time stamps that were measured last. */
  #clock = RATE;
  /** When the last packet came, ms. */
  at = 0;
  #first: number | undefined;
  #highest = 0;
  #cycles = 0;
  #transit: number | undefined;
  /** Packets expected before the source last began its sequence numbers anew. */
  #before = { expected: 0 };
  #reported = { expected: 0, received: 0 };
  /** The middle 32 bits of the last sender report, and when it came. */
  #lastReport: { ntp: number; at: number } | undefined;

  constructor(ssrc: number, number = 0) {
    this.number = number;
    this.ssrc = ssrc;
  }

  get jitterMs(): number {
    return (this.jitter * 1000) / this.#clock;
  }

  /**
   * @param clock ticks of the time stamp a second; undefined for events: they repeat one time stamp, which says nothing about
   * jitter
   */
  packet(sequence: number, timestamp: number, now: number, clock: number | undefined): void {
    this.received += 1;
    this.at = now;
    this.#count(sequence);
    if (clock !== undefined) this.#measure(timestamp, now, clock);
  }

  #count(sequence: number): void {
    if (this.#first === undefined) {
      this.#first = sequence;
      this.#highest = sequence;
      return;
    }
    const ahead = ahead16(sequence, this.#highest);
    if (ahead > MAX_DROPOUT || ahead < -MAX_MISORDER) {
      this.#before = { expected: this.expected };
      this.#first = sequence;
      this.#highest = sequence;
      this.#cycles = 0;
    } else if (ahead > 0) {
      if (sequence < this.#highest) this.#cycles += SEQUENCES;
      this.#highest = sequence;
    }
  }

  #measure(timestamp: number, now: number, clock: number): void {
    if (clock !== this.#clock) {
      // what was measured so far goes on in the other unit
      this.jitter *= clock / this.#clock;
      this.#clock = clock;
      this.#transit = undefined;
    }
    const arrival = Math.round((now * clock) / 1000);
    const transit = (arrival - timestamp) | 0;
    const before = this.#transit;
    this.#transit = transit;
    if (before === undefined) return;
    const difference = ahead32(transit, before);
    if (Math.abs(difference) > NO_JITTER_S * clock) return;
    this.jitter += (Math.abs(difference) - this.jitter) / 16;
  }

  /** Packets that the source has sent, by their sequence numbers. */
  get expected(): number {
    if (this.#first === undefined) return 0;
    return this.#before.expected + this.#cycles + this.#highest - this.#first + 1;
  }

  /** Packets lost; negative if packets came twice. */
  get lost(): number {
    return this.expected - this.received;
  }

  /** A sender report came (RFC 3550, 6.4.1: LSR and DLSR are made of it). */
  senderReport(ntpMiddle: number, now: number): void {
    this.#lastReport = { ntp: ntpMiddle, at: now };
  }

  /** The report block about this source; the fraction lost is that since the block before. */
  report(now: number): ReportBlock {
    const expected = this.expected - this.#reported.expected;
    const lost = expected - (this.received - this.#reported.received);
    this.#reported = { expected: this.expected, received: this.received };
    const last = this.#lastReport;
    return {
      ssrc: this.ssrc,
      fractionLost:
        expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected)),
      lost: Math.max(-MOST_LOST - 1, Math.min(MOST_LOST, this.lost)),
      highest: (this.#cycles + this.#highest) >>> 0,
      jitter: Math.floor(this.jitter),
      lastReport: last?.ntp ?? 0,
      sinceLastReport: last === undefined ? 0 : Math.round(((now - last.at) * 65_536) / 1000) >>> 0,
    };
  }
}

/** All that send to one session, by SSRC. */
export class Sources {
  readonly #sources = new Map<number, Reception>();
  /** Sources so far. */
  #known = 0;

  values(): Iterable<Reception> {
    return this.#sources.values();
  }

  get(ssrc: number): Reception | undefined {
    return this.#sources.get(ssrc);
  }

  /** The source; a new one where it was not known. */
  of(ssrc: number): Reception {
    const known = this.#sources.get(ssrc);
    if (known !== undefined) return known;
    if (this.#sources.size >= MOST_SOURCES) {
      let oldest: Reception | undefined;
      for (const one of this.#sources.values()) if (one.at < (oldest?.at ?? Infinity)) oldest = one;
      if (oldest !== undefined) this.#sources.delete(oldest.ssrc);
    }
    this.#known += 1;
    const source = new Reception(ssrc, this.#known);
    this.#sources.set(ssrc, source);
    return source;
  }
}
