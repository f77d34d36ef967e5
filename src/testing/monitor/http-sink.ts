/** An HTTP server for tests: keeps what it was sent, and answers as it is told. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface SinkRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface SinkAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export class HttpSink implements AsyncDisposable {
  readonly requests: SinkRequest[] = [];
  /** Answers to the next requests; after these, 200 for all. 'none': no answer at all. */
  readonly answers: (SinkAnswer | 'none')[] = [];
  readonly #server: Server;
  #wake: (() => void) | undefined;

  private constructor(tls?: { cert: string; key: string }) {
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        this.requests.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
        const answer = this.answers.shift() ?? { status: 200, body: 'ok' };
        if (answer !== 'none') response.writeHead(answer.status, answer.headers).end(answer.body);
        this.#wake?.();
      });
    };
    this.#server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  }

  /** @param port 0: one that is free */
  static async start(tls?: { cert: string; key: string }, port = 0): Promise<HttpSink> {
    const sink = new HttpSink(tls);
    sink.#server.listen(port, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when so many requests have come. */
  async received(count: number): Promise<readonly SinkRequest[]> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.requests;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
