/**
 * Counts the RTP packets of an agent's calls while somebody watches: baresip shows its counters only when
 * asked. Knows the text of these counters, not their readers.
 */
import { throwIfBug } from '../../errors.js';
import { openCalls, type CallState } from '../../model/agent-state.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';

const EVERY_MS = 100;
const LIMIT_MS = 1000;

interface Counted {
  sent: number;
  received: number;
  /** Decoded audio in ms, without comfort noise and digits. Absent before the first audio. */
  audio_ms?: number;
  /** Packets sent, by the other side's last RTCP report; absent until a report came. */
  remote_sent?: number;
}

export class RtpWatch {
  readonly #session: RunningAgent;
  /** Highest counts so far: baresip forgets the counts of a source that left. */
  readonly #counted = new Map<string, Counted>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(session: RunningAgent) {
    this.#session = session;
  }

  async watch(): Promise<void> {
    this.#timer ??= setInterval(() => void this.#look(), EVERY_MS).unref();
    await this.#look();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** A late reply is a late count; a lost reply shows in whatever else fails. */
  async #lookAtAll(): Promise<void> {
    const calls = openCalls(this.#session.state).filter((call) => call.facts.media !== undefined);
    for (const id of this.#counted.keys()) {
      if (!calls.some((call) => call.id === id)) this.#counted.delete(id);
    }
    await Promise.all(calls.map((call) => this.#count(call).catch(throwIfBug)));
  }

  async #count({ id }: CallState): Promise<void> {
    const { commands, state } = this.#session;
    if (!state.alive || this.#timer === undefined) return;
    const reply = await this.#session
      .send('rtp', commands.counters(id), new Limit(LIMIT_MS))
      .at(-1);
    const counted = countersOf(reply?.data ?? '');
    if (counted === undefined || reply?.ok !== true) return;
    const before = this.#counted.get(id) ?? { sent: 0, received: 0 };
    const sent = Math.max(before.sent, counted.sent);
    const received = Math.max(before.received, counted.received);
    this.#counted.set(id, { sent, received });
    if (openCalls(this.#session.state).some((call) => call.id === id)) {
      this.#session.emit({ type: 'call_rtp', call: id, ...counted, sent, received });
    }
  }
}

/**
 * Parses "TX: packets=12, ..." once, "psent=36 rcvd=34" for each source (re: rtp/sess.c), and "time = 0.479
 * sec" of decoded audio below "rx:" (baresip: audio.c).
 */
export function countersOf(text: string): Counted | undefined {
  const sent = /TX: packets=(\d+)/.exec(text)?.[1];
  if (sent === undefined) return undefined;
  const received = sumOf(text, /\brcvd=(\d+)/g);
  const remote = sumOf(text, /\bpsent=(\d+)/g);
  const seconds = /^ rx:[^]*?\btime = (\d+\.\d+) sec/m.exec(text)?.[1];
  return {
    sent: Number(sent),
    received,
    ...(seconds === undefined ? {} : { audio_ms: Math.round(Number(seconds) * 1000) }),
    ...(remote === 0 ? {} : { remote_sent: remote }),
  };
}

function sumOf(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].reduce((sum, [, count]) => sum + Number(count), 0);
}
