/** The scripts that scenarios are made of, as they were when they were read. */
import type { RunEvent } from '../../model/run-event.js';
import { isScript } from '../../schema/script-files.js';
import type { ThreadPool } from '../schedule/threads.js';

type Source = Omit<Extract<RunEvent, { type: 'source' }>, 'type' | 'at'>;

/** A longer script was made by a program: nobody reads it, and every record would be so much larger. */
const LARGEST_BYTES = 256 * 1024;

/** Each script of these scenario files once, modules included. JSON modules are data, and no scripts. */
export function sourcesOf(
  files: Iterable<string>,
  threads: ThreadPool,
  shownPath: (file: string) => string,
): readonly Source[] {
  const sources = new Map<string, Source>();
  for (const file of files) {
    for (const { path, text } of threads.scriptsOf(file)) {
      if (sources.has(path) || !isScript(path) || Buffer.byteLength(text) > LARGEST_BYTES) continue;
      sources.set(path, { file: shownPath(path), path, text });
    }
  }
  return [...sources.values()];
}
