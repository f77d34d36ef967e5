import { describe, expect, test } from 'vitest';
import type { ToldOf, WebhookForm } from '../../model/targets.js';
import type { Message, ToldRun } from '../message.js';
import { bodyFor } from './body-of.js';

const AT = Date.parse('2026-03-01T12:00:00Z');
const SENT = AT + 10_000;
const failed: ToldRun = {
  kind: 'transition',
  monitor: 'berlin',
  from: 'ok',
  to: 'failed',
  at: AT,
  note: '486 Busy Here',
  run: 'r1',
  run_url: 'https://m.example/runs/r1',
  labels: { site: 'b' },
  info: 'Trunk 1',
};
const { note: _note, run: _run, run_url: _url, info: _info, ...bare } = failed;
const recovered: ToldRun = { ...bare, from: 'failed', to: 'ok' };
const test_: ToldRun = { ...bare, kind: 'test', from: 'ok', to: 'ok', note: 'A test.' };
/** What a peer may have put into a note. */
const hostile: ToldRun = {
  ...failed,
  monitor: '<b>&x',
  note: '<!channel> *b* [click](http://evil) </b> {{DATE(1)}} "q"\r\nBcc: x \u202Eevil',
  run_url: 'https://m.example/runs/a|b?x="<>',
};
const KEY = 'k'.repeat(32);

const message = (...told: ToldRun[]): Message => ({ delivery: 'd1', sent_at: SENT, told });
const TOLD_OF: readonly ToldOf[] = ['failed', 'recovered'];
const bodyOf = (form: WebhookForm, of: Message, on = TOLD_OF): unknown =>
  JSON.parse(bodyFor(of, { form, on, remind_every_ms: 120_000 }));
const many = (count: number, one = failed): Message =>
  message(...Array.from({ length: count }, (_, n) => ({ ...one, monitor: `m${n}` })));

test('json', () => {
  expect(bodyOf({ template: 'json' }, message(failed, recovered))).toEqual({
    version: 1,
    delivery: 'd1',
    sent_at: '2026-03-01T12:00:10.000Z',
    transitions: [
      { ...failed, at: '2026-03-01T12:00:00.000Z' },
      { ...recovered, at: '2026-03-01T12:00:00.000Z' },
    ],
  });
  // a program gets it as it is
  expect(bodyOf({ template: 'json' }, message(hostile))).toMatchObject({
    transitions: [{ note: hostile.note }],
  });
});

describe('slack', () => {
  const form = { template: 'slack' } as const;
  interface Text {
    type: string;
    text: string;
  }
  interface Slack {
    text: string;
    blocks: { text: Text; elements: Text[] }[];
  }
  const slack = (of: Message): Slack => bodyOf(form, of) as Slack;
  test('blocks', () => {
    expect(bodyOf(form, message(failed))).toEqual({
      text: 'FAILED: berlin',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'FAILED: berlin', emoji: false } },
        { type: 'section', text: { type: 'plain_text', text: '486 Busy Here', emoji: false } },
        {
          type: 'context',
          elements: [
            { type: 'plain_text', text: 'was ok until 2026-03-01 12:00:00 UTC', emoji: false },
            { type: 'mrkdwn', text: '<https://m.example/runs/r1|Report>' },
          ],
        },
      ],
    });
  });
  test('what others wrote stands in plain text only, or is escaped', () => {
    const { text, blocks } = slack(message(hostile));
    expect(text).toBe('FAILED: &lt;b&gt;&amp;x');
    expect(blocks[1]?.text.type).toBe('plain_text');
    expect(blocks[2]?.elements[1]?.text).toBe('<https://m.example/runs/a%7Cb?x="&lt;&gt;|Report>');
    const marked = JSON.stringify(blocks).match(/"mrkdwn","text":"[^}]*/g) ?? [];
    expect(marked).toHaveLength(1);
  });
  test('a message has at most 50 blocks, and says how many are left out', () => {
    const { blocks } = slack(many(100));
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(blocks.at(-1)?.elements[0]?.text).toBe('and 85 more');
    const long = slack(message({ ...failed, monitor: 'x'.repeat(5000), note: 'y'.repeat(9000) }));
    expect(long.blocks[0]?.text.text.length).toBeLessThanOrEqual(150);
    expect(long.blocks[1]?.text.text.length).toBeLessThanOrEqual(3000);
  });
});

describe('teams', () => {
  const form = { template: 'teams' } as const;
  interface Card {
    fallbackText: string;
    body: { type: string; inlines: { text: string; color?: string }[] }[];
  }
  interface Teams {
    attachments: { content: Card }[];
  }
  const cardOf = (of: Message): Card => (bodyOf(form, of) as Teams).attachments[0]!.content;
  test('card', () => {
    expect(bodyOf(form, message(failed))).toMatchObject({
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive' }],
    });
    expect(cardOf(message(failed))).toMatchObject({
      type: 'AdaptiveCard',
      body: [
        { inlines: [{ text: 'FAILED: berlin', color: 'Attention' }] },
        { inlines: [{ text: '486 Busy Here' }] },
        { inlines: [{ text: 'was ok until 2026-03-01 12:00:00 UTC' }] },
      ],
      actions: [{ type: 'Action.OpenUrl', title: 'Report', url: 'https://m.example/runs/r1' }],
    });
    expect(cardOf(message(recovered)).body[0]?.inlines[0]?.color).toBe('Good');
  });
  test('what others wrote stands in text runs only, without functions', () => {
    const card = cardOf(message(hostile));
    expect(card.body.every(({ type }) => type === 'RichTextBlock')).toBe(true);
    expect(JSON.stringify(card)).not.toContain('{{');
    expect(card.fallbackText).not.toMatch(/[<>*[\]]/);
  });
  test('a message has at most 28 kB', () => {
    const long = { ...failed, note: '\u00E4"'.repeat(5000) };
    const body = bodyFor(many(100, long), { form, on: ['failed'], remind_every_ms: 0 });
    expect(Buffer.byteLength(body)).toBeLessThan(28_000);
    expect(cardOf(many(100)).body.at(-1)?.inlines[0]?.text).toBe('and 90 more');
  });
});

describe('telegram', () => {
  const form = { template: 'telegram', chat_id: '-5' } as const;
  const textOf = (of: Message): string => (bodyOf(form, of) as { text: string }).text;
  test('html', () => {
    expect(bodyOf(form, message(failed))).toEqual({
      chat_id: '-5',
      text: [
        '<b>FAILED: berlin</b>',
        '486 Busy Here',
        '<i>was ok until 2026-03-01 12:00:00 UTC</i>',
        '<a href="https://m.example/runs/r1">Report</a>',
      ].join('\n'),
      parse_mode: 'HTML',
      link_preview_options: { is_disabled: true },
    });
  });
  test('what others wrote is escaped', () => {
    const text = textOf(message(hostile));
    expect(text).toContain('<b>FAILED: &lt;b&gt;&amp;x</b>');
    expect(text).toContain(
      '&lt;!channel&gt; *b* [click](http://evil) &lt;/b&gt; {{DATE(1)}} &quot;q&quot; Bcc: x evil',
    );
    expect(text.match(/<(?!\/?[bia][ >])/g)).toBeNull();
  });
  test('a message has at most 4,096 characters, in whole entries', () => {
    const text = textOf(many(100, { ...failed, note: 'x'.repeat(490) }));
    expect(text.length).toBeLessThanOrEqual(4096);
    expect(text).toMatch(/and 9\d more$/);
    expect(text.match(/<b>/g)?.length).toBe(text.match(/<\/a>/g)?.length);
  });
});

describe('pagerduty', () => {
  const form = { template: 'pagerduty', routing_key: KEY } as const;
  test('trigger', () => {
    expect(bodyOf(form, message(failed))).toEqual({
      routing_key: KEY,
      event_action: 'trigger',
      dedup_key: 'offhook/monitor/berlin',
      client: 'Offhook',
      payload: {
        summary: 'FAILED: berlin: 486 Busy Here',
        source: 'berlin',
        severity: 'critical',
        timestamp: '2026-03-01T12:00:00.000Z',
        component: 'berlin',
        custom_details: {
          from: 'ok',
          to: 'failed',
          run: 'r1',
          labels: { site: 'b' },
          info: 'Trunk 1',
        },
      },
      links: [{ href: 'https://m.example/runs/r1', text: 'Report' }],
    });
  });
  test.each<[string, ToldRun[], ToldOf[], string]>([
    ['resolves under the same key', [recovered], ['failed', 'recovered'], 'resolve'],
    ['is about what a monitor came to', [failed, recovered], ['failed', 'recovered'], 'resolve'],
    [
      'resolves what became degraded',
      [{ ...failed, to: 'degraded' }],
      ['failed', 'recovered'],
      'resolve',
    ],
    ['unless that is told', [{ ...failed, to: 'degraded' }], ['degraded', 'failed'], 'trigger'],
  ])('%s', (_, told, on, event_action) => {
    expect(bodyOf(form, message(...told), on)).toMatchObject({
      event_action,
      dedup_key: 'offhook/monitor/berlin',
    });
  });
  test('a test triggers an alert of its own', () => {
    expect(bodyOf(form, message(test_))).toMatchObject({
      event_action: 'trigger',
      dedup_key: 'offhook/test/berlin',
      payload: { severity: 'info', summary: 'TEST: berlin: A test.' },
    });
  });
  test('lengths', () => {
    const long = message({ ...failed, monitor: 'x'.repeat(900), note: 'y'.repeat(9000) });
    const body = bodyOf(form, long) as { dedup_key: string; payload: { summary: string } };
    expect(body.dedup_key.length).toBeLessThanOrEqual(255);
    expect(body.payload.summary.length).toBeLessThanOrEqual(1024);
  });
});

describe('alertmanager', () => {
  const form = { template: 'alertmanager' } as const;
  interface Alert {
    labels: Record<string, string>;
    endsAt: string;
  }
  const alertsOf = (of: Message, on = TOLD_OF): Alert[] => bodyOf(form, of, on) as Alert[];
  const namesOf = (alerts: Alert[]): [string | undefined, boolean][] =>
    alerts.map(({ labels, endsAt }) => [labels['alertname'], Date.parse(endsAt) <= SENT]);
  test('an alert that ends by itself unless it is repeated', () => {
    expect(bodyOf(form, message(failed))).toEqual([
      {
        labels: {
          alertname: 'OffhookMonitorFailed',
          monitor: 'berlin',
          severity: 'critical',
          site: 'b',
        },
        annotations: { summary: 'FAILED: berlin', description: '486 Busy Here', info: 'Trunk 1' },
        startsAt: '2026-03-01T12:00:00.000Z',
        endsAt: '2026-03-01T12:08:10.000Z',
        generatorURL: 'https://m.example/runs/r1',
      },
    ]);
  });
  test('what a monitor is not in is resolved', () => {
    expect(namesOf(alertsOf(message(recovered)))).toEqual([['OffhookMonitorFailed', true]]);
    const on: ToldOf[] = ['degraded', 'failing', 'failed', 'recovered'];
    expect(namesOf(alertsOf(message(failed), on))).toEqual([
      ['OffhookMonitorFailed', false],
      ['OffhookMonitorFailing', true],
      ['OffhookMonitorDegraded', true],
    ]);
  });
  test('only the last word on a monitor', () => {
    expect(namesOf(alertsOf(message(failed, recovered)))).toEqual([['OffhookMonitorFailed', true]]);
  });
  test('a repetition keeps the begin', () => {
    const [alert] = alertsOf({
      ...message({ ...failed, kind: 'reminder' }),
      sent_at: SENT + 60_000,
    });
    expect(alert).toMatchObject({
      startsAt: '2026-03-01T12:00:00.000Z',
      endsAt: '2026-03-01T12:09:10.000Z',
    });
  });
  test('labels of others cannot be ours, and have names that are allowed', () => {
    const labels = {
      'my-label': '1',
      '2nd': '2',
      alertname: 'x',
      severity: 'none',
      monitor: 'other',
    };
    expect(alertsOf(message({ ...failed, labels }))[0]?.labels).toEqual({
      my_label: '1',
      _2nd: '2',
      alertname: 'OffhookMonitorFailed',
      severity: 'critical',
      monitor: 'berlin',
    });
  });
  test('a test is an alert that ends', () => {
    expect(namesOf(alertsOf(message(test_)))).toEqual([['OffhookNotificationTest', false]]);
  });
});
