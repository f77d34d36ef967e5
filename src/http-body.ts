/** Bodies of HTTP messages: content codings undone (RFC 9110, 8.4.1), and as scripts get them. */
import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate,
  br: brotliDecompressSync,
  identity: (bytes) => bytes,
};

/** A sender that applies more codings than this one after another wants to waste time. */
const MOST_CODINGS = 4;

/** Why a body could not be decoded. */
type CodingProblem = 'unknown' | 'too large' | 'broken' | 'checksum';

export class CodingError extends Error {
  readonly problem: CodingProblem;
  /** What came out, where only the checksum behind it is wrong. */
  readonly content: Buffer | undefined;

  constructor(problem: CodingProblem, message: string, content?: Buffer) {
    super(message);
    this.problem = problem;
    this.content = content;
  }
}

/**
 * @param field value of Content-Encoding: codings in the order in which they were applied.
 * @param limit bytes that each step may give at most.
 * @throws CodingError
 */
export function decodeContent(bytes: Buffer, field: string, limit: number): Buffer {
  const codings = field
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '');
  if (codings.length > MOST_CODINGS) {
    const seen = `it has ${codings.length} content codings (limit ${MOST_CODINGS})`;
    throw new CodingError('broken', seen);
  }
  const unknown = codings.find((coding) => !Object.hasOwn(DECODERS, coding));
  if (unknown !== undefined) {
    const seen = `the content coding "${unknown.slice(0, 40)}" is not supported`;
    throw new CodingError('unknown', seen);
  }
  const content = codings
    .slice(1)
    .reduceRight((rest, coding) => decoded(rest, coding, limit), bytes);
  return decoded(content, codings[0] ?? 'identity', limit);
}

function decoded(bytes: Buffer, coding: string, limit: number): Buffer {
  if (bytes.length === 0) return bytes;
  try {
    return DECODERS[coding]?.(bytes, { maxOutputLength: limit }) ?? bytes;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (message === 'incorrect data check' || message === 'incorrect length check') {
      const content = inflateRawSync(bytes.subarray(headerLength(bytes, coding)), {
        maxOutputLength: limit,
      });
      throw new CodingError('checksum', `its ${coding} checksum is wrong`, content);
    }
    if (code === 'ERR_BUFFER_TOO_LARGE') throw new CodingError('too large', 'it is too large');
    // zlib says so where the data end within a block.
    if (code === 'Z_BUF_ERROR' || code === 'ERR__ERROR_FORMAT_UNEXPECTED_END')
      throw new CodingError('broken', `its ${coding} data end too early`);
    throw new CodingError('broken', `it is not ${coding}, as its header says`);
  }
}

/** Of gzip (RFC 1952, 2.3) or zlib (RFC 1950, 2.2): what stands before the compressed data. */
function headerLength(bytes: Buffer, coding: string): number {
  if (coding === 'deflate') return 2;
  const flags = bytes[3] ?? 0;
  const extra = (flags & 4) === 0 ? 0 : 2 + bytes.readUInt16LE(10);
  const texts = ((flags & 8) >> 3) + ((flags & 16) >> 4);
  let at = 10 + extra;
  for (let left = texts; left > 0; left -= 1) at = bytes.indexOf(0, at) + 1;
  return (flags & 2) === 0 ? at : at + 2;
}

/** "deflate" means the zlib format; some senders leave out its header (RFC 9110, 8.4.1.2). */
function deflate(bytes: Buffer, options: { maxOutputLength: number }): Buffer {
  const isZlib =
    ((bytes[0] ?? 0) & 0x0f) === 8 && bytes.length > 1 && bytes.readUInt16BE(0) % 31 === 0;
  return isZlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}

/** A body as text, and also its bytes where they are no UTF-8: the text alone would lose some. */
export function bodyData(content: Buffer): { body: string; body_base64?: string } {
  const body = content.toString('utf8');
  return isUtf8(content) ? { body } : { body, body_base64: content.toString('base64') };
}
