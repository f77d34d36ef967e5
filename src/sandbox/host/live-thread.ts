/** Starts scenario threads and talks to them: the worker, its port and the memory shared with it. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { type ErrorData, OffhookError, said } from '../../errors.js';
import { THREAD } from '../built.js';
import { traceSent } from './message-trace.js';
import { CELL, CELLS, type ThreadData, type ThreadStart, type ToThread } from '../protocol.js';

/** QuickJS recursion uses the worker's native stack: it must outlast QuickJS's own limit. */
const NATIVE_STACK_MB = 64;
const HEAP_MB = 512;
/** What a scenario makes is handed over or forgotten at once. By default a thread would keep some 10 MB ready for it. */
const YOUNG_MB = 3;

export interface Live {
  worker: Worker;
  port: MessagePort;
  cells: Int32Array;
  ready: Promise<void>;
}

/** Boots a thread, which then waits for its limits. Until it is used it does not keep the process alive. */
export function bootThread(entry = THREAD): Live {
  const { port1: port, port2 } = new MessageChannel();
  const cells = new Int32Array(new SharedArrayBuffer(4 * CELLS));
  const data: ThreadData = { cells };
  const worker = new Worker(entry, {
    name: 'offhook scenario',
    workerData: { ...data, port: port2 },
    transferList: [port2],
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: {
      stackSizeMb: NATIVE_STACK_MB,
      maxOldGenerationSizeMb: HEAP_MB,
      maxYoungGenerationSizeMb: YOUNG_MB,
    },
  });
  const live = { worker, port, cells, ready: whenReady(worker, port) };
  worker.unref();
  // Listening to a port, or reading a worker's output, would keep the process alive.
  port.unref();
  return live;
}

/** Puts a booted thread to use; `onLost` is called when the thread fails or ends by itself. */
export function startThread(
  live: Live,
  start: ThreadStart,
  onLost: (error: ErrorData) => void,
): void {
  const { worker, port } = live;
  worker.on('error', (error) => {
    onLost(crashError(error));
  });
  worker.on('exit', (code) => {
    onLost({
      code: 'E_INTERNAL',
      ...said({ subject: 'scenario thread', what: 'ended by itself', seen: `exit ${code}` }),
    });
  });
  worker.ref();
  worker.stdout.resume();
  worker.stderr.resume();
  port.ref();
  send(live, { type: 'limits', ...start });
}

function whenReady(worker: Worker, port: MessagePort): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => {
      reject(
        new OffhookError('E_INTERNAL', {
          subject: 'scenario thread',
          what: 'did not start',
          seen: reason,
        }),
      );
    };
    port.once('message', () => {
      resolve();
    });
    worker.once('error', (error) => {
      fail(error.message);
    });
    worker.once('exit', (code) => {
      fail(`it ended with ${code}`);
    });
  });
  // Awaiting callers get the rejection. Without this handler an unawaited one would crash the process.
  ready.catch(() => undefined);
  return ready;
}

function crashError(error: Error & { code?: string }): ErrorData {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      code: 'E_SCRIPT_MEMORY',
      ...said({
        subject: 'script',
        what: 'out of memory',
        limit: `${HEAP_MB} MiB outside of QuickJS`,
      }),
      hint: 'hand over less data; teardown did not run',
    };
  }
  return {
    code: 'E_INTERNAL',
    ...said({ subject: 'scenario thread', what: 'failed', seen: error.message }),
  };
}

export function send(live: Live, message: ToThread): void {
  traceSent(message);
  live.port.postMessage(message);
  Atomics.add(live.cells, CELL.messages, 1);
  // A thread that waits for a result takes the entries when the result comes.
  const isWanted = message.type !== 'entries' || live.cells[CELL.awaitsEntries] === 1;
  if (isWanted) Atomics.notify(live.cells, CELL.messages);
}

export function wake(live: Live): void {
  Atomics.add(live.cells, CELL.messages, 1);
  Atomics.notify(live.cells, CELL.messages);
}
