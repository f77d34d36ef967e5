/**
 * Entries of the log on their way to the scenario thread. Requests of mock servers may come by the
 * thousand: those of one turn of the event loop go together. The order of the log is kept.
 */
import type { LogEntry } from '../../model/agent-event.js';

export class EntryFeed {
  readonly #post: (entries: readonly LogEntry[]) => void;
  #held: LogEntry[] = [];

  constructor(post: (entries: readonly LogEntry[]) => void) {
    this.#post = post;
  }

  /** Told at once, after what was held back. */
  tell(entry: LogEntry): void {
    this.#held.push(entry);
    this.flush();
  }

  hold(entry: LogEntry): void {
    this.#held.push(entry);
    if (this.#held.length === 1) {
      setImmediate(() => {
        this.flush();
      });
    }
  }

  /** What was held back, for who tells it himself. */
  take(): readonly LogEntry[] {
    const entries = this.#held;
    this.#held = [];
    return entries;
  }

  /** Before anything that must come after them: the reply to a verb. */
  flush(): void {
    const entries = this.take();
    if (entries.length > 0) this.#post(entries);
  }
}
