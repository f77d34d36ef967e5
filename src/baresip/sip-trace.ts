/**
 * baresip's stdout taken apart: SIP messages (option -s prints them whole) and log lines. Chunks may end
 * anywhere, log lines of another thread may stand between the address line and its message, so a message
 * is known by its start line and its Content-Length and the address line is a bonus.
 */
import type { SipMessage } from '../model/agent-event.js';
import type { Endpoints, TraceAddress } from './endpoints.js';
import { START_LINE, fullName, parseSipMessage } from './sip-message.js';

export interface TraceSink {
  /** `mark`: the local time at which it was written, as baresip 2.0 and later put it into the mark line. */
  message(message: SipMessage, raw: string, mark?: string): void;
  line(line: string): void;
}

const LF = 0x0a;
const END_OF_MESSAGE = Buffer.from('\x1b[;m\n');
const NEXT_MESSAGE = Buffer.from('\x1b[;m\n\x1b[36;1m');
const ESCAPES = /\x1b\[[0-9;]*[A-Za-z]/g;
const ADDRESS = /^(UDP|TCP|TLS|WS|WSS) (\S+) -> (\S+)$/;
/** "#" alone or behind a time: stands above each message. */
const MARK = /^(\d\d:\d\d:\d\d\.\d{3})?#$/;
/** Answer of ctrl_tcp to our ACK carriers; says nothing. */
const NOISE = /ctrl_tcp: missing json entries/;
/** The answer to OPTIONS, which the trace has shown just before. */
const REPEATS = /^-{5} OPTIONS of .* -{5}$/;
const LONGEST_LINE = 256 * 1024;
const LONGEST_BODY = 1024 * 1024;

export class SipTraceParser {
  readonly #sink: TraceSink;
  readonly #endpoints: Endpoints;
  #rest: Buffer = Buffer.alloc(0);
  /** Where to go on looking for the end of a line. */
  #scanned = 0;
  #address: TraceAddress | undefined;
  #mark: string | undefined;
  #inMessage = false;
  /** The next message is one that baresip repeats in its log. */
  #repeated = false;

  constructor(sink: TraceSink, endpoints: Endpoints) {
    this.#sink = sink;
    this.#endpoints = endpoints;
  }

  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#inMessage ? this.#takeMessage(false) : this.#takeLine());
  }

  /** The stream ended: hands out what is left. */
  end(): void {
    if (this.#inMessage) this.#takeMessage(true);
    while (this.#takeLine());
    if (this.#rest.length > 0) this.#line(decode(this.#rest));
    this.#rest = Buffer.alloc(0);
  }

  #takeLine(): boolean {
    const end = this.#rest.indexOf(LF, this.#scanned);
    if (end < 0) {
      this.#scanned = this.#rest.length;
      if (this.#rest.length > LONGEST_LINE) {
        this.#line(decode(this.#rest));
        this.#drop(this.#rest.length);
      }
      return false;
    }
    const text = decode(this.#rest.subarray(0, end)).replace(ESCAPES, '');
    if (text.includes('SIP/2.0') && START_LINE.test(text.trimEnd())) {
      this.#inMessage = true;
      return true;
    }
    this.#drop(end + 1);
    this.#line(text);
    return true;
  }

  #line(raw: string): void {
    const line = raw.replace(ESCAPES, '').trimEnd();
    const address = ADDRESS.exec(line);
    const mark = MARK.exec(line);
    if (address !== null) {
      const [, transport, source, destination] = address as unknown as [
        string,
        string,
        string,
        string,
      ];
      this.#address = { transport, source, destination };
    } else if (mark !== null) {
      this.#mark = mark[1];
    } else if (REPEATS.test(line)) {
      this.#repeated = true;
    } else if (line !== '' && !NOISE.test(line)) {
      this.#sink.line(line);
    }
  }

  #takeMessage(final: boolean): boolean {
    const headEnd = endOfHead(this.#rest);
    if (headEnd < 0 && !final) return false;
    const length = headEnd < 0 ? 0 : contentLength(this.#rest.toString('latin1', 0, headEnd));
    let end = length === undefined ? -1 : headEnd + length;
    if (end < 0 || end > this.#rest.length) {
      // No Content-Length, or one that promises more than came: the trace's own end mark decides.
      const mark = length === undefined ? END_OF_MESSAGE : NEXT_MESSAGE;
      const found = this.#rest.indexOf(mark, Math.max(headEnd, 0));
      if (found < 0 && !final && this.#rest.length < LONGEST_BODY) return false;
      end = found < 0 ? this.#rest.length : found;
    }
    const raw = decode(this.#rest.subarray(0, end)).replace(/^(?:\x1b\[[0-9;]*m)+/, '');
    this.#inMessage = false;
    this.#drop(end);
    const address = this.#address;
    this.#address = undefined;
    if (this.#repeated) {
      this.#repeated = false;
      return true;
    }
    const message = parseSipMessage(raw, address, this.#endpoints);
    if (message !== undefined) this.#sink.message(message, raw, this.#mark);
    return true;
  }

  #drop(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes);
    this.#scanned = 0;
  }
}

/** UTF-8 where it is that, else byte by byte: remote names come in any encoding. */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

function endOfHead(data: Buffer): number {
  const crlf = data.indexOf('\r\n\r\n');
  if (crlf >= 0) return crlf + 4;
  const lf = data.indexOf('\n\n');
  return lf < 0 ? -1 : lf + 2;
}

function contentLength(head: string): number | undefined {
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0 || fullName(line.slice(0, colon).trim()) !== 'content-length') continue;
    const value = line.slice(colon + 1).trim();
    return /^\d{1,7}$/.test(value) ? Math.min(Number(value), LONGEST_BODY) : undefined;
  }
  return undefined;
}
