import { expect, test } from 'vitest';
import { FIRST_STATE, type State } from '../../../monitor/model/states.js';
import type { MonitorView } from '../../../monitor/model/view.js';
import { monitorSettings } from '../../../testing/monitor/sample-monitor.js';
import { allLabels, countStates, matches, NO_FILTER, worstFirst } from './order.js';

function view(
  name: string,
  state: State,
  more: {
    paused?: boolean;
    note?: string;
    info?: string;
    labels?: Record<string, string>;
  } = {},
): MonitorView {
  const { paused = false, note, labels = {}, info } = more;
  return {
    name,
    state: { ...FIRST_STATE, state, ...(note === undefined ? {} : { note }) },
    settings: monitorSettings({ name, labels, ...(info === undefined ? {} : { info }) }),
    paused,
    in_maintenance: false,
    strip: [],
    uptime: {},
  };
}

test('the worst first, paused ones behind others of their state, then by name as people count', () => {
  const views = [
    view('ok', 'ok'),
    view('line 10', 'failed'),
    view('never ran', 'unknown'),
    view('line 9', 'failed'),
    view('a', 'failed', { paused: true }),
    view('slow', 'degraded'),
    view('first bad runs', 'failing'),
  ];
  expect(worstFirst(views).map(({ name }) => name)).toEqual([
    'line 9',
    'line 10',
    'a',
    'first bad runs',
    'slow',
    'never ran',
    'ok',
  ]);
});

test('the filter looks into name, info, note and labels', () => {
  const one = view('Berlin', 'failed', {
    note: '503 Service Unavailable',
    info: 'desk 42',
    labels: { site: 'west' },
  });
  for (const text of ['', '  ', 'berl', 'unavailable', 'DESK', 'site=west']) {
    expect(matches(one, { ...NO_FILTER, text }), text).toBe(true);
  }
  expect(matches(one, { ...NO_FILTER, text: 'hamburg' })).toBe(false);
  expect(matches(one, { ...NO_FILTER, states: new Set(['ok', 'failed']) })).toBe(true);
  expect(matches(one, { ...NO_FILTER, states: new Set(['ok']) })).toBe(false);
  expect(matches(one, { ...NO_FILTER, label: 'site=west' })).toBe(true);
  expect(matches(one, { ...NO_FILTER, label: 'site=wes' })).toBe(false);
});

test('labels of all, each once; counts of every state', () => {
  const views = [
    view('a', 'ok', { labels: { site: '10' } }),
    view('b', 'ok', { labels: { site: '9', tier: 'x' } }),
    view('c', 'failed', { labels: { site: '10' } }),
  ];
  expect(allLabels(views)).toEqual(['site=9', 'site=10', 'tier=x']);
  expect(countStates(views)).toEqual({ ok: 2, degraded: 0, failing: 0, failed: 1, unknown: 0 });
});
