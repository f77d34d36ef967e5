/**
 * A pool of scenario threads: as many as scenarios may run at a time. A thread is started when a job finds
 * all others busy. All threads evaluate a file from the same texts, whoever read them.
 */
import type { ScenarioThread, Sources } from '../../sandbox/host/scenario-thread.js';
import type { ReadFile } from '../../sandbox/protocol.js';

export class ThreadPool {
  readonly #make: (sources: Sources) => ScenarioThread;
  readonly #size: number;
  readonly #sources: Sources = new Map();
  readonly #all: ScenarioThread[] = [];
  readonly #free: ScenarioThread[] = [];
  /** Jobs that wait for a thread, oldest first. */
  readonly #waiting: ((thread: ScenarioThread) => void)[] = [];

  /** @param make makes a thread with these texts; the first call may give one that was booted ahead. */
  constructor(make: (sources: Sources) => ScenarioThread, size = 1) {
    this.#make = make;
    this.#size = size;
  }

  /** Starts the first thread ahead of its first job. */
  prepare(): void {
    if (this.#all.length > 0) return;
    const first = this.#start();
    this.#free.push(first);
    first.prepare();
  }

  /** Carries out the job in a thread of its own, as soon as one is free. */
  async use<T>(job: (thread: ScenarioThread) => Promise<T>): Promise<T> {
    const thread = await this.#take();
    try {
      return await job(thread);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(thread);
      else next(thread);
    }
  }

  /** The scripts that were read for a scenario file, itself among them: what it imports, directly or not. */
  scriptsOf(file: string): readonly ReadFile[] {
    return [...(this.#sources.get(file)?.values() ?? [])];
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((thread) => thread.close()));
  }

  #take(): ScenarioThread | Promise<ScenarioThread> {
    this.prepare();
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#all.length < this.#size) return this.#start();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #start(): ScenarioThread {
    const thread = this.#make(this.#sources);
    this.#all.push(thread);
    return thread;
  }
}
