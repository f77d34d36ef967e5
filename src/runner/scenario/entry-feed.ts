/**
 * Entries of the log on their way to the scenario thread. Requests to mock servers may come by the
 * thousand: requests of one turn of the event loop go together. The order of the log is kept.
 */
import type { LogEntry } from '../../model/agent-event.js';

export class EntryFeed {
  readonly #post: (entries: readonly LogEntry[]) => void;
  #held: LogEntry[] = [];

  constructor(post: (entries: readonly LogEntry[]) => void) {
    this.#post = post;
  }

  /** Posts an entry at once, after the held-back entries. */
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

  /** Takes the held-back entries; the caller posts them. */
  take(): readonly LogEntry[] {
    const entries = this.#held;
    this.#held = [];
    return entries;
  }

  /** Posts the held-back entries before anything that must follow them, such as the reply to a verb. */
  flush(): void {
    const entries = this.take();
    if (entries.length > 0) this.#post(entries);
  }
}
