/** A mail server for tests (RFC 5321, what one client needs): keeps the messages, refuses what it is told to. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface SinkMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The message as it was sent, header and body. */
  readonly data: string;
}

export interface SmtpRules {
  /** Reply to MAIL, RCPT (by address), AUTH or DATA instead of the usual one. */
  readonly refuse?: (command: string) => string | undefined;
  /** Extensions in the reply to EHLO. */
  readonly extensions?: readonly string[];
  /** Says nothing at all, as a server that hangs. */
  readonly silent?: boolean;
}

export class SmtpSink implements AsyncDisposable {
  readonly mails: SinkMail[] = [];
  readonly commands: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(rules: SmtpRules) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
      if (rules.silent !== true) this.#serve(socket, rules);
    });
  }

  static async start(rules: SmtpRules = {}): Promise<SmtpSink> {
    const sink = new SmtpSink(rules);
    sink.#server.listen(0, '127.0.0.1');
    await once(sink.#server, 'listening');
    return sink;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #serve(socket: Socket, { refuse, extensions = [] }: SmtpRules): void {
    let rest = '';
    let data: string | undefined;
    let from = '';
    let to: string[] = [];
    const reply = (text: string): void => {
      socket.write(`${text}\r\n`);
    };
    const take = (line: string): void => {
      if (data !== undefined) {
        if (line !== '.') data += `${line}\r\n`;
        else {
          this.mails.push({ from, to, data });
          data = undefined;
          reply('250 2.0.0 queued as 4711');
        }
        return;
      }
      this.commands.push(line);
      const refusal = refuse?.(line);
      const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
      if (refusal !== undefined) reply(refusal);
      else if (/^EHLO/i.test(line)) {
        reply(
          ['sink', ...extensions]
            .map((one, n, all) => `250${n === all.length - 1 ? ' ' : '-'}${one}`)
            .join('\r\n'),
        );
      } else if (/^MAIL/i.test(line)) {
        [from, to] = [address, []];
        reply('250 ok');
      } else if (/^RCPT/i.test(line)) {
        to.push(address);
        reply('250 ok');
      } else if (/^DATA/i.test(line)) {
        data = '';
        reply('354 go on');
      } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else reply('502 no such command');
    };
    socket.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(take);
    });
    reply('220 sink ESMTP');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
