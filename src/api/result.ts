import type { Counts } from '../model/run-event.js';

/** How a run ended. */
export interface RunResult extends Readonly<Counts> {
  /** What `offhook run` would exit with: 0 all passed, 1 a scenario failed, 3 environment, 130 interrupted. */
  readonly exitCode: number;
  /** Whether the signal was aborted, or the loop over the events was left early. */
  readonly interrupted: boolean;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}
