/**
 * Keeps the last result of each scenario in a file, .offhook/last-run.json: its verdict, how long it took, and the locks it
 * held. --last-failed, shards, estimates and locks make use of it. A run works without the file as well.
 */
import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunEvent, ScenarioId, Verdict } from '../model/run-event.js';
import { readOrdinary } from '../ordinary-file.js';
import type { Reporter } from '../report/reporter.js';
import { makeOwnFolder } from './own-folder.js';

export interface LastResult {
  verdict: Verdict;
  ms: number;
  /** The id of the run that gave this result; ids sort by time. */
  run: string;
  locks: readonly string[];
}

/** The last result of each scenario. The map's keys are the keys of scenarios: "calls.js › busy". */
export type LastRun = ReadonlyMap<string, LastResult>;

const FORMAT = 1;
const LARGEST = 64 * 1024 * 1024;
/** Scenarios that are kept; those that ran longest ago go first. */
const MOST = 50_000;

/** Reads the results. There are none if the file cannot be read or belongs to another user. */
export function readLastRun(file: string): LastRun {
  try {
    const bytes = readOrdinary(file, { largest: LARGEST, owners: [], links: false });
    const { format, scenarios } = JSON.parse(bytes.toString('utf8')) as {
      format: unknown;
      scenarios: Record<string, unknown>;
    };
    if (format !== FORMAT) return new Map();
    return new Map(Object.entries(scenarios).flatMap(([key, value]) => entry(key, value)));
  } catch {
    return new Map();
  }
}

function entry(key: string, value: unknown): [string, LastResult][] {
  const { verdict, ms, run, locks } = value as Partial<LastResult>;
  if (typeof ms !== 'number' || !(ms >= 0) || typeof run !== 'string') return [];
  if (typeof verdict !== 'string') return [];
  const named = Array.isArray(locks) ? locks.filter((one) => typeof one === 'string') : [];
  return [[key, { verdict, ms, run, locks: named }]];
}

/** Adds the results of a run to the file when the run ends. If the file cannot be written, the results are not kept. */
export class LastRunReporter implements Reporter {
  readonly ignores = new Set([
    'sip',
    'agent_log',
    'agent',
    'source',
    'verb_started',
    'verb_finished',
  ] as const);
  readonly #file: string;
  readonly #locks = new Map<string, Set<string>>();
  readonly #results = new Map<string, LastResult>();
  #run = '';

  constructor(file: string) {
    this.#file = file;
  }

  on(event: RunEvent): void {
    if (event.type === 'run_started') this.#run = event.run;
    if (event.type === 'locks_taken') {
      const held = this.#locks.get(event.scenario) ?? new Set<string>();
      for (const lock of event.locks) held.add(lock);
      this.#locks.set(event.scenario, held);
    }
    if (event.type === 'scenario_finished' && event.verdict !== 'skipped') {
      this.#finished(event.scenario, event.verdict, event.ms);
    }
  }

  close(): Promise<void> {
    if (this.#results.size > 0) {
      try {
        this.#write();
      } catch {
        // The folder may be read-only, as in a container: the run must not fail because of that.
      }
    }
    return Promise.resolve();
  }

  /** A scenario of which some attempts passed and others did not, by retries or --repeat, is kept as flaky. */
  #finished({ id, key }: ScenarioId, verdict: Verdict, ms: number): void {
    const locks = [...(this.#locks.get(id) ?? [])].sort();
    this.#locks.delete(id);
    const before = this.#results.get(key)?.verdict;
    const differs = before !== undefined && (before === 'passed') !== (verdict === 'passed');
    const kept = differs || before === 'flaky' ? 'flaky' : verdict;
    this.#results.set(key, { verdict: kept, ms, run: this.#run, locks });
  }

  /** Reads the file again first, because another run may have added to it. */
  #write(): void {
    const all = [...new Map([...readLastRun(this.#file), ...this.#results])];
    const newest = all.sort(([, a], [, b]) => (a.run < b.run ? 1 : -1)).slice(0, MOST);
    const scenarios = Object.fromEntries(newest.sort(([a], [b]) => (a < b ? -1 : 1)));
    makeOwnFolder(dirname(this.#file));
    const there = lstatSync(this.#file, { throwIfNoEntry: false });
    // Renaming over a device would replace it, for everybody on the machine.
    if (there !== undefined && !there.isFile()) throw new Error('not an ordinary file');
    const temporary = `${this.#file}.${this.#run}.tmp`;
    try {
      writeFileSync(temporary, `${JSON.stringify({ format: FORMAT, scenarios }, rounded, 1)}\n`, {
        flag: 'wx',
        mode: 0o600,
      });
      renameSync(temporary, this.#file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : value;
}
