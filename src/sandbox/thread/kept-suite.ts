/**
 * Keeps the VM as evaluating a suite file left it, so that later scenarios of the file start from there. Only the file that ran last
 * is kept, from its second scenario on, and only if evaluating it again would give the same: its top level used neither the clock,
 * chance nor files, and nothing of Offhook but declarations, env() and lines.
 */
import type { MemoryImage } from '../vm/memory-image.js';
import type { Operation } from '../guest-protocol.js';
import type { ScenarioJob } from '../protocol.js';
import type { LoadedScript, Sources } from './modules/loader.js';

/** The scenario at which a file is kept: for fewer the copy would cost more than it saves. */
const KEPT_FROM = 2;
/** Restoring a larger image takes longer than evaluating most files. */
const LARGEST_IMAGE = 32 * 1_048_576;
const REPEATABLE: ReadonlySet<string> = new Set([
  ...(['check', 'env', 'lines', 'take_locks'] satisfies Operation[]),
]);

/** Whether an operation has the same outcome each time, for the same file and variables. */
export function isRepeatable(operation: string): boolean {
  return REPEATABLE.has(operation);
}

export interface Evaluated {
  image: MemoryImage;
  /** The modules that were loaded, by their paths. */
  sources: ReadonlyMap<string, LoadedScript>;
}

export class KeptSuite {
  #key = '';
  #sources: Sources | undefined;
  #scenarios = 0;
  #kept: Evaluated | undefined;

  /**
   * Call when a scenario of the job begins. @param sources the scripts as read; another object once the file was collected again
   * @returns the kept evaluation of its file, if there is one
   */
  begin(
    { file, env, fixedEnv, allowEnv, lines }: ScenarioJob,
    sources: Sources,
  ): Evaluated | undefined {
    const key = JSON.stringify([file, env, fixedEnv, allowEnv, lines]);
    if (key !== this.#key || sources !== this.#sources) {
      this.#key = key;
      this.#sources = sources;
      this.#scenarios = 0;
      this.#kept = undefined;
    }
    this.#scenarios += 1;
    return this.#kept;
  }

  /** Whether the scenario that runs is the one whose evaluation is to be kept. */
  get isWanted(): boolean {
    return this.#scenarios === KEPT_FROM;
  }

  keep(evaluated: Evaluated): void {
    if (evaluated.image.size <= LARGEST_IMAGE) this.#kept = evaluated;
  }
}
