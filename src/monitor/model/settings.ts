/** The settings of monitors with defaults filled in and durations in ms. Where they come from: `monitor/settings`. */
import type { Measure } from './run.js';

/** When a monitor runs by itself. `never`: only when somebody asks. */
export type Schedule =
  | { readonly kind: 'every'; readonly every_ms: number }
  | { readonly kind: 'cron'; readonly cron: string; readonly timezone: string }
  | { readonly kind: 'never' };

/**
 * Limits of a measure: beyond `warning` the run is degraded, beyond `critical` it has failed. Beyond is above for times,
 * loss and jitter, and below for `mos`. `duration` is that of the run.
 */
export interface Threshold {
  readonly warning?: number;
  readonly critical?: number;
}
export type ThresholdName = Measure | 'duration';

/** No run begins by schedule from each time that `cron` names, or from `from`, for that long. */
export type Maintenance =
  | { readonly cron: string; readonly timezone: string; readonly duration_ms: number }
  | { readonly from: number; readonly to: number };

/** A program that makes the system under test call: scenarios start it through an address of their run. */
export interface TriggerSettings {
  /** The program and its arguments; `{number}` stands for the number that was asked for. */
  readonly exec: readonly string[];
  readonly timeout_ms: number;
}

export interface MonitorSettings {
  readonly name: string;
  /** Scenario files, folders and globs, relative to the folder of the configuration. */
  readonly run: readonly string[];
  readonly scenario: readonly string[];
  readonly tags: readonly string[];
  readonly exclude_tags: readonly string[];
  readonly schedule: Schedule;
  /** Instead of the schedule's interval while the last counted run was bad. */
  readonly every_when_failing_ms?: number;
  /** Hard limit of a run: then its process and all it started are killed. */
  readonly timeout_ms: number;
  /** So many bad runs make it `failing`, so many `failed`: in a row, or among the last `of` counted runs. */
  readonly warn_after: number;
  readonly fail_after: number;
  readonly of?: number;
  /** So many good runs in a row make it `ok` again. */
  readonly recover_after: number;
  readonly degraded: Readonly<Partial<Record<ThresholdName, Threshold>>>;
  /** Two monitors that share one never run at the same time. */
  readonly locks: readonly string[];
  readonly env_file: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly retries: number;
  /** Does not run by itself until somebody resumes it. */
  readonly paused: boolean;
  readonly info?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its state stays `unknown` until a run has passed once. */
  readonly ignore_until_first_success: boolean;
  readonly maintenance: readonly Maintenance[];
  /** Names of notifications (`notify` of the configuration) it sends; all of them unless given. */
  readonly notify?: readonly string[];
  readonly trigger?: TriggerSettings;
  /** Shown on the public status page. */
  readonly public: boolean;
}
