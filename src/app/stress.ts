/** Load on every processor, for runs that look for flaky scenarios. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Computes in threads, because they end with this process, whatever happens to it. @returns a function that ends the load */
export function startStress(): () => Promise<void> {
  const hogs = Array.from(
    { length: availableParallelism() },
    () => new Worker('for (;;);', { eval: true, stdout: true, stderr: true }),
  );
  return async () => {
    await Promise.all(hogs.map((hog) => hog.terminate()));
  };
}
