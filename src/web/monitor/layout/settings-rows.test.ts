import { expect, test } from 'vitest';
import type { MonitorSettings } from '../../../monitor/model/settings.js';
import { scheduleText, settingsRows } from './settings-rows.js';

const SETTINGS: MonitorSettings = {
  name: 'm',
  run: ['a.js', 'b.js'],
  scenario: [],
  tags: [],
  exclude_tags: [],
  schedule: { kind: 'every', every_ms: 60_000 },
  every_when_failing_ms: 15_000,
  timeout_ms: 120_000,
  warn_after: 1,
  fail_after: 3,
  of: 5,
  recover_after: 2,
  degraded: { post_dial_delay: { warning: 3000, critical: 8000 }, mos: { warning: 3.8 } },
  locks: [],
  env_file: [],
  set: { PASSWORD: '***' },
  retries: 0,
  paused: false,
  labels: {},
  ignore_until_first_success: true,
  maintenance: [{ cron: '0 3 * * *', timezone: 'Europe/Berlin', duration_ms: 3_600_000 }],
  notify: [],
  public: false,
};

test('settings in words, without those that say nothing', () => {
  expect(settingsRows(SETTINGS)).toEqual([
    ['Runs', 'a.js\nb.js'],
    ['Schedule', 'every 1 min'],
    ['While failing', 'every 15 s'],
    ['Hard limit', '2 min'],
    ['Failing', 'after 1 bad of the last 5 runs'],
    ['Failed', 'after 3 bad of the last 5 runs'],
    ['Recovered', 'after 2 good runs in a row'],
    ['Limits', 'post_dial_delay: degraded beyond 3 s, failed beyond 8 s\nmos: degraded beyond 3.8'],
    ['Variables', 'PASSWORD=***'],
    ['Maintenance', '0 3 * * * (cron, Europe/Berlin) for 1 h'],
    ['Notifies', 'nobody'],
    ['First success', 'unknown until a run passes'],
    ['Public status page', 'not shown'],
  ]);
});

test('schedules', () => {
  expect(scheduleText({ kind: 'never' })).toBe('only on request');
  expect(scheduleText({ kind: 'cron', cron: '*/5 * * * *', timezone: 'UTC' })).toBe(
    '*/5 * * * * (cron, UTC)',
  );
});
