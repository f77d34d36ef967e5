/** The main thread's side for tests: a small world of agents that answer from a table, and a folder of files. */
import type { SipMessage } from '../../sip/sip-message.js';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { AgentEvent, LogEntry } from '../../model/agent-event.js';
import type {
  CallReply,
  CallRequest,
  Collected,
  DeclaredScenario,
  Note,
  StampedNote,
  Outcome,
  ScenarioJob,
  ThreadLimits,
} from '../../sandbox/protocol.js';
import { ScenarioThread, type ScenarioHost } from '../../sandbox/host/scenario-thread.js';

export const LIMITS: ThreadLimits = { memory: 48 * 1_048_576, stack: 524_288, cpu_ms: 600 };
export const BUILT_THREAD = new URL('../../../dist/sandbox/thread.js', import.meta.url);

/**
 * Agents that do what their last argument says: dialling "refused" is refused, "silence" is never
 * answered, "ringing" rings a moment later.
 */
export class Peer implements ScenarioHost {
  readonly notes: Note[] = [];
  readonly requests: CallRequest[] = [];
  #post: (entries: readonly LogEntry[]) => void = () => undefined;
  #seq = 0;
  readonly #watched = new Set<string>();
  readonly #kept: LogEntry[] = [];
  readonly #began = performance.now();

  connect(post: (entries: readonly LogEntry[]) => void): void {
    this.#post = post;
  }

  /** Lets the event happen `ago` ms before now. */
  happen(agent: string, event: AgentEvent, ago = 0): number {
    this.#seq += 1;
    this.#post([{ seq: this.#seq, at: performance.now() - this.#began - ago, agent, event }]);
    return this.#seq;
  }

  /** Adds a message to the agent's trace. It is kept until somebody asks for messages; from then on each is reported. */
  message(agent: string, message: Partial<SipMessage>): void {
    const whole: SipMessage = {
      ...{ direction: 'received', transport: 'UDP', local: '', remote: '', method: 'INVITE' },
      ...{ call_id: 'call', cseq: 1, headers: [], body: '', ...message },
    };
    if (this.#watched.has(agent)) {
      this.happen(agent, { type: 'sip', message: whole });
      return;
    }
    this.#seq += 1;
    const at = performance.now() - this.#began;
    this.#kept.push({ seq: this.#seq, at, agent, event: { type: 'sip', message: whole } });
  }

  note({ note }: StampedNote): void {
    this.notes.push(note);
    if (note.type !== 'waiting') return;
    const actions = this.#whenWaiting.splice(0);
    for (const act of actions) act();
  }

  readonly #whenWaiting: (() => void)[] = [];

  /** Happens once the script has fallen asleep in a wait. */
  whenWaiting(act: () => void): void {
    this.#whenWaiting.push(act);
  }

  call(request: CallRequest): Promise<CallReply> {
    this.requests.push(request);
    const { verb, agent = '', args } = request;
    if (verb === 'watch') {
      this.#watched.add(agent);
      return Promise.resolve({ history: this.#kept.filter((one) => one.agent === agent) });
    }
    if (verb === 'agent') {
      const name = String(args[0]);
      const aor = `sip:${name}@127.0.0.1`;
      return this.#done(name, { type: 'started', version: '1.0.0', aor, address: '127.0.0.1' });
    }
    if (verb === 'register')
      return this.#done(agent, { type: 'registered', code: 200, reason: 'OK' });
    if (verb === 'unregister') return this.#done(agent, { type: 'unregistered' });
    if (verb === 'dial') return this.#dial(agent, String(args[0]));
    return Promise.resolve({});
  }

  #done(agent: string, event: AgentEvent): Promise<CallReply> {
    return Promise.resolve({ seq: this.happen(agent, event) });
  }

  /** What else happens when that target was dialled. */
  readonly afterDial = new Map<string, (agent: string, call: string) => void>();

  #dial(agent: string, target: string): Promise<CallReply> {
    if (target === 'refused') {
      return Promise.resolve({
        error: { code: 'E_CALL_REFUSED', message: `agent "${agent}": call refused` },
      });
    }
    if (target === 'silence') return new Promise(() => undefined);
    const call = `call-${this.requests.length}`;
    const peer = { uri: `sip:${target}@127.0.0.1`, number: target };
    const done = this.#done(agent, { type: 'call_dialed', call, peer });
    this.afterDial.get(target)?.(agent, call);
    if (target === 'ringing') {
      setImmediate(() =>
        this.happen(agent, { type: 'call_ringing', call, code: 180, reason: 'Ringing' }),
      );
    }
    return done;
  }
}

export interface Ran {
  /** Undefined when the file could not be collected: then `failure` says why. */
  collected?: Collected;
  outcomes: Outcome[];
  notes: Note[];
  requests: CallRequest[];
}

/** What failed, if anything did. @throws when it is more than one thing. */
export function failure({ outcomes }: Ran): Outcome['failures'][number] | undefined {
  const [first, ...more] = outcomes.flatMap((one) => one.failures);
  if (more.length > 0) throw new Error(`failures: ${JSON.stringify([first, ...more])}`);
  return first;
}

/** A folder with scenario files, and a thread that runs them. */
export class Bench {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-sandbox-')));
  readonly thread: ScenarioThread;

  constructor(limits: Partial<ThreadLimits> = {}) {
    this.thread = new ScenarioThread({ limits: { ...LIMITS, ...limits }, entry: BUILT_THREAD });
  }

  write(name: string, content: string | Uint8Array): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  job(file: string, more: Partial<ScenarioJob> = {}): ScenarioJob {
    return { file, readRoot: this.folder, env: {}, fixedEnv: {}, ...more };
  }

  /** Collects a file and runs all it declares. @throws CollectError */
  async run(
    source: string,
    options: {
      timeout_ms?: number;
      teardown_ms?: number;
      job?: Partial<ScenarioJob>;
      peer?: Peer;
    } = {},
  ): Promise<Ran> {
    const job = this.job(this.write('scenario.js', source), options.job);
    const collected = await this.thread.collect(job);
    const peer = options.peer ?? new Peer();
    const outcomes: Outcome[] = [];
    for (const scenario of collected.single ? [undefined] : collected.scenarios) {
      outcomes.push(await this.runOne(job, scenario, peer, options));
    }
    return { collected, outcomes, notes: peer.notes, requests: peer.requests };
  }

  runOne(
    job: ScenarioJob,
    scenario: DeclaredScenario | undefined,
    peer: Peer,
    options: { timeout_ms?: number; teardown_ms?: number } = {},
  ): Promise<Outcome> {
    const { timeout_ms = 20_000, teardown_ms = 500 } = options;
    peer.connect((entries) => {
      this.thread.post(entries);
    });
    return this.thread.run(
      { ...job, teardown_ms, ...(scenario === undefined ? {} : { scenario }) },
      { timeout_ms, began: performance.now() },
      peer,
    );
  }

  async close(): Promise<void> {
    await this.thread.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
