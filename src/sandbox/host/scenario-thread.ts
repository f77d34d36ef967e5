/**
 * The sandbox: runs scenario files in QuickJS, in a worker thread that may be lost at any time. Knows the
 * contract (schema), events and errors, and the files a script may touch; must not know agents, baresip,
 * SIP or reports: verbs go to the ScenarioHost it is given. This is the main thread's side: it keeps the
 * time, and replaces a thread that no longer answers.
 */
import { type ErrorData, OffhookError, said, toErrorData } from '../../errors.js';
import type { LogEntry } from '../../model/agent-event.js';
import type { Failure, Phase } from '../../model/run-event.js';
import { hrtimeAhead, hrtimeMs } from '../clock.js';
import type {
  AbortKind,
  CallReply,
  CallRequest,
  Collected,
  FromThread,
  Outcome,
  ReadFile,
  ResponderCall,
  ResponderReply,
  RunJob,
  ScenarioJob,
  StampedNote,
  ThreadLimits,
  ThreadMessage,
} from '../protocol.js';
import { trace } from '../../trace.js';
import { traceReceived } from './message-trace.js';
import { bootThread, send, startThread, wake, type Live } from './live-thread.js';
import { Watchdog } from './watchdog.js';

/** Carries out verbs with an effect, and is notified of what the script does. */
export interface ScenarioHost {
  call(request: CallRequest): Promise<CallReply>;
  note(note: StampedNote): void;
}

/** A file could not be collected: the failure has the code frame. */
export class CollectError extends OffhookError {
  readonly failure: Failure;
  constructor(failure: Failure) {
    const { code, message, ...details } = failure;
    super(code, message, details);
    this.failure = failure;
  }
}

/** Scripts as they were when first read: by the scenario file they belong to, and by path. */
export type Sources = Map<string, Map<string, ReadFile>>;

interface Running {
  /** Pending requests for functions of the script, by the number of the request. */
  asked?: Map<number, (reply: ResponderReply) => void>;
  onNote?(note: StampedNote): void;
  onMessage(message: ThreadMessage): void;
  /** Called when the thread is gone or must be ended, with the reason where it is known. */
  onLost(error: ErrorData): void;
  watchdog: Watchdog;
}

export class ScenarioThread {
  readonly #limits: ThreadLimits;
  readonly #entry: URL | undefined;
  /** A thread the caller booted ahead, for the first job. */
  #booted: Live | undefined;
  #live: Live | undefined;
  /** The scripts of each scenario file as they were when it was collected, in whichever thread. */
  readonly #sources: Sources;
  /** Scenario files whose scripts the live thread has. */
  #known = new Set<string>();
  #running: Running | undefined;
  #busy = false;
  #closed = false;
  #reusable = true;
  /** Called with values that must not be shown, before any message that may hold them. */
  onSecrets: (values: readonly string[]) => void = () => undefined;

  /** @param options.sources shared by the threads of a run: each evaluates the same texts. */
  constructor(options: {
    limits: ThreadLimits;
    entry?: URL;
    booted?: Live | undefined;
    sources?: Sources;
  }) {
    this.#limits = options.limits;
    this.#sources = options.sources ?? new Map<string, Map<string, ReadFile>>();
    this.#entry = options.entry;
    this.#booted = options.booted;
  }

  /** False after a job that cost its thread; the next job gets a new one. */
  get reusable(): boolean {
    return this.#reusable;
  }

  /** Starts the thread ahead of its first job. */
  prepare(): void {
    if (!this.#closed) this.#live ??= this.#spawn();
  }

  /** What the file declares. @throws CollectError */
  async collect(job: ScenarioJob): Promise<Collected> {
    this.#sources.set(job.file, new Map());
    const live = await this.#start();
    this.#known.add(job.file);
    return new Promise((resolve, reject) => {
      const watchdog = this.#watch(live, (error) => {
        this.#lose(live, error);
      });
      this.#running = {
        watchdog,
        onMessage: (message) => {
          if (message.type !== 'collected') return;
          this.#end(live, message.reusable);
          if (message.collected !== undefined) resolve(message.collected);
          else reject(new CollectError(message.error ?? unknownFailure('load')));
        },
        onLost: (error) => {
          const code = error.code.startsWith('E_SCRIPT_') ? 'E_SCENARIO_COLLECT' : error.code;
          reject(new CollectError({ ...error, code, phase: 'load' }));
        },
      };
      send(live, { type: 'collect', job });
    });
  }

  /** Runs one scenario; never rejects. `began`: performance.now() when it began. */
  async run(
    job: RunJob,
    options: { timeout_ms: number; began: number },
    host: ScenarioHost,
  ): Promise<Outcome> {
    let live: Live;
    try {
      live = await this.#start();
    } catch (error) {
      return { failures: [{ ...toErrorData(error), phase: 'load' }], reusable: false };
    }
    const began = options.began + hrtimeAhead();
    return new Promise((resolve) => {
      this.#running = this.#runner(live, job, options.timeout_ms, began, host, resolve);
      send(live, { type: 'run', job, began, timeout_ms: options.timeout_ms, ...this.#news(job) });
    });
  }

  /** The scripts of a file that another thread has read and the live thread does not have yet. */
  #news({ file }: RunJob): { sources?: ReadonlyMap<string, ReadFile> } {
    const sources = this.#known.has(file) ? undefined : this.#sources.get(file);
    this.#known.add(file);
    return sources === undefined ? {} : { sources };
  }

  #runner(
    live: Live,
    job: RunJob,
    timeoutMs: number,
    began: number,
    host: ScenarioHost,
    resolve: (outcome: Outcome) => void,
  ): Running {
    const failures: Failure[] = [];
    let phase: Phase = 'load';
    const watchdog = this.#watch(live, (error) => {
      this.#lose(live, error);
    });
    // A teardown_file is ended only by its own limit, like any teardown.
    if (job.part === 'teardown_file') watchdog.limit('teardown', job.teardown_ms, job.teardown_ms);
    else watchdog.limit('scenario', timeoutMs, timeoutMs - (hrtimeMs() - began));
    const asked = new Map<number, (reply: ResponderReply) => void>();
    return {
      asked,
      watchdog,
      onNote: (stamped) => {
        const { note } = stamped;
        if (note.type === 'phase') {
          phase = note.phase;
          if (phase === 'teardown') watchdog.limit('teardown', job.teardown_ms, job.teardown_ms);
        }
        host.note(stamped);
      },
      onMessage: (message) => {
        if (message.type === 'call') {
          for (const request of message.requests) this.#answer(live, request, host);
        }
        if (message.type === 'failed') failures.push(message.failure);
        if (message.type === 'responded') asked.get(message.id)?.(message.reply);
        if (message.type === 'responded') asked.delete(message.id);
        if (message.type === 'finished') {
          const { skipped, fileValue, reusable } = message;
          this.#end(live, reusable);
          const more = skipped === undefined ? {} : { skipped };
          resolve({ failures, fileValue, reusable, ...more });
        }
      },
      onLost: (error) => {
        failures.push({ ...error, phase });
        resolve({ failures, reusable: false });
      },
    };
  }

  /**
   * During run: lets the script's function answer, once the script is blocked. `entries`: earlier events, as
   * with post(). Never rejects.
   */
  respond(call: ResponderCall, entries: readonly LogEntry[]): Promise<ResponderReply> {
    const running = this.#running;
    const live = this.#live;
    if (live === undefined || running?.asked === undefined) return Promise.resolve(IS_OVER);
    return new Promise((resolve) => {
      running.asked?.set(call.id, resolve);
      send(live, { type: 'respond', call, entries });
    });
  }

  cancelResponse(id: number): void {
    this.#running?.asked?.delete(id);
    if (this.#live !== undefined) send(this.#live, { type: 'respond_cancelled', id });
  }

  /** During run: passes events of agents to the script. */
  post(entries: readonly LogEntry[]): void {
    if (this.#live !== undefined && this.#running !== undefined) {
      send(this.#live, { type: 'entries', entries });
    }
  }

  /** Ends the running scenario; its teardown still runs. */
  abort(kind: AbortKind): void {
    this.#running?.watchdog.abort(kind);
  }

  /** During run: stops the clock of its time limit. @returns the function that starts it again */
  holdClock(): () => void {
    return this.#running?.watchdog.hold() ?? (() => undefined);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const live = this.#live;
    if (live === undefined) return;
    this.#lose(live, {
      code: 'E_INTERRUPTED',
      ...said({ subject: 'scenario', what: 'its thread was closed' }),
    });
    await live.worker.terminate();
  }

  /** The running thread, or a new one. */
  async #start(): Promise<Live> {
    if (this.#closed)
      throw new OffhookError('E_INTERNAL', {
        subject: 'scenario thread',
        what: 'used after close()',
      });
    if (this.#busy) {
      throw new OffhookError('E_INTERNAL', {
        subject: 'scenario thread',
        what: 'used for two jobs at once',
      });
    }
    this.#busy = true;
    const live = (this.#live ??= this.#spawn());
    try {
      await live.ready;
    } catch (error) {
      this.#busy = false;
      throw error;
    }
    if (this.#live !== live)
      throw new OffhookError('E_INTERNAL', { subject: 'scenario thread', what: 'was closed' });
    live.cells.fill(0);
    this.#reusable = true;
    return live;
  }

  #spawn(): Live {
    const live = this.#booted ?? bootThread(this.#entry);
    this.#booted = undefined;
    this.#known = new Set(this.#sources.keys());
    const traceCursor = trace.cursor !== undefined;
    const start = { limits: this.#limits, sources: [...this.#sources], traceCursor };
    startThread(live, start, (error) => {
      this.#lose(live, error);
    });
    live.port.on('message', (received: FromThread) => {
      if (this.#live !== live) return;
      const at = trace.thread === undefined ? 0 : performance.now();
      this.#take(received);
      // Only now the secrets in the message are known.
      traceReceived(received, at);
    });
    return live;
  }

  #take({ notes, message }: FromThread): void {
    for (const note of notes) this.#running?.onNote?.(note);
    if (message?.type === 'secrets') this.onSecrets(message.values);
    else if (message?.type === 'source') {
      this.#sources.get(message.of)?.set(message.path, message.file);
    } else if (message?.type === 'cursor') {
      trace.cursor?.(message.agent, message.text, message.at - hrtimeAhead());
    } else if (message !== undefined) this.#running?.onMessage(message);
  }

  #watch(live: Live, onLost: (error: ErrorData) => void): Watchdog {
    return new Watchdog(live.cells, this.#limits.cpu_ms, onLost, () => {
      wake(live);
    });
  }

  #answer(live: Live, request: CallRequest, host: ScenarioHost): void {
    const reply = (answer: CallReply): void => {
      if (this.#live === live) send(live, { type: 'result', call: request.call, reply: answer });
    };
    host.call(request).then(reply, (error: unknown) => {
      reply({ error: toErrorData(error) });
    });
  }

  #end(live: Live, reusable: boolean): void {
    this.#running?.watchdog.stop();
    for (const resolve of this.#running?.asked?.values() ?? []) resolve(IS_OVER);
    this.#running = undefined;
    this.#busy = false;
    if (!reusable) this.#discard(live);
  }

  /** Gives up the thread; the job that ran in it ends with this error. */
  #lose(live: Live, error: ErrorData): void {
    if (this.#live !== live) return;
    const running = this.#running;
    this.#end(live, false);
    running?.onLost(error);
  }

  #discard(live: Live): void {
    this.#live = undefined;
    this.#reusable = false;
    live.port.close();
    void live.worker.terminate();
  }
}

const IS_OVER: ResponderReply = { unavailable: 'the scenario is over' };

function unknownFailure(phase: Phase): Failure {
  return {
    code: 'E_INTERNAL',
    ...said({ subject: 'scenario thread', what: 'gave no result' }),
    phase,
  };
}
