/**
 * What evaluating a suite file left in the VM: the file's further scenarios begin there instead of evaluating it
 * again. The file last run is kept, from its second scenario on, and only if its top level would come out the
 * same: it used neither the clock, chance nor files, and nothing of Offhook but declarations, env() and lines.
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
   * A scenario of that job begins. @param sources the scripts as they were read: other ones when the file was collected
   * again. @returns what its file left, if that is kept
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
