/** Ctrl-C and its relatives: the first asks to stop, a second one ends the program at once. */
import { EXIT } from '../errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Aborted at the first signal; the second one exits (agents' processes end with us). */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  for (const signal of SIGNALS) {
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
