/**
 * Turns a baresip process's output into the messages its agent sent and received, and its log: only certain
 * facts.
 */
import type { SipMessage } from '../../sip/sip-message.js';
import { trace } from '../../trace.js';
import type { Ground } from '../ground.js';
import type { Command } from './ctrl.js';
import type { Endpoints } from '../../sip/endpoints.js';
import type { CtrlEvent } from './events.js';
import { SentEvidence } from './sent-evidence.js';
import { SipTraceParser } from './sip-trace.js';
import { writtenAt } from './trace-clock.js';

/** Where a line of the log was read. `proven`: no peer can have written it (sip-trace.ts). */
export interface LineOrigin {
  stream: 'stdout' | 'stderr';
  proven: boolean;
}

export interface WireSink {
  /** `at`: when baresip wrote the message (performance.now()). */
  message(message: SipMessage, raw: string, at: number): void;
  /** A line of the log. */
  line(line: string, from: LineOrigin): void;
  /** Something about the trace that a user should know. */
  warning(text: string): void;
  /** baresip places a call to that URI, but its INVITE is not in the trace. */
  unseen(uri: string): void;
  /** A message between baresip and the proxy in front of it, in its place among the lines. */
  inner(message: SipMessage): void;
}

/** Limit for each kind: a peer must not fill the log with warnings. */
const MOST_WARNINGS = 10;
const UNCONFIRMED =
  'only the SIP trace shows it as sent: left out; a peer of this agent may be imitating the trace';

type Traced = Pick<Ground, 'name' | 'account' | 'proxy'>;

export class Wire {
  readonly #sink: WireSink;
  /** The name that the trace shows. */
  readonly #agent: string;
  readonly #evidence: SentEvidence;
  readonly #stdout: SipTraceParser;
  readonly #stderr: SipTraceParser;
  /** The number of warnings, by their text without numbers. */
  readonly #warnings = new Map<string, number>();

  /** @param agent its proxy reports the messages that pass it, as the outside sees them */
  constructor(ends: Endpoints, sink: WireSink, agent: Traced) {
    const { name, account, proxy } = agent;
    this.#sink = sink;
    this.#agent = name;
    this.#evidence = new SentEvidence({
      message: (message, raw, at) => {
        // A confirmed request shows which end of its connection is ours, even where its frame is not proven.
        const { direction, transport, local } = message;
        if (direction === 'sent' && transport !== 'UDP' && local !== '') ends.opened(local);
        trace.sip?.(name, `passed on: ${titleOf(message)}`);
        sink.message(message, raw, at);
      },
      unconfirmed: (message) => {
        trace.sip?.(name, `dropped, as nothing confirms that it was sent: ${titleOf(message)}`);
        this.#warn(UNCONFIRMED, message);
      },
      unseen: (uri) => {
        trace.sip?.(name, `missing: the INVITE of the call to ${uri}`);
        sink.unseen(uri);
      },
    });
    // baresip may have read the account from its file.
    this.#evidence.commands([{ name: 'uanew', params: account.line(0) }]);
    this.#stdout = new SipTraceParser(
      {
        line: (text, proven) => {
          sink.line(text, { stream: 'stdout', proven });
        },
        message: (message, raw, proven, time) => {
          if (proxy !== undefined && message.remote === proxy.place) {
            sink.inner(message);
            proxy.traced(message);
            return;
          }
          const at = writtenAt(time, { date: Date.now(), clock: performance.now() });
          const why = proven ? 'proven by its marks' : 'not proven by its marks';
          trace.sip?.(name, `took, ${why}: ${titleOf(message)}`, at);
          this.#evidence.message(message, raw, proven, at);
        },
        oddity: (what, message) => {
          this.#warn(what, message);
        },
      },
      ends,
    );
    // stderr holds no trace: a frame in it is not baresip's.
    this.#stderr = new SipTraceParser(
      {
        line: (text, proven) => {
          sink.line(text, { stream: 'stderr', proven });
        },
        message: (message) => {
          trace.sip?.(name, `dropped, as stderr holds no trace: ${titleOf(message)}`);
        },
        oddity: () => undefined,
      },
      ends,
    );
  }

  stdout(chunk: Buffer): void {
    this.#stdout.push(chunk);
  }

  stderr(chunk: Buffer): void {
    this.#stderr.push(chunk);
  }

  /** Takes a message that the proxy in front of the agent has passed on. */
  passed(message: SipMessage, raw: string, at: number): void {
    trace.sip?.(this.#agent, `passed the proxy: ${titleOf(message)}`, at);
    this.#evidence.message(message, raw, true, at);
  }

  /** Takes commands on their way to baresip: they explain what it sends. */
  commands(commands: readonly Command[]): void {
    this.#evidence.commands(commands);
  }

  event(event: CtrlEvent): void {
    this.#evidence.event(event);
  }

  end(): void {
    this.#stdout.end();
    this.#stderr.end();
    this.#evidence.end();
  }

  #warn(what: string, message: SipMessage): void {
    trace.sip?.(this.#agent, `odd: ${titleOf(message)}: ${what}`);
    const kind = what.replace(/\d+/g, '');
    const count = (this.#warnings.get(kind) ?? 0) + 1;
    this.#warnings.set(kind, count);
    if (count > MOST_WARNINGS) return;
    const last = count === MOST_WARNINGS ? ' (further warnings like this are left out)' : '';
    this.#sink.warning(`${titleOf(message)}: ${what}${last}`);
  }
}

function titleOf({ method, code, direction, remote }: SipMessage): string {
  const which = code === undefined ? method : `${code} (${method})`;
  return `${which} ${direction === 'sent' ? 'to' : 'from'} ${remote}`;
}
