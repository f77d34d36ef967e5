/** Decodes the bodies of HTTP messages (content codings: RFC 9110, 8.4.1), and prepares them for scripts. */
import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Buffer;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate,
  br: brotliDecompressSync,
  identity: (bytes) => bytes,
};

/** The most codings that are undone: a sender that applies more, one after another, only wants to waste our time. */
const MOST_CODINGS = 4;

/** Why a body could not be decoded. */
type CodingProblem = 'unknown' | 'too large' | 'broken' | 'checksum';

export class CodingError extends Error {
  readonly problem: CodingProblem;
  /** The decoded bytes, if only the checksum behind the data is wrong. */
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
    // zlib reports these codes if the data end within a block.
    if (code === 'Z_BUF_ERROR' || code === 'ERR__ERROR_FORMAT_UNEXPECTED_END')
      throw new CodingError('broken', `its ${coding} data end too early`);
    throw new CodingError('broken', `it is not ${coding}, although its header says so`);
  }
}

/** @returns how many bytes stand before the compressed data of gzip (RFC 1952, 2.3) or zlib (RFC 1950, 2.2) */
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

/** Lists the codings of a body in the order they were applied: first of its content, then of its transfer (RFC 9112, 7). */
export function codingsOf(headers: {
  readonly 'content-encoding'?: string | undefined;
  readonly 'transfer-encoding'?: string | undefined;
}): string {
  const ofTransfer = (headers['transfer-encoding'] ?? '').replace(/\bchunked\b/i, '');
  return `${headers['content-encoding'] ?? ''},${ofTransfer}`;
}

/**
 * Returns a body as text, and also its bytes if they are not UTF-8, because the text alone would lose some of them.
 * @param type value of Content-Type: a byte order mark of UTF-16 in a text, or its charset, says how to read it.
 */
export function bodyData(content: Buffer, type = ''): { body: string; body_base64?: string } {
  const decoder = decoderOf(content, type);
  if (decoder === undefined && isUtf8(content)) return { body: content.toString('utf8') };
  const body = decoder?.decode(content) ?? content.toString('utf8');
  return { body, body_base64: content.toString('base64') };
}

/** Types of bodies that are text. A body without a type may be text, too. */
const TEXT_TYPE = /^(?:$|text\/|application\/(?:[\w.-]+\+)?(?:json|xml|x-www-form-urlencoded)\b)/i;

/** Returns undefined for UTF-8, and for an unknown charset. */
function decoderOf(content: Buffer, type: string): TextDecoder | undefined {
  const mark = TEXT_TYPE.test(type.trim()) ? markOf(content) : undefined;
  const charset = mark ?? /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    const decoder = new TextDecoder(charset, { ignoreBOM: true });
    return decoder.encoding === 'utf-8' ? undefined : decoder;
  } catch {
    return undefined;
  }
}

/** Detects a UTF-16 byte order mark. The mark of UTF-32 begins with the same bytes and is ruled out. */
function markOf(content: Buffer): string | undefined {
  if (content.length < 2 || content.length % 2 === 1) return undefined;
  const mark = content.readUInt16BE(0);
  if (mark === 0xfeff) return 'utf-16be';
  const isUtf32 = content.length >= 4 && content.readUInt16BE(2) === 0;
  return mark === 0xfffe && !isUtf32 ? 'utf-16le' : undefined;
}
