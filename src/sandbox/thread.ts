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
const {
  limits,
  sources: known,
  traceCursor,
} = await new Promise<ThreadStart>((resolve) => {
  port.once('message', (message: ToThread) => {
    if (message.type === 'limits') resolve(message);
  });
});
const sources = new Map(known.map(([of, files]) => [of, sourcesOf(of, files)]));
const quickJs = await QuickJs.load(limits.memory);
const vm = new Vm(quickJs, limits.stack);
const suite = new KeptSuite();

function sourcesOf(of: string, known: Iterable<readonly [string, ReadFile]> = []): Sources {
  return new Sources(known, (path, file) => {
    const message = { type: 'source', of, path, file } as const;
    port.postMessage({ notes: [], message } satisfies FromThread);
  });
}

interface Timing {
  began: number;
  timeoutMs: number;
  teardownMs: number;
}

function newSession(
  job: Session['job'],
  stop: Stop,
  timing: Timing,
  kind: 'collect' | 'suite' | 'single',
): Session {
  const known = kind === 'collect' ? undefined : sources.get(job.file);
  const read = known ?? sourcesOf(job.file);
  sources.set(job.file, read);
  return new Session({
    job,
    channel: new Channel(port, cells, stop),
    stop,
    limits,
    sources: read,
    ...timing,
    kind,
  });
}

function collect(message: Extract<ToThread, { type: 'collect' }>, stop: Stop): void {
  const timing = { began: hrtimeMs(), timeoutMs: 0, teardownMs: 0 };
  const session = newSession(message.job, stop, timing, 'collect');
  const job = new Job(quickJs, vm, session);
  const result = job.collect();
  stop.waiting();
  session.channel.send({ type: 'collected', ...result, reusable: job.reusable });
}

function run(message: Extract<ToThread, { type: 'run' }>, stop: Stop): void {
  const { file } = message.job;
  if (message.sources !== undefined) sources.set(file, sourcesOf(file, message.sources));
  const { scenario, part, teardown_ms: teardownMs } = message.job;
  const timing = { began: message.began, timeoutMs: message.timeout_ms, teardownMs };
  const session = newSession(
    message.job,
    stop,
    timing,
    scenario === undefined && part === undefined ? 'single' : 'suite',
  );
  const job = new Job(quickJs, vm, session, suite);
  if (traceCursor) vm.traceCursor();
  if (part === undefined) job.run(scenario);
  else job.runPart(part);
  stop.waiting();
  const skipped = session.skipped === undefined ? {} : { skipped: session.skipped };
  const { fileValue } = session;
  session.channel.send({ type: 'finished', ...skipped, fileValue, reusable: job.reusable });
}

port.on('message', (message: ToThread) => {
  // Entries and results that arrive after their job has ended are dropped.
  if (message.type === 'close') port.close();
  if (message.type !== 'collect' && message.type !== 'run') return;
  const stop = new Stop(cells, limits.cpu_ms);
  if (message.type === 'collect') collect(message, stop);
  else run(message, stop);
});
port.postMessage({ notes: [], message: { type: 'ready' } } satisfies FromThread);
