import { describe, expect, it, test } from 'vitest';
import { labelsOf } from './metric-labels.js';
import { probeMetrics, probeTime } from './probe.js';

const RUN = {
  id: '1',
  monitor: 'line',
  trigger: 'request',
  started_at: 0,
  ended_at: 4000,
  duration_ms: 4000,
  measures: { setup: 1500, mos: 4.2, packet_loss: 2 },
  scenarios: 3,
  scenarios_failed: 1,
  kept: false,
} as const;

describe('the time of a probe', () => {
  test.each([
    [undefined, 120_000],
    ['10', 9500],
    ['2.25', 1750],
    ['0.2', 100],
  ])('%s: %s ms', (field, expected) => {
    expect(probeTime(field)).toBe(expected);
  });

  test.each(['', '0', '-5', 'ten', '1e3', 'Infinity', '1'.repeat(50)])('"%s" is none', (field) => {
    expect(() => probeTime(field)).toThrow('not a positive number of seconds');
  });
});

describe('the metrics of a probe', () => {
  const valuesOf = async (...args: Parameters<typeof probeMetrics>): Promise<string[]> =>
    (await probeMetrics(...args)).text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));

  it('of a run that passed: measures in seconds, loss as a ratio', async () => {
    expect(await valuesOf({ ...RUN, outcome: 'passed', scenarios_failed: 0 }, 5000)).toEqual([
      'probe_success 1',
      'probe_duration_seconds 5',
      'offhook_probe_timed_out 0',
      'offhook_probe_run_duration_seconds 4',
      'offhook_probe_scenarios 3',
      'offhook_probe_scenarios_failed 0',
      'offhook_probe_degraded 0',
      'offhook_probe_call_setup_seconds 1.5',
      'offhook_probe_packet_loss_ratio 0.02',
      'offhook_probe_mos 4.2',
    ]);
  });

  it.each([
    ['passed', '1'],
    ['flaky', '1'],
    ['degraded', '1'],
    ['failed', '0'],
    ['errored', '0'],
    ['stopped', '0'],
    ['lost', '0'],
  ] as const)('%s: probe_success %s', async (outcome, success) => {
    expect((await valuesOf({ ...RUN, outcome }, 1))[0]).toBe(`probe_success ${success}`);
  });

  it('of a run that did not end in time', async () => {
    expect(await valuesOf(undefined, 9500)).toEqual([
      'probe_success 0',
      'probe_duration_seconds 9.5',
      'offhook_probe_timed_out 1',
    ]);
  });
});

it('labels of settings become labels of metrics', () => {
  expect(labelsOf({ site: 'Bonn', 'a-b': '1', 'a.b': '2', '0x': '3', ä: '4' })).toEqual({
    label_site: 'Bonn',
    label_a_b: '1',
    label_0x: '3',
    label__: '4',
  });
});
