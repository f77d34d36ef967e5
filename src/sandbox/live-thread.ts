/** Starts scenario threads and talks to them: the worker, its port and the memory shared with it. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { OffhookError, type ErrorData } from '../errors.js';
import { CELL, CELLS, type ThreadData, type ThreadLimits, type ToThread } from './protocol.js';

/** QuickJS recursion uses the worker's native stack: it must outlast QuickJS's own limit. */
const NATIVE_STACK_MB = 64;
const HEAP_MB = 512;

export interface Live {
  worker: Worker;
  port: MessagePort;
  cells: Int32Array;
  ready: Promise<void>;
}

/** `onLost` hears of a thread that fails or ends by itself. */
export function startThread(
  entry: URL,
  limits: ThreadLimits,
  onLost: (error: ErrorData) => void,
): Live {
  const { port1: port, port2 } = new MessageChannel();
  const cells = new Int32Array(new SharedArrayBuffer(4 * CELLS));
  const data: ThreadData = { limits, cells };
  const worker = new Worker(entry, {
    name: 'offhook scenario',
    workerData: { ...data, port: port2 },
    transferList: [port2],
    env: {},
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { stackSizeMb: NATIVE_STACK_MB, maxOldGenerationSizeMb: HEAP_MB },
  });
  worker.stdout.resume();
  worker.stderr.resume();
  worker.on('error', (error) => {
    onLost(crashError(error));
  });
  worker.on('exit', (code) => {
    onLost({ code: 'E_INTERNAL', message: `scenario thread: ended by itself: exit ${code}` });
  });
  return { worker, port, cells, ready: whenReady(worker, port) };
}

function whenReady(worker: Worker, port: MessagePort): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => {
      reject(new OffhookError('E_INTERNAL', `scenario thread: did not start: ${reason}`));
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
  // Who waits for it hears of it; nobody may.
  ready.catch(() => undefined);
  return ready;
}

function crashError(error: Error & { code?: string }): ErrorData {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      code: 'E_SCRIPT_MEMORY',
      message: `script: out of memory (limit ${HEAP_MB} MiB beside its own)`,
      hint: 'hand over less data; teardown did not run',
    };
  }
  return { code: 'E_INTERNAL', message: `scenario thread: failed: ${error.message}` };
}

export function send(live: Live, message: ToThread): void {
  live.port.postMessage(message);
  wake(live);
}

export function wake(live: Live): void {
  Atomics.add(live.cells, CELL.messages, 1);
  Atomics.notify(live.cells, CELL.messages);
}
