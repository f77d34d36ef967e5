/** Settings of a monitor as rows of a table: those that say something, in words. */
import type {
  Maintenance,
  MonitorSettings,
  Schedule,
  Threshold,
} from '../../../monitor/model/settings.js';
import { axisText, dateText } from './time-text.js';

export type Row = readonly [name: string, value: string];

export function settingsRows(settings: MonitorSettings): Row[] {
  const { of, schedule, every_when_failing_ms: whenFailing, notify } = settings;
  const limits = Object.entries(settings.degraded).map(([name, limit]) => limitText(name, limit));
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Runs', list(settings.run)],
    ['Scenarios', list(settings.scenario)],
    ['Tags', list(settings.tags)],
    ['Without tags', list(settings.exclude_tags)],
    ['Schedule', scheduleText(schedule)],
    ['While failing', whenFailing === undefined ? undefined : `every ${axisText(whenFailing)}`],
    ['Hard limit', axisText(settings.timeout_ms)],
    ['Failing', rule(settings.warn_after, of)],
    ['Failed', rule(settings.fail_after, of)],
    ['Recovered', `after ${inARow(settings.recover_after, 'good')}`],
    ['Limits', list(limits)],
    ['Retries', settings.retries === 0 ? undefined : String(settings.retries)],
    ['Locks', list(settings.locks)],
    ['Variables', list(Object.entries(settings.set).map(([name, value]) => `${name}=${value}`))],
    ['Variable files', list(settings.env_file)],
    ['Maintenance', list(settings.maintenance.map(maintenanceText))],
    ['Notifies', notify === undefined ? 'all' : (list(notify) ?? 'nobody')],
    [
      'First success',
      settings.ignore_until_first_success ? 'unknown until a run passes' : undefined,
    ],
    ['Public status page', settings.public ? 'shown' : 'not shown'],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

export function scheduleText(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'every':
      return `every ${axisText(schedule.every_ms)}`;
    case 'cron':
      return `${schedule.cron} (cron, ${schedule.timezone})`;
    case 'never':
      return 'only on request';
  }
}

function maintenanceText(window: Maintenance): string {
  if ('cron' in window) {
    return `${window.cron} (cron, ${window.timezone}) for ${axisText(window.duration_ms)}`;
  }
  return `${dateText(window.from)} to ${dateText(window.to)}`;
}

function limitText(name: string, { warning, critical }: Threshold): string {
  const value = (limit: number): string =>
    name === 'mos' || name === 'packet_loss' ? String(limit) : axisText(limit);
  const sides = [
    ...(warning === undefined ? [] : [`degraded beyond ${value(warning)}`]),
    ...(critical === undefined ? [] : [`failed beyond ${value(critical)}`]),
  ];
  return `${name}: ${sides.join(', ')}`;
}

function rule(count: number, of: number | undefined): string {
  if (of === undefined) return `after ${inARow(count, 'bad')}`;
  return `after ${count} bad of the last ${of} runs`;
}

function inARow(count: number, kind: string): string {
  return count === 1 ? `one ${kind} run` : `${count} ${kind} runs in a row`;
}

/** One line for each; undefined for none. */
function list(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join('\n');
}
