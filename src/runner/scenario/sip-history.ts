/**
 * The SIP messages of a scenario's agents: kept for the script, and passed on as they come once it has asked.
 */
import type { SipMessage } from '../../sip/sip-message.js';
import type { LogEntry } from '../../model/agent-event.js';

/** Most messages kept per agent: a registration refreshed for hours must not fill the memory. */
const MOST_KEPT = 5000;

export class SipHistory {
  readonly #tell: (entry: LogEntry) => void;
  readonly #kept = new Map<string, LogEntry[]>();
  readonly #watched = new Set<string>();
  readonly #seqs = new WeakMap<SipMessage, number>();

  constructor(tell: (entry: LogEntry) => void) {
    this.#tell = tell;
  }

  add(entry: LogEntry): void {
    if (entry.event.type === 'sip') this.#seqs.set(entry.event.message, entry.seq);
    if (this.#watched.has(entry.agent)) {
      this.#tell(entry);
      return;
    }
    const kept = this.#kept.get(entry.agent) ?? [];
    kept.push(entry);
    if (kept.length > MOST_KEPT) kept.shift();
    this.#kept.set(entry.agent, kept);
  }

  /** Returns the entry with the `seq` of its message in place of the message, because few scripts ask for the message. */
  referring(entry: LogEntry): LogEntry {
    const { event } = entry;
    if (event.type !== 'call_closed' || event.message === undefined) return entry;
    const { message, ...closed } = event;
    const seq = this.#seqs.get(message);
    return { ...entry, event: { ...closed, ...(seq === undefined ? {} : { message_seq: seq }) } };
  }

  /** Returns the messages so far; from now on new ones are passed on. */
  watch(agent: string): readonly LogEntry[] {
    this.#watched.add(agent);
    const kept = this.#kept.get(agent) ?? [];
    this.#kept.delete(agent);
    return kept;
  }
}
