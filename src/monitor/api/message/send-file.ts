/** Sends a kept file, or one range of it. */
import type { FastifyReply } from 'fastify';
import { fileNamePart } from '../../../file-name.js';
import { ApiError } from './api-error.js';
import { byteRange } from './byte-range.js';
import type { KeptFile } from './kept-files.js';

/** Whatever the file holds, no browser runs it. */
const FILE_POLICY = "sandbox; default-src 'none'";

/** Closes the file. @throws ApiError 416 */
export async function sendFile(
  file: KeptFile,
  field: string | undefined,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { handle, bytes, type, name, isShown } = file;
  const range = byteRange(field, bytes);
  if (range === 'unsatisfiable') {
    await handle.close();
    const headers = { 'content-range': `bytes */${bytes}` };
    throw new ApiError(
      416,
      'range_not_satisfiable',
      `the range is outside the file, which has ${bytes} bytes`,
      headers,
    );
  }
  const { start, end } = range ?? { start: 0, end: bytes - 1 };
  const disposition = `${isShown ? 'inline' : 'attachment'}; ${namedFile(name)}`;
  void reply
    .headers({
      'accept-ranges': 'bytes',
      'content-security-policy': FILE_POLICY,
      'content-disposition': disposition,
      'content-length': end - start + 1,
    })
    .type(type);
  if (range !== undefined) {
    void reply.code(206).header('content-range', `bytes ${start}-${end}/${bytes}`);
  }
  if (bytes === 0) {
    await handle.close();
    return reply.send('');
  }
  return reply.send(handle.createReadStream({ start, end }));
}

/** RFC 6266: a plain name for all, the true one in UTF-8. */
function namedFile(name: string): string {
  const plain = fileNamePart(name, 200).replaceAll(/[^\x20-\x7e]/g, '-');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `filename="${plain === '' ? 'file' : plain}"; filename*=UTF-8''${encoded}`;
}
