/** A real Alertmanager takes what a monitor tells it: an alert that is repeated, and then resolved. */
import { expect, test } from 'vitest';
import { findAlertmanager, startAlertmanager } from '../../testing/monitor/prometheus.js';
import type { State } from '../model/states.js';
import type { WebhookTarget } from '../model/targets.js';
import type { ToldRun } from './message.js';
import { sendWebhook } from './webhook.js';

const command = await findAlertmanager();

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

test.skipIf(command === undefined)('an alert begins, goes on, changes and ends', async () => {
  const server = await startAlertmanager(command ?? []);
  try {
    const target: WebhookTarget = {
      name: 'am',
      type: 'webhook',
      url: `${server.url}/api/v2/alerts`,
      form: { template: 'alertmanager' },
      headers: {},
      on: ['failing', 'failed', 'recovered'],
      group_wait_ms: 0,
      remind_every_ms: 120_000,
      timeout_ms: 5000,
      tries: 3,
    };
    const began = Date.now() - 60_000;
    const tell = async (
      from: State,
      to: State,
      at: number,
      kind: ToldRun['kind'] = 'transition',
    ) => {
      const told = {
        kind,
        monitor: 'a "b"\n<c>',
        from,
        to,
        at,
        note: '486\u0000',
        labels: { 'x-y': '1' },
      };
      const message = { delivery: 'd', sent_at: Date.now(), told: [told] };
      const sent = await sendWebhook(target, message, new AbortController().signal);
      expect(sent.result, JSON.stringify(sent)).toBe('sent');
    };
    const active = async (): Promise<Alert[]> =>
      (await (await fetch(`${server.url}/api/v2/alerts`)).json()) as Alert[];
    const names = async () => (await active()).map(({ labels }) => labels['alertname']);

    await tell('ok', 'failing', began);
    const [alert] = await active();
    expect(alert).toMatchObject({
      labels: {
        alertname: 'OffhookMonitorFailing',
        monitor: 'a "b"\n<c>',
        severity: 'warning',
        x_y: '1',
      },
      annotations: { summary: 'FAILING: a "b" <c>', description: '486' },
      startsAt: new Date(began).toISOString(),
    });
    await tell('failing', 'failing', began, 'reminder');
    const [again, ...others] = await active();
    expect(others).toEqual([]);
    expect(Date.parse(again?.endsAt ?? '')).toBeGreaterThanOrEqual(Date.parse(alert?.endsAt ?? ''));
    expect(again?.startsAt).toBe(alert?.startsAt);

    await tell('failing', 'failed', began + 30_000);
    expect(await names()).toEqual(['OffhookMonitorFailed']);
    await tell('failed', 'ok', Date.now());
    expect(await names()).toEqual([]);
  } finally {
    await server.stop();
  }
});
