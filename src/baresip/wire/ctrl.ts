/**
 * The control connection of one baresip process (module ctrl_tcp): commands out, replies by token and events
 * in. Knows the protocol and its pitfalls, not the meaning of commands and events.
 */
import { connect, type Socket } from 'node:net';
import { afterReading } from '../../after-reading.js';
import { OffhookError } from '../../errors.js';
import { formatMs } from '../../time.js';
import { trace } from '../../trace.js';
import type { Limit } from '../../agents/limit.js';
import { decodeFrame, type CtrlEvent, type Frame, type Reply } from './events.js';
import { ACK_CARRIER, NetstringDecoder, encodeNetstring } from './netstring.js';

export interface Command {
  name: string;
  params?: string;
}

export interface CtrlSink {
  event(event: CtrlEvent): void;
  /** A frame that is not a JSON object, or a reply without a command. */
  garbage(text: string): void;
  /** The connection ended, with the reason; `byPeer`: baresip closed it. Called once. */
  closed(reason: string, byPeer: boolean): void;
}

/** baresip cuts "command params" at this size, then silently runs the command without its parameters. */
const LONGEST_COMMAND = 1023;
const GARBAGE_SHOWN = 80;

export class Ctrl {
  readonly #socket: Socket;
  readonly #sink: CtrlSink;
  /** The name that the trace shows. */
  readonly #agent: string;
  readonly #decoder = new NetstringDecoder();
  readonly #pending = new Map<string, (reply: Reply | Error) => void>();
  #token = 0;
  #closed = false;

  constructor(socket: Socket, sink: CtrlSink, agent: string) {
    this.#socket = socket;
    this.#sink = sink;
    this.#agent = agent;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.#read(chunk);
    });
    socket.on('error', (error) => {
      this.#end(error.message, true);
    });
    socket.on('close', () => {
      this.#end('closed by baresip', true);
    });
  }

  /**
   * Sends commands in one write, so that nothing gets between them; returns one promise for each reply. A
   * promise never rejects for `ok: false`; it rejects when the connection ends or the limit is reached first.
   */
  send(commands: readonly Command[], limit: Limit): Promise<Reply>[] {
    // Check all commands first: once a reply is promised, it is awaited.
    commands.forEach(checkLength);
    let text = '';
    const replies = commands.map((command) => {
      const token = String(++this.#token);
      trace.ctrl?.(this.#agent, `-> ${token} ${command.name} ${command.params ?? ''}`);
      text += encodeNetstring(
        JSON.stringify({ command: command.name, params: command.params, token }),
      );
      return this.#reply(token, command.name, limit);
    });
    if (!this.#closed) this.#socket.write(text);
    return replies;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#end('closed');
  }

  #reply(token: string, command: string, limit: Limit): Promise<Reply> {
    const promise = new Promise<Reply>((resolve, reject) => {
      if (this.#closed) {
        reject(
          new OffhookError('E_AGENT_CONTROL', {
            subject: command,
            what: 'the control connection is closed',
          }),
        );
        return;
      }
      const timer = afterReading(limit.left(), () => {
        this.#pending.delete(token);
        trace.ctrl?.(this.#agent, `<- ${token} no reply within ${formatMs(limit.ms)}`);
        reject(new OffhookError('E_AGENT_HUNG', noReply(command, limit.ms)));
      });
      this.#pending.set(token, (reply) => {
        timer.cancel();
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      });
    });
    // Awaiting callers get the rejection. Without this handler an unawaited one would be an unhandled rejection.
    promise.catch(() => undefined);
    return promise;
  }

  #read(chunk: Buffer): void {
    if (this.#closed) return;
    this.#socket.write(ACK_CARRIER);
    let frames: string[];
    try {
      frames = this.#decoder.push(chunk);
    } catch (error) {
      this.#end(`garbage on the control port: ${(error as Error).message.slice(0, GARBAGE_SHOWN)}`);
      return;
    }
    for (const frame of frames) this.#frame(frame);
  }

  #frame(text: string): void {
    const frame = decodeFrame(text);
    trace.ctrl?.(this.#agent, `<- ${frameText(frame)}`);
    if (frame.kind === 'event') {
      this.#sink.event(frame);
      return;
    }
    const settle = frame.kind === 'reply' ? this.#pending.get(frame.token) : undefined;
    if (frame.kind === 'reply' && settle !== undefined) {
      this.#pending.delete(frame.token);
      settle(frame);
    } else if (frame.kind === 'garbage') {
      this.#sink.garbage(text.slice(0, GARBAGE_SHOWN));
    }
  }

  #end(reason: string, byPeer = false): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    trace.ctrl?.(this.#agent, `connection ended: ${reason}`);
    const error = new OffhookError('E_AGENT_CONTROL', {
      subject: 'control connection',
      what: reason,
    });
    for (const settle of this.#pending.values()) settle(error);
    this.#pending.clear();
    this.#sink.closed(reason, byPeer);
  }
}

/** The message for a command that baresip did not answer in time. */
export function noReply(command: string, limitMs: number): string {
  return `${command}: no reply from baresip (waited ${formatMs(limitMs)})`;
}

function frameText(frame: Frame): string {
  if (frame.kind === 'garbage') return `garbage ${frame.text}`;
  if (frame.kind === 'reply') return `${frame.token} ${frame.ok ? 'ok' : 'refused'} ${frame.data}`;
  return `event ${frame.name} ${JSON.stringify(frame.fields)}`;
}

/** The number of bytes over the limit of a command; 0 when it fits. */
export function excessBytes({ name, params = '' }: Command): number {
  return Math.max(0, Buffer.byteLength(`${name} ${params}`) - LONGEST_COMMAND);
}

function checkLength(command: Command): void {
  const excess = excessBytes(command);
  if (excess === 0) return;
  const size = LONGEST_COMMAND + excess;
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: command.name,
      what: 'too long for baresip',
      seen: `${size} bytes (at most ${LONGEST_COMMAND})`,
    },
    { hint: 'use shorter names, passwords or URIs' },
  );
}

/** Opens a socket; `undefined` when nobody listens yet. */
export function connectOnce(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, noDelay: true });
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}
