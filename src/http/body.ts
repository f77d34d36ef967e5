/** Bodies of responses: read up to a limit, decompressed, as text. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { OffhookError } from '../errors.js';

const LARGEST_BODY = 4 * 1024 * 1024;

/** @throws E_HTTP_LIMIT; what is left is not read. */
export async function readBody(
  what: string,
  stream: AsyncIterable<Buffer>,
  onBytes: (count: number) => void,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    onBytes(size);
    if (size > LARGEST_BODY) throw tooLarge(what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const DECODERS: Readonly<
  Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Buffer>
> = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync };

/** Text of the body; Content-Encoding (RFC 9110, 8.4) undone where it is a known one. */
export function bodyText(what: string, bytes: Buffer, encoding: string): string {
  const decode = DECODERS[encoding.trim().toLowerCase()];
  if (decode === undefined || bytes.length === 0) return bytes.toString('utf8');
  try {
    return decode(bytes, { maxOutputLength: LARGEST_BODY }).toString('utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(what);
    throw new OffhookError('E_HTTP', `${what}: the body is not ${encoding}, as its header says`);
  }
}

function tooLarge(what: string): OffhookError {
  return new OffhookError(
    'E_HTTP_LIMIT',
    `${what}: the body is too large (limit ${LARGEST_BODY / 1024 / 1024} MiB)`,
    { hint: 'ask for less, or for a part of it' },
  );
}
