/** Blocking talk with the main thread: the thread sleeps until a message or an abort comes. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { LogEntry } from '../model/agent-event.js';
import { hrtimeMs } from './clock.js';
import {
  CELL,
  type CallReply,
  type CallRequest,
  type FromThread,
  type StampedNote,
  type ThreadMessage,
  type ToThread,
} from './protocol.js';
import type { Stop } from './stop.js';

export class Channel {
  readonly #port: MessagePort;
  readonly #cells: Int32Array;
  readonly #stop: Stop;
  #entries: LogEntry[] = [];
  #notes: StampedNote[] = [];
  #reply: { call: number; reply: CallReply } | undefined;

  constructor(port: MessagePort, cells: Int32Array, stop: Stop) {
    this.#port = port;
    this.#cells = cells;
    this.#stop = stop;
  }

  send(message: ThreadMessage): void {
    this.#post({ notes: this.#notes, message });
  }

  /** Goes out with the next message, and before the thread sleeps; `now` when it must outlive the thread. */
  note(note: StampedNote, now: boolean): void {
    this.#notes.push(note);
    if (now) this.#flush();
  }

  /** Undefined when the script has to stop before the reply came. */
  call(request: CallRequest): CallReply | undefined {
    this.send({ type: 'call', request });
    this.#sleepUntil(() => this.#reply?.call === request.call, Infinity, 0);
    return this.#reply?.call === request.call ? this.#reply.reply : undefined;
  }

  /** Waits until at least one entry is there, the time is over, or the script has to stop. */
  next(ms: number): LogEntry[] {
    this.#sleepUntil(() => this.#entries.length > 0, hrtimeMs() + ms, 1);
    return this.poll();
  }

  /** How many entries the next poll() has at least. */
  arrived(): number {
    this.#drain();
    return this.#entries.length;
  }

  /** Entries that have arrived. */
  poll(): LogEntry[] {
    this.#drain();
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  #flush(): void {
    if (this.#notes.length > 0) this.#post({ notes: this.#notes });
  }

  #post(message: FromThread): void {
    this.#notes = [];
    this.#port.postMessage(message);
  }

  #sleepUntil(done: () => boolean, deadline: number, awaitsEntries: 0 | 1): void {
    let slept = false;
    Atomics.store(this.#cells, CELL.awaitsEntries, awaitsEntries);
    for (;;) {
      const seen = Atomics.load(this.#cells, CELL.messages);
      this.#drain();
      const left = deadline - hrtimeMs();
      if (done() || left <= 0 || this.#stop.reason !== undefined) break;
      if (!slept) {
        this.#flush();
        this.#stop.waiting();
      }
      slept = true;
      Atomics.wait(this.#cells, CELL.messages, seen, left);
    }
    if (slept) this.#stop.computing();
  }

  #drain(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as { message: ToThread } | undefined;
      if (received === undefined) return;
      const { message } = received;
      if (message.type === 'entries') this.#entries.push(...message.entries);
      if (message.type === 'result') this.#reply = { call: message.call, reply: message.reply };
    }
  }
}
