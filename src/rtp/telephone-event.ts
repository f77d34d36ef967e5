/**
 * Digits as RTP events (RFC 4733): what is sent at each packet time, and what is made of packets that arrive repeated,
 * reordered or not at all. Pure.
 */
import { dtmfDigit, dtmfEvent } from '../model/dtmf.js';
import { ahead32 } from './packet.js';

/** A hook flash, event 16, among digits. */
const FLASH = { digit: '!', event: 16 } as const;
const EVENT_BYTES = 4;
const END = 0x80;
/** -10 dBm0 (RFC 4733, 2.3.4: the power without its sign). */
const VOLUME = 10;
/** The field of the duration has 16 bits: at 8 kHz 8.19 s. A longer event has several segments (2.5.1.3). */
export const MOST_TICKS = 0xffff;
/** The last packet of an event is sent three times (2.5.1.4). */
const REPEATS = 2;
/** An event counts as over after this time without a packet: updates come every 20 to 50 ms (2.5.1.2). */
const LOST_END_MS = 200;
/** A time stamp that lies further back belongs to a new count, not to an old packet: 10 s at 8 kHz. */
const OLDEST_TICKS = 80_000;

/** Event number of a digit, or of "!" for a hook flash. */
export function eventOf(digit: string): number | undefined {
  return digit === FLASH.digit ? FLASH.event : dtmfEvent(digit);
}

function digitOf(event: number): string | undefined {
  return event === FLASH.event ? FLASH.digit : dtmfDigit(event);
}

export interface EventPacket {
  readonly marker: boolean;
  /** The time stamp at which the event began. */
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

interface Wanted {
  readonly event: number;
  /** How long the event is to last, in ticks of its clock. */
  readonly duration: number;
  readonly gap: number;
  /** Called when the last packet of the event was sent the last time. */
  readonly sent?: () => void;
}

interface Running extends Wanted {
  readonly start: number;
  ended: boolean;
  repeats: number;
}

/** Digits that wait or are being sent. */
export class EventQueue {
  #waiting: Wanted[] = [];
  #running: Running | undefined;
  /** Ticks that must pass before the next digit. */
  #pause = 0;

  add(wanted: Wanted): void {
    this.#waiting.push(wanted);
  }

  /** Forgets all; nothing is called. */
  clear(): void {
    this.#waiting = [];
    this.#running = undefined;
    this.#pause = 0;
  }

  /**
   * What is sent in the packet time of `ticks` that begins at `timestamp`, and whether it takes the place of audio.
   * @param scale ticks of time stamps to one of an event, where the audio has a faster clock
   */
  next(
    timestamp: number,
    ticks: number,
    scale = 1,
  ): { packet?: EventPacket; replacesAudio: boolean } {
    const next = this.#pause > 0 ? undefined : this.#waiting.shift();
    if (this.#running?.ended !== false && next !== undefined) {
      // an event that follows at once ends the repeats of the one before (2.5.1.4)
      this.#running?.sent?.();
      this.#running = { ...next, start: timestamp, ended: false, repeats: REPEATS };
      return { packet: this.#update(this.#running, ticks, true), replacesAudio: true };
    }
    if (next !== undefined) this.#waiting.unshift(next);
    const running = this.#running;
    if (running?.ended === false) {
      return {
        packet: this.#update(running, ticks + ahead32(timestamp, running.start) / scale, false),
        replacesAudio: true,
      };
    }
    this.#pause = Math.max(0, this.#pause - ticks);
    return { ...this.#repeated(running), replacesAudio: false };
  }

  #update(running: Running, ticks: number, marker: boolean): EventPacket {
    const duration = Math.min(running.duration, ticks);
    running.ended = duration >= running.duration;
    if (running.ended) this.#pause = running.gap;
    return { marker, timestamp: running.start, payload: eventPayload(running, duration) };
  }

  #repeated(running: Running | undefined): { packet?: EventPacket } {
    if (running === undefined) return {};
    running.repeats -= 1;
    if (running.repeats === 0) {
      this.#running = undefined;
      running.sent?.();
    }
    const payload = eventPayload(running, running.duration);
    return { packet: { marker: false, timestamp: running.start, payload } };
  }
}

function eventPayload({ event, ended }: Running, duration: number): Uint8Array {
  return Uint8Array.of(event, (ended ? END : 0) | VOLUME, duration >> 8, duration & 0xff);
}

interface Open {
  readonly event: number;
  timestamp: number;
  /** Ticks of the present segment. */
  duration: number;
  /** Ticks of the segments before it. */
  before: number;
  /** When its last packet came, ms. */
  at: number;
}

/** Makes digits of the packets of one source. */
export class EventReader {
  readonly #digit: (digit: string, ticks: number) => void;
  #open: Open | undefined;
  /** The newest event that was reported. */
  #last: { readonly event: number; readonly timestamp: number } | undefined;

  constructor(digit: (digit: string, ticks: number) => void) {
    this.#digit = digit;
  }

  /** When a digit counts as over if no packet of it comes any more, ms. */
  get deadline(): number | undefined {
    return this.#open === undefined ? undefined : this.#open.at + LOST_END_MS;
  }

  /** A packet may hold several events, each behind the one before (2.5.1.5). */
  packet(timestamp: number, payload: Uint8Array, now: number): void {
    let start = timestamp;
    for (let at = 0; at + EVENT_BYTES <= payload.length; at += EVENT_BYTES) {
      const duration = ((payload[at + 2] ?? 0) << 8) | (payload[at + 3] ?? 0);
      this.#event(payload[at] ?? 0, start, duration, ((payload[at + 1] ?? 0) & END) !== 0, now);
      start = (start + duration) >>> 0;
    }
  }

  /** Reports the digit whose end did not arrive, with the duration seen so far. */
  end(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#last = { event: open.event, timestamp: open.timestamp };
    const digit = digitOf(open.event);
    if (digit !== undefined) this.#digit(digit, open.before + open.duration);
  }

  /** Begins with another source, whose time stamps are unrelated to the earlier ones. */
  restart(): void {
    this.end();
    this.#last = undefined;
  }

  #event(event: number, timestamp: number, duration: number, isEnd: boolean, now: number): void {
    if (this.#isOld(event, timestamp)) return;
    const open = this.#open;
    if (open?.event === event && open.timestamp === timestamp) {
      open.duration = Math.max(open.duration, duration);
      open.at = now;
    } else if (open?.event === event && ahead32(timestamp, open.timestamp) === MOST_TICKS) {
      open.before += MOST_TICKS;
      open.timestamp = timestamp;
      open.duration = duration;
      open.at = now;
    } else {
      this.end();
      this.#open = { event, timestamp, duration, before: 0, at: now };
    }
    if (isEnd) this.end();
  }

  /** Whether the packet belongs to an event that was reported already, or that began before the present event. */
  #isOld(event: number, timestamp: number): boolean {
    const last = this.#last;
    if (last?.event === event && last.timestamp === timestamp) return true;
    const newest = this.#open ?? last;
    const ahead = newest === undefined ? 0 : ahead32(timestamp, newest.timestamp);
    return ahead < 0 && ahead > -OLDEST_TICKS;
  }
}
