/** Monitors and their runs, for tests of what remembers and shows them. */
import type { EndedRun } from '../../monitor/model/run.js';
import type { MonitorSettings } from '../../monitor/model/settings.js';
import { FIRST_STATE } from '../../monitor/model/states.js';
import type { Retention, StoredMonitor } from '../../monitor/store/store.js';

/** 2026-11-30T12:00:00Z: the begin of an hour. */
export const NOON = Date.UTC(2026, 10, 30, 12);
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The id that a run which started then has. */
export function runId(started_at: number, tail = 'k3x9f2'): string {
  return `${new Date(started_at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${tail}`;
}

export function endedRun(fields: Partial<EndedRun> = {}): EndedRun {
  const { started_at = NOON, duration_ms = 4000 } = fields;
  return {
    id: runId(started_at),
    monitor: 'sales',
    trigger: 'schedule',
    started_at,
    ended_at: started_at + duration_ms + 12,
    outcome: 'passed',
    duration_ms,
    measures: { post_dial_delay: 312, setup: 2140, ring: 1500, mos: 4.41 },
    scenarios: 1,
    scenarios_failed: 0,
    kept: false,
    ...fields,
  };
}

export function storedMonitor(fields: Partial<StoredMonitor> = {}): StoredMonitor {
  return { name: 'sales', state: FIRST_STATE, learned_locks: [], ...fields };
}

/** The default of the monitor. */
export const RETENTION: Retention = {
  passed_ms: 14 * DAY,
  failed_ms: 90 * DAY,
  hours_ms: 90 * DAY,
  days_ms: 730 * DAY,
  bytes: 1_000_000_000,
  file_bytes: 5_000_000_000,
};

/** A monitor that runs only when somebody asks. */
export function monitorSettings(fields: Partial<MonitorSettings> = {}): MonitorSettings {
  return {
    name: 'sales',
    run: ['calls/sales.js'],
    scenario: [],
    tags: [],
    exclude_tags: [],
    schedule: { kind: 'never' },
    timeout_ms: MINUTE,
    warn_after: 1,
    fail_after: 2,
    recover_after: 1,
    degraded: {},
    locks: [],
    env_file: [],
    set: {},
    retries: 0,
    paused: false,
    labels: {},
    ignore_until_first_success: false,
    maintenance: [],
    public: false,
    ...fields,
  };
}
