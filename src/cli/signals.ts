/** Ctrl-C and its relatives: the first asks to stop, a second one ends the program at once. */
import { EXIT } from '../errors.js';

/**
 * Returns a signal that is aborted by the first Ctrl-C; the second one exits (agents' processes end with us). If a program
 * started us with an IPC channel, as the monitor does, its end counts as the first signal: nobody else would end us.
 */
export function abortOnSignal(
  signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'],
): AbortSignal {
  const controller = new AbortController();
  if (process.channel !== undefined) {
    process.once('disconnect', () => {
      controller.abort();
    });
    // A listener keeps the channel, and the channel this process, alive.
    process.channel.unref();
  }
  for (const signal of signals) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort();
    });
  }
  return controller.signal;
}

/** Resolves to undefined at the first signal. */
export async function untilSignal(): Promise<undefined> {
  const signal = abortOnSignal();
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  return undefined;
}
