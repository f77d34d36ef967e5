/** Netstrings as ctrl_tcp frames them: "5:hello,". Bytes in, frames out; knows nothing of their content. */

/** baresip's own answers stay far below this size; a larger frame means that the bytes are no netstring. */
export const LONGEST_FRAME = 1024 * 1024;
const LONGEST_LENGTH = String(LONGEST_FRAME).length;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Room for a command in a frame begun ahead, and the least that is left of it. */
const ROOM = 512;
const LEAST_ROOM = 256;
/** Longest header of a frame and its comma. */
const AROUND = 12;
/** With more bytes than this that baresip may still have to read, no frame is begun. */
const MOST_UNREAD = 4096;
/** Frames without a command: baresip logs `ctrl_tcp: missing json entries`. */
const EMPTY = '0:,';
const NOTHING = '{}';

export function encodeNetstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}

/**
 * Writes the frames of commands and, in between, what carries the TCP acknowledgement: without it each second
 * message of a burst waits about 40 ms for our delayed ACK (Nagle's algorithm on baresip's side). This is the frame
 * of the next command, begun ahead, a blank at a time: baresip skips blanks before JSON, and logs nothing about a
 * frame that is not complete.
 */
export class CommandWriter {
  /** Bytes that the frame begun still takes; 0: none is begun. */
  #room = 0;
  /** The most that baresip's buffer may hold: before the frame begun, altogether, and since the last command. */
  #before = 0;
  #unread = 0;
  #unreadSince = 0;
  #unanswered = 0;

  command(json: string): string {
    this.#unanswered += 1;
    this.#unreadSince = 0;
    const size = Buffer.byteLength(json);
    if (this.#room > 0 && size <= this.#room) return this.#end(json, size);
    const before = this.#room === 0 ? '' : this.#end(NOTHING);
    this.#unread += size + AROUND;
    return before + encodeNetstring(json);
  }

  /** baresip has replied to a command. With the last reply it has read everything up to that command. */
  answered(): void {
    this.#unanswered = Math.max(0, this.#unanswered - 1);
    if (this.#unanswered === 0) this.#unread = this.#unreadSince;
  }

  acknowledgement(): string {
    if (this.#room === 0 && this.#unread > MOST_UNREAD) return EMPTY;
    if (this.#room === 0) {
      // baresip takes a frame for complete already when what stands before it in its buffer is as long as what is
      // missing (tcp_netstring.c, every version): more than that has to be missing until the frame is ended.
      this.#before = this.#unread;
      this.#room = this.#before + ROOM;
      return `${this.#room}:`;
    }
    if (this.#room > this.#before + LEAST_ROOM) {
      this.#room -= 1;
      return ' ';
    }
    const rest = this.#end(NOTHING);
    this.#unreadSince += this.#before + ROOM + AROUND;
    return rest;
  }

  #end(json: string, size = json.length): string {
    const rest = `${' '.repeat(this.#room - size)}${json},`;
    this.#unread = this.#before + this.#before + ROOM + AROUND;
    this.#room = 0;
    return rest;
  }
}

export class NetstringError extends Error {
  override readonly name = 'NetstringError';
}

/** Takes chunks with borders anywhere and returns whole frames. Unusable after a `NetstringError`. */
export class NetstringDecoder {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws NetstringError when the bytes are no netstrings. */
  push(chunk: Buffer): string[] {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: string[] = [];
    for (;;) {
      const colon = data.indexOf(COLON);
      if (colon < 0) {
        if (data.length > 0) lengthOf(data);
        break;
      }
      const start = colon + 1;
      const length = lengthOf(data.subarray(0, colon));
      if (data.length <= start + length) break;
      if (data[start + length] !== COMMA) throw new NetstringError('no comma after the frame');
      frames.push(data.toString('utf8', start, start + length));
      data = data.subarray(start + length + 1);
    }
    this.#rest = data;
    return frames;
  }
}

function lengthOf(digits: Buffer): number {
  const text = digits.toString('latin1', 0, LONGEST_LENGTH + 1);
  if (!/^\d+$/.test(text) || text.length > LONGEST_LENGTH || Number(text) > LONGEST_FRAME) {
    throw new NetstringError(`no frame length: ${JSON.stringify(text)}`);
  }
  return Number(text);
}
