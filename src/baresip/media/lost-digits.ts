/**
 * Digits that baresip 1.1 receives and does not report. It looks for a telephone-event (RFC 4733) only in a
 * packet whose payload type differs from the packet before, so of digits without audio between them it
 * reports only the first, and it takes the second of two equal digits for a repetition (1.1.0, src/stream.c
 * rtp_handler, telev_recv). The first overlooked packet of each digit is decoded as if it were audio: four
 * octets between the frames in the file of received audio. The next packet has the same timestamp, for which
 * baresip logs a line. Where this process reads late, the file is ahead of the log: it holds digits whose lines are
 * still to come, and some of these digits baresip reports itself. So each digit waits for its line.
 */
import { afterReading, type SilenceTimer } from '../../after-reading.js';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeG711, type G711Law } from '../../audio/g711.js';
import { dtmfDigit } from '../../model/dtmf.js';
import type { CallMedia } from '../../model/agent-event.js';
import { openCalls } from '../../model/agent-state.js';
import { hasCapability } from '../capabilities.js';
import type { RunningAgent } from '../running-agent.js';

/** The log line for a packet with the timestamp of the packet before. */
const SAME_TIMESTAMP = /audio: \[time=(\S+)\] discard old frame \(0\.000 seconds old\)/;
const TOLD = /received in-band DTMF event: '(.)' \(end=([01])\)/;
const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
/** Event, flags and volume, duration: an octet of G.711 is one sample. */
const EVENT_SAMPLES = 4;
const PTIME_MS = 20;
/** How far back the packets of a digit are searched. */
const MOST_FRAMES = 100;
const MOST_TIMES = 1000;
/** How long a digit of the file waits for its log line. A digit that came in a single packet has no line. */
const SETTLES_MS = 200;

/** A digit that a file shows, reported by baresip or not. */
interface FileDigit {
  readonly call: string;
  readonly digit: string;
}

/** The recording of received audio of one call. */
interface Heard {
  readonly call: string;
  readonly path: string;
  /** Number of samples already searched: always the end of a packet. */
  seen: number;
}

interface Surroundings {
  /** The media of the call as they are now; undefined when it has ended. */
  media(call: string): CallMedia | undefined;
  found(call: string, digit: string): void;
  /** A digit came, but nothing shows which digit. */
  lost(): void;
}

/** Only 1.1 overlooks digits: 1.0 looks into every packet, and so do versions from 2.0 on. */
export function overlooksDigits(version: string): boolean {
  return hasCapability(version, 'call_ids') && !hasCapability(version, 'telephone_events');
}

/** The module that records received audio. */
export const RECORDER = 'sndfile';

/** The reader of a session whose baresip overlooks digits. */
export function readLostDigits(session: RunningAgent): LostDigits | undefined {
  const { version } = session.ground.context.binary;
  if (!overlooksDigits(version)) return undefined;
  let warned = false;
  const digits = new LostDigits({
    media: (call) => openCalls(session.state).find((one) => one.id === call)?.facts.media,
    found: (call, digit) => {
      session.inbox.overlooked(call, digit);
    },
    lost: () => {
      if (warned) return;
      warned = true;
      const text = `baresip ${version} received a digit and did not report which: it overlooks digits without audio between them (Offhook finds such digits only with PCMU or PCMA and the module ${RECORDER})`;
      session.emit({ type: 'warning', text });
    },
  });
  session.dumps.listen(
    ({ call, path }) => {
      digits.listen(call, path);
    },
    { sent: false },
  );
  return digits;
}

export class LostDigits {
  readonly #surroundings: Surroundings;
  readonly #heard: Heard[] = [];
  /** The digit whose first packet baresip has reported: its second packet may be decoded all the same. */
  #told: string | undefined;
  /** Timestamps of the digits so far, one for each digit. */
  readonly #times = new Set<string>();
  /** Digits read from the files, oldest first, whose lines are still to come. */
  readonly #read: FileDigit[] = [];
  #settling: SilenceTimer | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** A new file of received audio in that call. */
  listen(call: string, path: string): void {
    this.#heard.push({ call, path, seen: 0 });
  }

  /** Takes a line of baresip's log. */
  line(text: string): void {
    const [, digit, end] = TOLD.exec(text) ?? [];
    if (digit !== undefined) this.#told = end === '0' ? digit : undefined;
    const time = SAME_TIMESTAMP.exec(text)?.[1];
    if (time !== undefined) this.#overlooked(time);
  }

  /** The agent has ended: nothing is reported any more. */
  end(): void {
    this.#settling?.cancel();
  }

  /** Takes the line for a packet with that timestamp; of most digits there are several packets. */
  #overlooked(time: string): void {
    const open = this.#heard.filter(({ call }) => this.#surroundings.media(call) !== undefined);
    this.#read.push(...open.flatMap((heard) => this.#newDigits(heard)));
    if (!this.#times.has(time)) {
      if (this.#times.size > MOST_TIMES) this.#times.clear();
      this.#times.add(time);
      this.#take(this.#read.shift());
    }
    this.#settling?.cancel();
    if (this.#read.length === 0) return;
    this.#settling = afterReading(SETTLES_MS, () => {
      for (const digit of this.#read.splice(0)) this.#found(digit);
    });
  }

  /** Takes the oldest digit of the files, to which the line belongs; undefined if no file shows any. */
  #take(digit: FileDigit | undefined): void {
    if (digit === undefined) {
      if (this.#told === undefined) this.#surroundings.lost();
    } else if (digit.digit !== this.#told) {
      this.#found(digit);
    }
    this.#told = undefined;
  }

  #found({ call, digit }: FileDigit): void {
    this.#surroundings.found(call, digit);
  }

  #newDigits(heard: Heard): FileDigit[] {
    const { call } = heard;
    const { codec, rate, ptime = PTIME_MS } = this.#surroundings.media(call) ?? {};
    const law = codec === 'PCMU' ? 'mulaw' : codec === 'PCMA' ? 'alaw' : undefined;
    if (law === undefined || rate === undefined) return [];
    const frame = (rate / 1000) * ptime;
    return digitsIn(newSamples(heard, frame), frame, law).map((digit) => ({ call, digit }));
  }
}

/** The last new samples; they begin and end with a packet if they hold only frames and events. */
function newSamples(heard: Heard, frame: number): Int16Array {
  let file: number | undefined;
  try {
    file = openSync(heard.path, 'r');
    const size = Math.floor((fstatSync(file).size - HEADER_BYTES) / SAMPLE_BYTES);
    const most = MOST_FRAMES * frame + ((size - heard.seen) % frame);
    const count = Math.max(0, Math.min(size - heard.seen, most));
    heard.seen = Math.max(size, heard.seen);
    const samples = new Int16Array(count);
    readSync(file, samples, 0, count * SAMPLE_BYTES, HEADER_BYTES + (size - count) * SAMPLE_BYTES);
    return samples;
  } catch {
    // The agent has ended and its files were removed.
    return new Int16Array(0);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Digits in packets that were decoded as audio; `samples` begin and end with a packet. */
function digitsIn(samples: Int16Array, frame: number, law: G711Law): string[] {
  const events = (samples.length % frame) / EVENT_SAMPLES;
  if (!Number.isInteger(events)) return [];
  const digits: string[] = [];
  // Search from the end: the newest packet is there, and loud audio before it may begin like a digit.
  let end = samples.length;
  while (digits.length < events && end >= EVENT_SAMPLES) {
    const digit = digitAt(samples, end - EVENT_SAMPLES, law);
    end -= digit === undefined ? frame : EVENT_SAMPLES;
    if (digit !== undefined) digits.unshift(digit);
  }
  return digits.length === events ? digits : [];
}

/** RFC 4733, 2.3: the event, E and R bits with a volume of 0 to 63, the duration. */
function digitAt(samples: Int16Array, at: number, law: G711Law): string | undefined {
  const [event, flags] = [octetAt(samples, at, law), octetAt(samples, at + 1, law)];
  if (event === undefined || flags === undefined) return undefined;
  return (flags & RESERVED_BIT) === 0 ? dtmfDigit(event) : undefined;
}

const RESERVED_BIT = 0x40;

function octetAt(samples: Int16Array, at: number, law: G711Law): number | undefined {
  return OCTETS[law].get(samples[at] ?? NaN);
}

const OCTETS: Readonly<Record<G711Law, ReadonlyMap<number, number>>> = {
  alaw: octets('alaw'),
  mulaw: octets('mulaw'),
};

function octets(law: G711Law): ReadonlyMap<number, number> {
  return new Map(
    Array.from({ length: 256 }, (_, octet) => [decodeG711(law, octet), octet] as const),
  );
}
