/** One HTTP/1.1 request as it is written, octet by octet, and what comes back: clients would tidy it up. */
import { connect } from 'node:net';

export interface RawAnswer {
  /** 0: the server closed the connection without an answer. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** What came behind it: answers to what the server took for further requests. */
  readonly rest: string;
}

/** Answers that go on until the connection is closed. */
const ENDLESS = /^HTTP\/1\.1 (101|200[\s\S]*text\/event-stream)/;
/** After this long without data the server is assumed to wait for more of the request: the connection's end tells it that none comes. */
const SILENCE_MS = 1000;
const LONGEST_MS = 25_000;

/** Resolves when the server closes the connection, which is ended once the answer has come. */
export function rawHttp(url: string, request: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    let isEnded = false;
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''), () => {
      socket.write(request);
    });
    const done = (): void => {
      socket.destroy();
      resolve(answerOf(received));
    };
    // A server that sees the end of a connection no longer answers what it has not answered yet.
    const end = (): void => {
      isEnded = true;
      socket.setTimeout(LONGEST_MS);
      socket.end();
    };
    socket.setTimeout(SILENCE_MS, () => {
      if (!isEnded) end();
      else socket.destroy(new Error(`no end of the answer to ${String(request).slice(0, 200)}`));
    });
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
      if (ENDLESS.test(received)) done();
      else if (isWhole(received, request)) end();
    });
    socket.on('end', done);
    socket.on('close', done);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The server may close while we still write.
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') done();
      else reject(error);
    });
  });
}

function isWhole(received: string, request: string | Buffer): boolean {
  const { head, body } = answerOf(received);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) return false;
  return body.length === Number(length) || /^HEAD /.test(String(request));
}

function answerOf(received: string): RawAnswer {
  const text = received.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
  const end = text.indexOf('\r\n\r\n');
  const head = end === -1 ? text : text.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const all = end === -1 ? '' : text.slice(end + 4);
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  const size = length === undefined ? all.length : Number(length);
  return { status, head, body: all.slice(0, size), rest: all.slice(size) };
}
