/** One run of a monitor, as its history keeps it. Pure: the page reads these types, too. */

/**
 * What a run came to. `passed`, `flaky` (passed on a retry) and `degraded` (passed, but slower or worse than its
 * thresholds) are good; `failed` and `errored` (Offhook or its surroundings failed, not the call) are bad; `stopped` (by
 * somebody) and `lost` (the monitor ended meanwhile) do not count.
 */
export const OUTCOMES = [
  'passed',
  'flaky',
  'degraded',
  'failed',
  'errored',
  'stopped',
  'lost',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a run began: its time had come, or somebody asked for it. */
export type Trigger = 'schedule' | 'request';

/**
 * What a run measured, the worst of its calls each: times in ms, as `agent.timing` has them, and the mean opinion score
 * (ITU-T G.107) of what agents received. A measure that no call had is absent.
 */
export const MEASURES = [
  'post_dial_delay',
  'setup',
  'ring',
  'mos',
  'packet_loss',
  'jitter',
] as const;
export type Measure = (typeof MEASURES)[number];
export type Measures = Readonly<Partial<Record<Measure, number>>>;

/** A run that has begun. `id`: of its folder, its page and its events. */
export interface BegunRun {
  readonly id: string;
  readonly monitor: string;
  readonly trigger: Trigger;
  /** Milliseconds since 1970, as all times of the history. */
  readonly started_at: number;
}

/** A run that has ended. */
export interface EndedRun extends BegunRun {
  readonly ended_at: number;
  readonly outcome: Outcome;
  /** Length of the run from the start of its process to its end. */
  readonly duration_ms: number;
  readonly measures: Measures;
  /** Scenarios that ran, and how many of them failed. */
  readonly scenarios: number;
  readonly scenarios_failed: number;
  /** First line of the first failure, or why the run did not count. */
  readonly note?: string;
  /** Its record, report and audio are kept in the folder of its id. */
  readonly kept: boolean;
}
