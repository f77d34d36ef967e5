/**
 * Alerts for Alertmanager's API v2 (prometheus.io/docs/alerting/latest/alerts_api). Labels identify an alert: each state
 * of trouble is an alert of its own, and the alerts of states that the monitor is not in are resolved.
 */
import type { State } from '../../model/states.js';
import type { Target } from '../../model/targets.js';
import { clean, headline, noteOf } from '../message.js';
import type { Message, ToldRun } from '../message.js';

const ALERTS: Readonly<Record<Exclude<State, 'ok'>, { name: string; severity: string }>> = {
  failed: { name: 'OffhookMonitorFailed', severity: 'critical' },
  failing: { name: 'OffhookMonitorFailing', severity: 'warning' },
  degraded: { name: 'OffhookMonitorDegraded', severity: 'warning' },
  unknown: { name: 'OffhookMonitorUnknown', severity: 'warning' },
};
const TEST = { name: 'OffhookNotificationTest', severity: 'info' };

/** An alert ends by itself after so many intervals without a repetition, as Prometheus has it. */
const INTERVALS = 4;
const TEST_LENGTH_MS = 5 * 60_000;

type Settings = Pick<Target, 'on' | 'remind_every_ms'>;

export function alertmanagerBody({ sent_at, told }: Message, target: Settings): object[] {
  // Only the last word on each monitor: two alerts with the same labels in one request contradict each other.
  const last = new Map(told.map((one) => [one.monitor, one]));
  return [...last.values()].flatMap((one) => alertsOf(one, sent_at, target));
}

function alertsOf(told: ToldRun, now: number, { on, remind_every_ms }: Settings): object[] {
  if (told.kind === 'test') {
    return [alert(told, TEST, { startsAt: now, endsAt: now + TEST_LENGTH_MS })];
  }
  return Object.entries(ALERTS).flatMap(([state, named]) => {
    if (!on.some((name) => name === state)) return [];
    if (state !== told.to) return [alert(told, named, { endsAt: Math.max(told.at, 1) })];
    return [
      alert(told, named, {
        startsAt: told.at,
        ...(remind_every_ms > 0 ? { endsAt: now + INTERVALS * remind_every_ms } : {}),
      }),
    ];
  });
}

function alert(
  told: ToldRun,
  { name, severity }: { name: string; severity: string },
  { startsAt, endsAt }: { startsAt?: number; endsAt?: number },
): object {
  const note = noteOf(told);
  return {
    labels: {
      ...Object.fromEntries(
        Object.entries(told.labels).map(([key, text]) => [labelName(key), text]),
      ),
      alertname: name,
      monitor: told.monitor,
      severity,
    },
    annotations: {
      summary: headline(told),
      ...(note === undefined ? {} : { description: note }),
      ...(told.info === undefined ? {} : { info: clean(told.info, 500) }),
    },
    ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt).toISOString() }),
    ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }),
    ...(told.run_url === undefined ? {} : { generatorURL: told.run_url }),
  };
}

/** Letters, digits and "_", not a digit first: all versions take these. */
function labelName(key: string): string {
  const name = key.replaceAll(/[^a-zA-Z0-9_]/g, '_');
  return /^[a-zA-Z_]/.test(name) ? name : `_${name}`;
}
