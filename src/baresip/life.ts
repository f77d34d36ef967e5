/** Whether an agent can be used, and why it cannot: it was stopped, switched off, crashed, or did what is forbidden. */
import { OffhookError, type ErrorCode } from '../errors.js';
import type { AgentEvent } from '../model/agent-event.js';
import type { Ground } from './ground.js';
import { exitReason, type Exit } from './start/process.js';

const LINES_KEPT = 8;
/** baresip writes it when all modules are loaded, just before it handles events (src/main.c, all versions). */
const READY = 'baresip is ready.';
const ON = 'switch it on again with start()';
export const SEE_LOGS = 'see its output with --logs';

type Loading = Pick<Ground, 'name' | 'unloaded' | 'isReady'>;
type Exited = Extract<AgentEvent, { type: 'exited' }>;

export class Life {
  readonly #ground: Loading;
  #isStarted = false;
  readonly #lastLines: string[] = [];
  stopping: Promise<void> | undefined;
  /** The verb that has switched the agent off: its folder and ports are kept for the next process. */
  off: 'stop' | 'kill' | undefined;
  error: OffhookError | undefined;
  /** Why the driver itself has ended the agent. */
  denial: OffhookError | undefined;

  constructor(ground: Loading) {
    this.#ground = ground;
  }

  /** Whether it was reported that the agent has started. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Notes that the start is being reported. Returns false where it was reported before. */
  noteStarted(): boolean {
    const isFirst = !this.#isStarted;
    this.#isStarted = true;
    return isFirst;
  }

  /** The last lines of baresip's output. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  /** Takes a line of baresip's output. */
  line(text: string): void {
    this.#lastLines.push(text);
    if (this.#lastLines.length > LINES_KEPT) this.#lastLines.shift();
    // baresip loads its modules before it reads what others send; later, a peer can write such a line.
    if (!this.#isStarted) this.#loading(text);
  }

  #loading(text: string): void {
    const [, module, why] = /module (\w+)\.so: (.+)/.exec(text) ?? [];
    if (module !== undefined && why !== undefined) this.#ground.unloaded.set(module, why);
    if (text === READY) this.#ground.isReady = true;
  }

  get usable(): boolean {
    return this.stopping === undefined && this.error === undefined;
  }

  assertUsable(verb: string): void {
    if (this.off !== undefined)
      throw this.problem('E_AGENT_GONE', verb, `the agent is off: ${this.off}() was called`, ON);
    if (this.stopping !== undefined)
      throw this.problem('E_AGENT_GONE', verb, 'the agent was stopped');
    if (this.error !== undefined) throw this.error;
  }

  problem(code: ErrorCode, verb: string, what: string, hint?: string): OffhookError {
    return new OffhookError(
      code,
      { subject: `agent "${this.#ground.name}"`, verb, what },
      { agents: [this.#ground.name], ...(hint === undefined ? {} : { hint }) },
    );
  }

  /** The process has ended: the error of every verb from now on, and the event that reports it. */
  ended(exit: Exit): { error: OffhookError; event: Exited } {
    const { denial, off } = this;
    const expected = this.stopping !== undefined || denial !== undefined;
    const reason = denial?.message ?? exitReason(exit);
    const last = this.#lastLines.slice(-3).join(' | ');
    const why = `ended by itself: ${reason}${last === '' ? '' : `; its last lines: ${last}`}`;
    const error =
      denial ??
      (expected
        ? this.problem('E_AGENT_GONE', 'baresip', 'the agent was stopped')
        : this.problem('E_AGENT_CRASHED', 'baresip', why, SEE_LOGS));
    this.error = error;
    const event: Exited = {
      type: 'exited',
      code: exit.code,
      signal: exit.signal,
      expected,
      ...(off === undefined ? {} : { by: off }),
      reason,
      ...(denial === undefined ? {} : { denial: denial.toData() }),
    };
    return { error, event };
  }
}
