/**
 * Splits baresip's stdout into SIP messages (option -s prints them whole) and log lines. baresip writes for
 * each message: a mark, an address line, the message as it went over the wire, an end mark (baresip:
 * src/uag.c, sip_trace_handler). These marks frame a message here, not what its sender wrote into it: over
 * UDP baresip prints the whole datagram, including bytes behind Content-Length.
 * A sender can write such marks, too, followed by a message that never existed. But baresip writes the parts of
 * a frame one by one (stdout is unbuffered), and each message in one piece, so an imitation reaches us in the
 * same read as the message around it. A frame or line is proven to be baresip's own if the border between two
 * reads lies at its beginning or within it, as is mostly the case. Nothing tells the others from imitations, so
 * their `proven` is false.
 */
import { isUtf8 } from 'node:buffer';
import type { Endpoints, TraceAddress } from '../../sip/endpoints.js';
import {
  START_LINE,
  contentLengthOf,
  parseHead,
  sipMessage,
  type SipHead,
  type SipMessage,
} from '../../sip/sip-message.js';

export interface TraceSink {
  /**
   * `raw`: the message up to the end of its body. `time`: the local time at which it was written, such as
   * "00:54:28.733", which baresip 2.0 and later put into the mark.
   */
  message(message: SipMessage, raw: string, proven: boolean, time?: string): void;
  line(line: string, proven: boolean): void;
  /** Something about that message that a user should know. */
  oddity(what: string, message: SipMessage): void;
}

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
const HASH = 0x23;
const END = Buffer.from('\x1b[;m\n');
const END_LINE = '\x1b[;m';
const START = Buffer.from('\x1b[36;1m');
const ESCAPES = /\x1b\[[0-9;]*[A-Za-z]/g;
const ADDRESS = /^(UDP|TCP|TLS|WS|WSS) (\S+) -> (\S+)$/;
/** The mark above each message, with the time of day on newer versions. */
const MARK = /^\x1b\[36;1m(?:(\d\d):(\d\d):(\d\d\.\d{3}))?#$/;
const LONGEST_MARK = START.length + 'hh:mm:ss.mmm#'.length;
/** How much earlier than our read a mark may have been written. */
const JUST_NOW_S = 60;
const DAY_S = 86_400;
/** ctrl_tcp's answer to our ACK carriers, which means nothing. */
const NOISE = /ctrl_tcp: missing json entries/;
/** Stands above the answer to OPTIONS, which the trace has just shown. */
const REPEATS = /^-{5} OPTIONS of .* -{5}$/;
const LONGEST_LINE = 256 * 1024;
const LONGEST_MESSAGE = 1024 * 1024;
/** The most Node.js reads at once: a read of that size may end anywhere. */
const FULL_READ = 64 * 1024;

/** A frame whose message is still to come. */
interface Frame {
  address: TraceAddress | undefined;
  proven: boolean;
  /** The message has begun: its first line is at the beginning of `#rest`. */
  begun: boolean;
  /** The time in its mark. */
  time: string | undefined;
}

export class SipTraceParser {
  readonly #sink: TraceSink;
  readonly #endpoints: Endpoints;
  #rest: Buffer = Buffer.alloc(0);
  /** Where in `#rest` one read ended and the next began. */
  #borders: number[] = [];
  #lastReadFull = false;
  /** Where to continue the search for the end of a line. */
  #scanned = 0;
  #frame: Frame | undefined;
  /** Whether this baresip writes a time into its marks, by its first mark. */
  #timed: boolean | undefined;
  /** The bytes of the newest message received: baresip repeats the answer to OPTIONS in its log. */
  #received: Buffer = Buffer.alloc(0);

  constructor(sink: TraceSink, endpoints: Endpoints) {
    this.#sink = sink;
    this.#endpoints = endpoints;
  }

  push(chunk: Buffer): void {
    if (!this.#lastReadFull) this.#borders.push(this.#rest.length);
    this.#lastReadFull = chunk.length >= FULL_READ;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#frame?.begun === true ? this.#takeMessage(this.#frame, false) : this.#takeLine());
  }

  /** The stream ended: hands out the rest. */
  end(): void {
    while (this.#frame?.begun === true ? this.#takeMessage(this.#frame, true) : this.#takeLine());
    if (this.#rest.length > 0) this.#line(decode(this.#rest), false);
    this.#drop(this.#rest.length);
  }

  #takeLine(): boolean {
    const end = this.#rest.indexOf(LF, this.#scanned);
    if (end < 0) {
      this.#scanned = this.#rest.length;
      if (this.#rest.length > LONGEST_LINE) {
        this.#line(decode(this.#rest), false);
        this.#drop(this.#rest.length);
      }
      return false;
    }
    const bytes = this.#rest.subarray(0, end);
    if (bytes[end - 1] === HASH && this.#takeMark(bytes)) return true;
    const text = decode(bytes).trimEnd();
    const proven = this.#border(0, end);
    if (this.#frame !== undefined && this.#takeHeadOfFrame(this.#frame, text, proven)) return true;
    // A frame that ends before its message has begun is an imitation.
    if (text === END_LINE) this.#frame = undefined;
    this.#drop(end + 1);
    this.#line(text.replace(ESCAPES, ''), proven);
    return true;
  }

  /** A text without a line feed may stand in front of the mark. */
  #takeMark(bytes: Buffer): boolean {
    const start = bytes.lastIndexOf(START);
    const mark = start < 0 ? undefined : markIn(bytes.subarray(start));
    if (mark === undefined || mark.timed === !(this.#timed ?? mark.timed)) return false;
    this.#timed = mark.timed;
    const proven = this.#border(start, bytes.length);
    this.#line(decode(bytes.subarray(0, start)).replace(ESCAPES, ''), false);
    this.#frame = { address: undefined, proven, begun: false, time: mark.text };
    this.#drop(bytes.length + 1);
    return true;
  }

  /** Lines of another thread may stand in between: they do not belong to the frame. */
  #takeHeadOfFrame(frame: Frame, text: string, proven: boolean): boolean {
    if (frame.address === undefined) {
      const address = ADDRESS.exec(text);
      if (address !== null) {
        const [, transport = '', source = '', destination = ''] = address;
        frame.address = { transport, source, destination };
        frame.proven ||= proven;
        this.#drop(this.#rest.indexOf(LF) + 1);
        return true;
      }
      // baresip writes an address line into each frame: without it, only a proven mark makes a frame.
      if (!frame.proven) return false;
    }
    frame.begun = START_LINE.test(text);
    // The read began with the message, so the lines above it are baresip's own.
    if (frame.begun) frame.proven ||= this.#border(0, 0);
    return frame.begun;
  }

  #line(text: string, proven: boolean): void {
    const line = text.trimEnd();
    if (line === '' || NOISE.test(line)) return;
    if (REPEATS.test(line)) this.#dropRepetition();
    else this.#sink.line(line, proven);
  }

  /** Drops the repeated message, which baresip prints as a text: up to its first NUL. */
  #dropRepetition(): void {
    const nul = this.#received.indexOf(0);
    const text = nul < 0 ? this.#received : this.#received.subarray(0, nul);
    if (this.#rest.subarray(0, text.length).equals(text)) this.#drop(text.length);
  }

  #takeMessage(frame: Frame, final: boolean): boolean {
    const rest = this.#rest;
    const headEnd = endOfHead(rest);
    const next = this.#nextMark(frame.proven, 0);
    if (next >= 0 && (headEnd < 0 || next < headEnd)) {
      // Either baresip's next frame begins there and this frame is an imitation, or a peer has written that
      // mark into the head of its message. In both cases the part before it is certain.
      const mark = rest.indexOf(END);
      const cut = mark >= 0 && mark < next ? mark : next;
      const text = decode(rest.subarray(0, cut));
      const before = parseHead(text);
      this.#frame = undefined;
      if (before !== undefined)
        this.#tell(frame, { head: before, text, headEnd: cut }, undefined, cut);
      this.#drop(cut);
      return true;
    }
    if (headEnd < 0 && !final && rest.length < LONGEST_MESSAGE) return false;
    const text = decode(rest.subarray(0, headEnd < 0 ? rest.length : headEnd));
    const head = parseHead(text);
    const bodyEnd = head === undefined || headEnd < 0 ? undefined : bodyEndOf(frame, head, headEnd);
    const end = this.#endOf(frame, headEnd, bodyEnd, final);
    if (end === undefined) return false;
    this.#frame = undefined;
    // A head without an end counts as part of the body.
    const told = headEnd < 0 ? { text: '', headEnd: 0 } : { text, headEnd };
    if (head !== undefined) this.#tell(frame, { head, ...told }, bodyEnd, end);
    this.#drop(end);
    return true;
  }

  /** Where the message ends; undefined until that is certain. */
  #endOf(
    frame: Frame,
    headEnd: number,
    bodyEnd: number | undefined,
    final: boolean,
  ): number | undefined {
    const size = this.#rest.length;
    const most = final || size >= LONGEST_MESSAGE ? size : undefined;
    if (headEnd < 0) return most;
    if (isStream(frame) && bodyEnd !== undefined) return bodyEnd <= size ? bodyEnd : most;
    if (bodyEnd !== undefined && this.#endsAt(frame, headEnd, bodyEnd)) return bodyEnd;
    const mark = this.#rest.indexOf(END, headEnd);
    return mark < 0 ? most : mark;
  }

  /** Whether a datagram ends where its Content-Length says. If it does, the body may hold anything. */
  #endsAt(frame: Frame, headEnd: number, bodyEnd: number): boolean {
    const rest = this.#rest;
    if (bodyEnd > rest.length || this.#border(1, bodyEnd - 1)) return false;
    const readEnded = bodyEnd === rest.length && !this.#lastReadFull;
    const ends = readEnded || this.#border(bodyEnd, bodyEnd);
    // If the read holds more than the message, a mark may belong to its body or to the next frame.
    const next = this.#nextMark(frame.proven && ends && this.#border(0, 0), headEnd);
    if (next >= 0 && next < bodyEnd) return false;
    if (rest.indexOf(END, bodyEnd) === bodyEnd) return true;
    // If the Content-Length is too long by exactly the end mark, the body seems to end with the read as well.
    if (rest.subarray(headEnd, bodyEnd).subarray(-END.length).equals(END)) return false;
    return ends;
  }

  #tell(
    frame: Frame,
    { head, text, headEnd }: { head: SipHead; text: string; headEnd: number },
    bodyEnd: number | undefined,
    end: number,
  ): void {
    const rest = this.#rest;
    const mark = rest.indexOf(END);
    const proven = frame.proven || this.#border(0, (mark < 0 || mark > end ? end : mark) - 1);
    const whole = rest.subarray(0, end);
    const cut = Math.min(bodyEnd ?? end, end);
    const body = decode(rest.subarray(headEnd, cut));
    const message = sipMessage(head, body, frame.address, this.#endpoints, proven);
    if (message.direction === 'received') this.#received = whole;
    this.#sink.message(message, text + body, proven, frame.time);
    if (cut < end) {
      const behind = `${end - cut} bytes beyond its Content-Length`;
      this.#sink.oddity(`${behind}: left out`, message);
    } else if (bodyEnd !== undefined && bodyEnd > end) {
      const length = bodyEnd - headEnd;
      const shown = Number.isSafeInteger(length) ? length : `more than ${Number.MAX_SAFE_INTEGER}`;
      const says = `its Content-Length says ${shown} bytes`;
      this.#sink.oddity(`${says}, its body has ${end - headEnd}`, message);
    }
    if (whole.includes(ESC))
      this.#sink.oddity(
        'it contains ESC, the character that marks messages in the SIP trace',
        message,
      );
  }

  /** Where baresip may have begun its next frame, if this frame is not proven; -1 if nowhere. */
  #nextMark(proven: boolean, from: number): number {
    if (proven) return -1;
    let at = this.#rest.indexOf(START, from);
    for (; at >= 0; at = this.#rest.indexOf(START, at + 1)) {
      const end = this.#rest.indexOf(HASH, at) + 1;
      const mark = end === 0 ? undefined : markIn(this.#rest.subarray(at, end));
      if (mark?.timed === this.#timed && (mark?.time === undefined || isJustNow(mark.time))) break;
    }
    return at;
  }

  /** Whether a read began at one of these places, the first and the last included. */
  #border(from: number, to: number): boolean {
    for (const at of this.#borders) if (at >= from && at <= to) return true;
    return false;
  }

  #drop(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
    this.#scanned = 0;
    let kept = 0;
    for (const at of this.#borders) if (at >= bytes) this.#borders[kept++] = at - bytes;
    this.#borders.length = kept;
  }
}

/** Whether the frame surely comes from a stream, where baresip, too, finds the next message by Content-Length. */
function isStream({ address, proven }: Frame): boolean {
  return proven && address !== undefined && address.transport !== 'UDP';
}

/** Where the body ends by its Content-Length, even if fewer bytes have come. */
function bodyEndOf(frame: Frame, { headers }: SipHead, headEnd: number): number | undefined {
  const length = contentLengthOf(headers);
  if (!isStream(frame)) return length === undefined ? undefined : headEnd + Number(length);
  // baresip reads 0 for a text that is no number, and 32 bits of a number that is too large (re: fmt/pl.c, pl_u32).
  return headEnd + Number(BigInt.asUintN(32, BigInt(length ?? 0)));
}

/**
 * Undefined for bytes that are no mark. `text` and `time` (seconds of the day): when it was written, if it
 * says so.
 */
function markIn(
  bytes: Buffer,
): { timed: boolean; text: string | undefined; time: number | undefined } | undefined {
  const mark = bytes.length > LONGEST_MARK ? null : MARK.exec(bytes.toString('latin1'));
  if (mark === null) return undefined;
  const [, hours, minutes, seconds] = mark;
  const timed = hours !== undefined;
  const time = timed ? Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) : undefined;
  const text = timed ? `${hours}:${minutes ?? ''}:${seconds ?? ''}` : undefined;
  return { timed, text, time };
}

/** baresip writes local time. */
function isJustNow(time: number): boolean {
  const now = new Date();
  const ofDay = now.getHours() * 3600 + now.getMinutes() * 60 + now.getSeconds() + 1;
  return (ofDay - time + DAY_S) % DAY_S < JUST_NOW_S;
}

/** Decodes as UTF-8, and a line that is not UTF-8 byte by byte: remote names come in any encoding. */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || isUtf8(bytes)) return text;
  const end = bytes.indexOf(LF) + 1;
  if (end === 0 || end === bytes.length) return bytes.toString('latin1');
  let decoded = '';
  for (let at = 0; at < bytes.length;) {
    const next = bytes.indexOf(LF, at) + 1;
    const line = bytes.subarray(at, next === 0 ? bytes.length : next);
    decoded += isUtf8(line) ? line.toString('utf8') : line.toString('latin1');
    at += line.length;
  }
  return decoded;
}

/** Index behind the empty line, as baresip finds it (re: sip/msg.c): line feed, any carriage returns, line feed. */
function endOfHead(data: Buffer): number {
  for (let lf = data.indexOf(LF); lf >= 0; lf = data.indexOf(LF, lf + 1)) {
    let next = lf + 1;
    while (data[next] === CR) next++;
    if (data[next] === LF) return next + 1;
  }
  return -1;
}
