/** Netstrings as ctrl_tcp frames them: "5:hello,". Bytes in, frames out; knows nothing of their content. */

/** baresip's own answers stay far below this size; a larger frame means that the bytes are no netstring. */
export const LONGEST_FRAME = 1024 * 1024;
const LONGEST_LENGTH = String(LONGEST_FRAME).length;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * Carries the TCP acknowledgement at once. baresip ignores this frame, but without it each second message of
 * a burst waits about 40 ms for our delayed ACK (Nagle's algorithm on its side).
 */
export const ACK_CARRIER: Buffer = Buffer.from('0:,');

export function encodeNetstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
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
