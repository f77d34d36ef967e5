/** Entry of the scenario thread: takes jobs one after another; each gets a fresh VM. */
import { setFlagsFromString } from 'node:v8';
import { workerData, type MessagePort } from 'node:worker_threads';
import { Channel } from './thread/channel.js';
import { hrtimeMs } from './clock.js';
import { Job } from './thread/job.js';
import { KeptSuite } from './thread/kept-suite.js';
import { Sources } from './thread/modules/loader.js';
import type { FromThread, ReadFile, ThreadData, ThreadStart, ToThread } from './protocol.js';
import { QuickJs } from './vm/quickjs.js';
import { Session } from './thread/job-context.js';
import { Stop } from './thread/stop.js';
import { Vm } from './vm/vm.js';

/**
 * V8 recompiles WebAssembly with its optimizing compiler as soon as it is warm. QuickJS's interpreter is one huge
 * function: that takes 80 ms of a core just when the first call is set up, longer where cores are busy, and saves
 * a twentieth of a call cycle, a third of pure computing. A budget does not put it off: each operation of
 * QuickJS uses up as much of it as the function is long.
 */
setFlagsFromString('--liftoff-only');

const { port, cells } = workerData as ThreadData & { port: MessagePort };

interface Timing {
  began: number;
  timeoutMs: number;
  teardownMs: number;
}

class Jobs {
  readonly #start: ThreadStart;
  readonly #quickJs: QuickJs;
  readonly #vm: Vm;
  readonly #suite = new KeptSuite();
  readonly #sources: Map<string, Sources>;

  constructor(start: ThreadStart, quickJs: QuickJs) {
    this.#start = start;
    this.#quickJs = quickJs;
    this.#vm = new Vm(quickJs, start.limits.stack);
    this.#sources = new Map(start.sources.map(([of, files]) => [of, sourcesOf(of, files)]));
  }

  collect(message: Extract<ToThread, { type: 'collect' }>): void {
    const stop = this.#newStop();
    const timing = { began: hrtimeMs(), timeoutMs: 0, teardownMs: 0 };
    const session = this.#newSession(message.job, stop, timing, 'collect');
    const job = new Job(this.#quickJs, this.#vm, session);
    const result = job.collect();
    stop.waiting();
    session.channel.send({ type: 'collected', ...result, reusable: job.reusable });
  }

  run(message: Extract<ToThread, { type: 'run' }>): void {
    const stop = this.#newStop();
    const { file } = message.job;
    if (message.sources !== undefined) this.#sources.set(file, sourcesOf(file, message.sources));
    const { scenario, part, teardown_ms: teardownMs } = message.job;
    const timing = { began: message.began, timeoutMs: message.timeout_ms, teardownMs };
    const isSingle = scenario === undefined && part === undefined;
    const session = this.#newSession(message.job, stop, timing, isSingle ? 'single' : 'suite');
    const job = new Job(this.#quickJs, this.#vm, session, this.#suite);
    if (this.#start.traceCursor) this.#vm.traceCursor();
    if (part === undefined) job.run(scenario);
    else job.runPart(part);
    stop.waiting();
    const skipped = session.skipped === undefined ? {} : { skipped: session.skipped };
    const { fileValue } = session;
    session.channel.send({ type: 'finished', ...skipped, fileValue, reusable: job.reusable });
  }

  #newStop(): Stop {
    return new Stop(cells, this.#start.limits.cpu_ms);
  }

  #newSession(
    job: Session['job'],
    stop: Stop,
    timing: Timing,
    kind: 'collect' | 'suite' | 'single',
  ): Session {
    const known = kind === 'collect' ? undefined : this.#sources.get(job.file);
    const read = known ?? sourcesOf(job.file);
    this.#sources.set(job.file, read);
    return new Session({
      job,
      channel: new Channel(port, cells, stop),
      stop,
      limits: this.#start.limits,
      sources: read,
      ...timing,
      kind,
    });
  }
}

function sourcesOf(of: string, known: Iterable<readonly [string, ReadFile]> = []): Sources {
  return new Sources(known, (path, file) => {
    const message = { type: 'source', of, path, file } as const;
    port.postMessage({ notes: [], message } satisfies FromThread);
  });
}

async function begin(start: ThreadStart): Promise<void> {
  const jobs = new Jobs(start, await QuickJs.load(start.limits.memory));
  port.on('message', (message: ToThread) => {
    // Entries and results that arrive after their job has ended are dropped.
    if (message.type === 'close') port.close();
    if (message.type === 'collect') jobs.collect(message);
    if (message.type === 'run') jobs.run(message);
  });
  port.postMessage({ notes: [], message: { type: 'ready' } } satisfies FromThread);
}

// No await stands outside of functions, here or in what is imported: the V8 of Node 20 breaks off the whole program
// (`location_ != nullptr`) when a thread is ended just as a module with such an await begins to run.
port.once('message', (message: ToThread) => {
  if (message.type === 'limits') void begin(message);
});
