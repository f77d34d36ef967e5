/** Bodies of responses: read up to a limit, decompressed. */
import { OffhookError } from '../errors.js';
import { CodingError, decodeContent } from '../http-body.js';

const LARGEST_BODY = 4 * 1024 * 1024;

/** @throws E_HTTP_LIMIT; the rest of the body is not read. */
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

/**
 * The content of a body: decoded where its codings are known, else as received.
 * @throws E_HTTP, E_HTTP_LIMIT
 */
export function bodyContent(what: string, bytes: Buffer, encoding: string): Buffer {
  try {
    return decodeContent(bytes, encoding, LARGEST_BODY);
  } catch (error) {
    if (!(error instanceof CodingError)) throw error;
    if (error.problem === 'unknown') return bytes;
    if (error.problem === 'too large') throw tooLarge(what);
    throw new OffhookError(
      'E_HTTP',
      { subject: what, what: 'the body cannot be decoded', seen: error.message },
      {
        hint: 'look at Content-Encoding and at what the server sends',
      },
    );
  }
}

function tooLarge(what: string): OffhookError {
  return new OffhookError(
    'E_HTTP_LIMIT',
    {
      subject: what,
      what: 'the body is too large',
      limit: `${LARGEST_BODY / 1024 / 1024} MiB`,
    },
    { hint: 'ask the server for less, for example with a query or a Range header' },
  );
}
