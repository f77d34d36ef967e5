/**
 * Reads a mock server's requests to their end, within limits for each request and for all requests being read
 * at once. A refused request gets a status and a reason in words.
 */
import type { IncomingMessage } from 'node:http';
import { bodyData, CodingError, codingsOf, decodeContent } from '../http-body.js';
import type { MockRequestData } from '../model/http-message.js';

/** Largest body of one request, both as received and decoded. */
const LARGEST_BODY = 1024 * 1024;
/**
 * Most bytes of all bodies being read at once: a sender that never ends its body keeps these bytes occupied.
 */
const MOST_HELD = 64 * 1024 * 1024;

/** Why a request is refused. Without a status it cannot be answered: its sender is gone. */
export class Refusal extends Error {
  readonly status: number | undefined;

  constructor(status: number | undefined, reason: string) {
    super(reason);
    this.status = status;
  }
}

interface Body {
  body: string;
  body_base64?: string;
  /** Number of received bytes. */
  bytes: number;
  /** What is wrong with the body, although it could be read. */
  doubt?: string;
}

export class Intake {
  #held = 0;

  /** @throws Refusal */
  async read(request: IncomingMessage): Promise<Body> {
    const { headers } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
      return { body: '', bytes: 0 };
    const came = await this.#bytes(request);
    const type = headers['content-type'];
    try {
      const content = decodeContent(came, codingsOf(headers), LARGEST_BODY);
      return { ...bodyData(content, type), bytes: came.length };
    } catch (error) {
      if (!(error instanceof CodingError)) throw error;
      const { problem, message, content } = error;
      if (content !== undefined) {
        return {
          ...bodyData(content, type),
          bytes: came.length,
          doubt: `the body was read, but ${message}`,
        };
      }
      if (problem === 'too large') throw tooLarge('decoded');
      throw new Refusal(problem === 'unknown' ? 415 : 400, `the body cannot be read: ${message}`);
    }
  }

  async #bytes(request: IncomingMessage): Promise<Buffer> {
    const { 'content-length': length } = request.headers;
    if (Number(length) > LARGEST_BODY) throw tooLarge(`${length} bytes`);
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      // Its socket is still needed for the answer.
      const stream = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
      for await (const chunk of stream) {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > LARGEST_BODY) throw tooLarge('more came');
        if (this.#held > MOST_HELD) {
          const limit = `limit ${MOST_HELD / 1024 / 1024} MiB`;
          throw new Refusal(503, `too much is being received at once (${limit})`);
        }
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      const of = length === undefined ? '' : ` of ${length}`;
      throw new Refusal(undefined, `the sender broke off after ${size}${of} bytes of the body`);
    } finally {
      this.#held -= size;
    }
  }
}

function tooLarge(seen: string): Refusal {
  const limit = `limit ${LARGEST_BODY / 1024 / 1024} MiB`;
  return new Refusal(413, `the body is too large: ${seen} (${limit})`);
}

/** @param url the request target: in origin form, or in absolute form as to a proxy (RFC 9112, 3.2). */
export function requestData(
  id: number,
  method: string,
  url: string,
  rawHeaders: readonly string[],
  { body, body_base64 }: Omit<Body, 'bytes'>,
): MockRequestData & { search: string } {
  const target = url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  const search = mark === -1 ? '' : target.slice(mark + 1);
  const path = mark === -1 ? target : target.slice(0, mark);
  return {
    id,
    method,
    path: path === '' ? '/' : path,
    query: queryOf(search),
    headers: headersOf(rawHeaders),
    body,
    ...(body_base64 === undefined ? {} : { body_base64 }),
    search,
  };
}

function queryOf(text: string): Readonly<Record<string, string | readonly string[]>> {
  const params = new URLSearchParams(text);
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] ?? '') : values];
    }),
  );
}

function headersOf(raw: readonly string[]): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    const before = fields.get(name);
    fields.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(fields);
}

/** The request line the HTTP parser refused, as far as it is readable: "POST /hook HTTP/1.1". */
export function requestLine(packet: Buffer | undefined): { method: string; url: string } {
  const line = packet?.subarray(0, 2000).toString('latin1') ?? '';
  const seen = /^([!#$%&'*+.^_`|~\w-]{1,40}) ([^\r\n]{1,1900}?) HTTP\/\d/.exec(line);
  return { method: seen?.[1] ?? '?', url: seen?.[2] ?? 'unknown' };
}

/** Code of Node's parser: the sender ended the connection within a request. */
export const SENDER_ENDED = 'HPE_INVALID_EOF_STATE';

/** Refusal of a request for its header; undefined when the header is acceptable. */
export function headerRefusal({ headers, httpVersion }: IncomingMessage): Refusal | undefined {
  if (headers.host !== undefined || httpVersion !== '1.1') return undefined;
  return new Refusal(400, 'the request has no Host header (RFC 9112, 3.2)');
}

/** A failure of Node's HTTP parser (`clientError`) as an answer and in words. */
export function parserRefusal(error: NodeJS.ErrnoException & { rawPacket?: Buffer }): Refusal {
  const { code = '', message, rawPacket } = error;
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Refusal(431, 'the header is too large (limit 16 KiB)');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new Refusal(408, 'the request was not complete in time');
  }
  if (code === SENDER_ENDED) return new Refusal(400, 'the sender broke off in the header');
  // The first byte of a TLS record with a handshake (RFC 8446, 5.1).
  if (rawPacket?.[0] === 22) {
    return new Refusal(400, 'the sender speaks TLS, but this mock server speaks plain HTTP');
  }
  const why = message.replace(/^Parse Error: /, '');
  return new Refusal(400, `what arrived is not HTTP: ${why}`);
}
