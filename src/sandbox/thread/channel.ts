/** Blocking exchange with the main thread: the thread sleeps until a message or an abort comes. */
import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import type { LogEntry } from '../../model/agent-event.js';
import { hrtimeMs } from '../clock.js';
import {
  CELL,
  type CallReply,
  type CallRequest,
  type FromThread,
  type ResponderCall,
  type ResponderReply,
  type StampedNote,
  type ThreadMessage,
  type ToThread,
} from '../protocol.js';
import type { Stop } from './stop.js';

/** Most entries that wait for the guest to take them; the guest itself keeps at most a multiple of that. */
const MOST_UNSEEN = 1000;

/** A call before the channel has given it a number. */
export type UnnumberedCall = Omit<CallRequest, 'call'>;

/** A reply to one of several calls. `seen`: number of entries that had arrived before it. */
interface Arrived {
  index: number;
  reply: CallReply;
  seen: number;
}

/** Counts the calls of the thread, not those of a job: a late reply to an earlier job must not answer a later one. */
let lastCall = 0;

function concerns({ agent, event }: LogEntry, of: readonly string[] | undefined): boolean {
  return of === undefined || of.includes(agent) || event.type === 'exited';
}

export class Channel {
  readonly #port: MessagePort;
  readonly #cells: Int32Array;
  readonly #stop: Stop;
  #entries: LogEntry[] = [];
  #notes: StampedNote[] = [];
  /** Replies to calls under way: a responder may call while the script waits for its own reply. */
  readonly #replies = new Map<number, Omit<Arrived, 'index'>>();
  readonly #asked: ResponderCall[] = [];
  /** Number of requests the script has answered. */
  #answered = 0;
  #serve: ((call: ResponderCall) => ResponderReply) | undefined;

  constructor(port: MessagePort, cells: Int32Array, stop: Stop) {
    this.#port = port;
    this.#cells = cells;
    this.#stop = stop;
  }

  send(message: ThreadMessage): void {
    this.#post({ notes: this.#notes, message });
  }

  /** Queues a note for the next message or sleep; `now` sends it at once, when it must outlive the thread. */
  note(note: StampedNote, now: boolean): void {
    this.#notes.push(note);
    if (now) this.#flush();
  }

  /** Sets the function that answers requests to mock servers while the script is blocked. */
  serveWith(serve: (call: ResponderCall) => ResponderReply): void {
    this.#serve = serve;
  }

  /** The reply to a call; undefined when the script has to stop before it came. */
  call(request: UnnumberedCall, { serves = true } = {}): CallReply | undefined {
    return this.callAll([request], { serves })?.[0]?.reply;
  }

  /**
   * The replies to calls that are carried out at the same time, in the order in which they came; undefined when the
   * script has to stop before all are there.
   */
  callAll(requests: readonly UnnumberedCall[], { serves = true } = {}): Arrived[] | undefined {
    const calls = requests.map((request) => ({ call: (lastCall += 1), ...request }));
    this.send({ type: 'call', requests: calls });
    const isThere = (): boolean => calls.every(({ call }) => this.#replies.has(call));
    this.#sleepUntil(isThere, Infinity, { awaitsEntries: 0, serves });
    if (!isThere()) return undefined;
    const arrived: Arrived[] = [];
    for (const [of, reply] of this.#replies) {
      const index = calls.findIndex(({ call }) => call === of);
      if (index >= 0) arrived.push({ index, ...reply });
    }
    for (const { call } of calls) this.#replies.delete(call);
    return arrived;
  }

  /**
   * Waits until an entry of a subject in `of` (without it, of any) has arrived, the script has answered a request, the time is over,
   * or the script has to stop. Entries of other subjects stay for the next poll; only the end of an agent and a flood of entries
   * wake it in any case.
   */
  next(ms: number, of?: readonly string[]): { entries: LogEntry[]; responded: boolean } {
    const answered = this.#answered;
    let seen = 0;
    const isThere = (): boolean => {
      if (this.#answered !== answered || this.#entries.length >= MOST_UNSEEN) return true;
      const from = seen;
      seen = this.#entries.length;
      return this.#entries.slice(from).some((entry) => concerns(entry, of));
    };
    this.#sleepUntil(isThere, hrtimeMs() + ms, { awaitsEntries: 1, serves: true });
    return { entries: this.poll(), responded: this.#answered !== answered };
  }

  /** Number of entries the next poll() returns at least. */
  arrived(): number {
    this.#drain();
    return this.#entries.length;
  }

  /** Takes the entries that have arrived. */
  poll(): LogEntry[] {
    this.#drain();
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }

  /** Returns what poll() would, but leaves the entries in place. */
  peek(): readonly LogEntry[] {
    this.#drain();
    return [...this.#entries];
  }

  #flush(): void {
    if (this.#notes.length > 0) this.#post({ notes: this.#notes });
  }

  #post(message: FromThread): void {
    this.#notes = [];
    this.#port.postMessage(message);
  }

  #sleepUntil(
    done: () => boolean,
    deadline: number,
    { awaitsEntries, serves }: { awaitsEntries: 0 | 1; serves: boolean },
  ): void {
    let asleep = false;
    for (;;) {
      // Set each time: a call of a responder sleeps in here, too.
      Atomics.store(this.#cells, CELL.awaitsEntries, awaitsEntries);
      const seen = Atomics.load(this.#cells, CELL.messages);
      this.#drain();
      const asked = serves && this.#stop.reason === undefined ? this.#asked.shift() : undefined;
      if (asked !== undefined) {
        if (asleep) this.#stop.computing();
        asleep = false;
        this.#answer(asked);
      }
      const left = deadline - hrtimeMs();
      if (done() || left <= 0 || this.#stop.reason !== undefined) break;
      if (asked !== undefined) continue;
      if (!asleep) {
        this.#flush();
        this.#stop.waiting();
      }
      asleep = true;
      Atomics.wait(this.#cells, CELL.messages, seen, left);
    }
    if (asleep) this.#stop.computing();
  }

  #answer(call: ResponderCall): void {
    this.#answered += 1;
    const reply = this.#serve?.(call) ?? { unavailable: 'nothing answers here' };
    this.send({ type: 'responded', id: call.id, reply });
  }

  #forget(id: number): void {
    const index = this.#asked.findIndex((call) => call.id === id);
    if (index >= 0) this.#asked.splice(index, 1);
  }

  #drain(): void {
    for (;;) {
      const received: { message: ToThread } | undefined = receiveMessageOnPort(this.#port);
      if (received === undefined) return;
      const { message } = received;
      if ('entries' in message) this.#entries.push(...message.entries);
      if (message.type === 'result') {
        const { call, reply } = message;
        this.#replies.set(call, { reply, seen: this.#entries.length });
      }
      if (message.type === 'respond') this.#asked.push(message.call);
      if (message.type === 'respond_cancelled') this.#forget(message.id);
    }
  }
}
