/** The threads of a run, of `list` and of `check`: opened first, as a thread takes long to start. */
import { ThreadPool } from '../runner/schedule/threads.js';
import type { Live } from '../sandbox/host/live-thread.js';
import { ScenarioThread } from '../sandbox/host/scenario-thread.js';
import type { ThreadLimits } from '../sandbox/protocol.js';
import type { Secrets } from '../secrets/secrets.js';

interface ThreadOptions {
  limits: ThreadLimits;
  /** Takes the secrets that scripts read. */
  secrets: Secrets;
  /** A thread that was booted ahead: it becomes the first of the pool. */
  booted?: Live | undefined;
  /** How many scenarios may run at a time. */
  size?: number | undefined;
}

/** A pool whose first thread is starting; whoever opened it closes it. */
export function openThreads({ limits, secrets, booted, size }: ThreadOptions): ThreadPool {
  let ahead = booted;
  const threads = new ThreadPool((sources) => {
    const thread = new ScenarioThread({ limits, booted: ahead, sources });
    ahead = undefined;
    thread.onSecrets = secrets.note;
    return thread;
  }, size);
  threads.prepare();
  return threads;
}
