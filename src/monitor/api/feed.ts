/**
 * Changes of monitors for all who listen, over WebSockets and server-sent events. A listener that reads slowly costs no
 * memory: it misses changes, gets the whole state once it has read what it was sent, and is closed when that takes too long.
 */
import type { Change, Monitors } from '../model/view.js';
import type { ApiLimits, Role } from './api-options.js';
import { shownChange, shownMonitor } from './shown.js';

/** A connection of a listener. */
export interface Sink {
  /** The whole state tells it what it may do. */
  readonly role: Role;
  send(text: Buffer): void;
  /** Bytes that wait to be read. */
  waiting(): number;
  ping(): void;
  close(): void;
}

interface Listener {
  readonly sink: Sink;
  /** Misses changes since then, in ms of a monotonic clock. */
  behindSince?: number;
}

/** Bytes, beyond the whole state, that may wait for a listener before it misses changes. */
const MOST_WAITING = 1024 * 1024;
const LOOK_MS = 500;

export class Feed {
  readonly #monitors: Monitors;
  readonly #listeners = new Set<Listener>();
  readonly #most: number;
  readonly #slowMs: number;
  readonly #unwatch: () => void;
  readonly #timers: readonly NodeJS.Timeout[];
  #stateBytes = 0;

  constructor(monitors: Monitors, limits: Pick<ApiLimits, 'feeds' | 'slow_ms' | 'ping_ms'>) {
    this.#monitors = monitors;
    this.#most = limits.feeds;
    this.#slowMs = limits.slow_ms;
    this.#unwatch = monitors.watch((change) => {
      this.#push(change);
    });
    this.#timers = [
      setInterval(() => {
        this.#look();
      }, LOOK_MS).unref(),
      setInterval(() => {
        for (const { sink } of this.#listeners) sink.ping();
      }, limits.ping_ms).unref(),
    ];
  }

  get isFull(): boolean {
    return this.#listeners.size >= this.#most;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Sends the whole state, then each change. @returns what ends that */
  add(sink: Sink): () => void {
    const listener: Listener = { sink };
    this.#listeners.add(listener);
    this.#sendState(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    this.#unwatch();
    for (const timer of this.#timers) clearInterval(timer);
    for (const { sink } of this.#listeners) sink.close();
    this.#listeners.clear();
  }

  #push(change: Change): void {
    if (this.#listeners.size === 0) return;
    const text = Buffer.from(JSON.stringify(shownChange(change)));
    const most = this.#stateBytes + MOST_WAITING;
    for (const listener of this.#listeners) {
      if (listener.behindSince !== undefined) continue;
      if (listener.sink.waiting() > most) listener.behindSince = performance.now();
      else listener.sink.send(text);
    }
  }

  #look(): void {
    const now = performance.now();
    for (const listener of this.#listeners) {
      const { behindSince, sink } = listener;
      if (behindSince === undefined) continue;
      if (sink.waiting() === 0) {
        delete listener.behindSince;
        this.#sendState(listener);
      } else if (now - behindSince > this.#slowMs) {
        this.#listeners.delete(listener);
        sink.close();
      }
    }
  }

  #sendState({ sink }: Listener): void {
    const monitors = this.#monitors.all().map(shownMonitor);
    const state = {
      type: 'state',
      role: sink.role,
      monitors,
      problems: this.#monitors.problems(),
      undelivered: this.#monitors.undelivered(),
    };
    const text = Buffer.from(JSON.stringify(state));
    this.#stateBytes = text.length;
    sink.send(text);
  }
}
