/**
 * What runs once per file: setup_file before the first scenario that runs, teardown_file once no attempt of the file is
 * left. Knows when; how they run is given to it.
 */
import { said } from '../../errors.js';
import type { FilePart, Failure } from '../../model/run-event.js';
import type { PlannedFile } from '../plan/collect.js';
import type { FilePartResult } from '../scenario/file-part.js';

/** Runs a part. `value`: what setup_file has returned. Never rejects. */
type RunPart = (file: PlannedFile, part: FilePart, value: unknown) => Promise<FilePartResult>;

interface State {
  setUp: 'no' | 'begun' | FilePartResult;
  /** Whether a scenario has run, or setup_file was tried. */
  isUsed: boolean;
  /** Scenarios that may still begin, each as often as it is repeated. */
  left: number;
}

const NOTHING_TO_DO: FilePartResult = { verdict: 'passed', failures: [] };

export class FileParts {
  readonly #run: RunPart;
  readonly #repeat: number;
  readonly #states = new Map<PlannedFile, State>();

  constructor(run: RunPart, repeat: number) {
    this.#run = run;
    this.#repeat = repeat;
  }

  /** Whether the file is being set up: none of its scenarios can begin. */
  isBusy(file: PlannedFile): boolean {
    return this.#state(file).setUp === 'begun';
  }

  /** Whether the file is to be set up before a scenario of it begins. */
  isDue(file: PlannedFile): boolean {
    return this.#state(file).setUp === 'no';
  }

  async setUp(file: PlannedFile): Promise<void> {
    const state = this.#state(file);
    state.setUp = 'begun';
    state.isUsed = true;
    state.setUp = await this.#run(file, 'setup_file', undefined);
  }

  /** What setup_file has returned. */
  valueOf(file: PlannedFile): unknown {
    return this.#outcome(file).value;
  }

  /** Returns the result that each scenario of the file gets if none can run, because setup_file failed or was skipped. */
  insteadOf(
    file: PlannedFile,
  ): Pick<FilePartResult, 'verdict' | 'failures' | 'skipReason'> | undefined {
    const { verdict, failures, skipReason = '' } = this.#outcome(file);
    const [first] = failures;
    if (first !== undefined) return { verdict, failures: [notRun(first)] };
    return verdict === 'skipped' ? { verdict, failures: [], skipReason } : undefined;
  }

  begins(file: PlannedFile): void {
    this.#state(file).isUsed = true;
  }

  /** Called when a scenario has ended and is not going to be retried. */
  async ended(file: PlannedFile): Promise<void> {
    const state = this.#state(file);
    state.left -= 1;
    if (state.left === 0) await this.#tearDown(file, state);
  }

  /** Called when nothing begins any more. */
  async close(): Promise<void> {
    for (const [file, state] of this.#states) await this.#tearDown(file, state);
  }

  async #tearDown(file: PlannedFile, state: State): Promise<void> {
    if (!state.isUsed || file.once?.teardown !== true) return;
    state.isUsed = false;
    await this.#run(file, 'teardown_file', this.valueOf(file));
  }

  #outcome(file: PlannedFile): FilePartResult {
    const { setUp } = this.#state(file);
    return typeof setUp === 'string' ? NOTHING_TO_DO : setUp;
  }

  #state(file: PlannedFile): State {
    const known = this.#states.get(file);
    if (known !== undefined) return known;
    const setUp = file.once?.setup === true ? 'no' : NOTHING_TO_DO;
    const state: State = { setUp, isUsed: false, left: file.scenarios.length * this.#repeat };
    this.#states.set(file, state);
    return state;
  }
}

/** @returns the failure in short: the report of setup_file has explained it */
function notRun({ code, message, at }: Failure): Failure {
  return {
    code,
    ...said({
      subject: 'setup_file()',
      what: 'failed, so the scenario did not run',
      seen: message,
    }),
    phase: 'setup_file',
    ...(at === undefined ? {} : { at }),
  };
}
