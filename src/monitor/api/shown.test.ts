import { describe, expect, it } from 'vitest';
import type { MonitorSettings } from '../model/settings.js';
import { FIRST_STATE, type MonitorState } from '../model/states.js';
import type { Day } from '../model/days.js';
import type { MonitorView } from '../model/view.js';
import { monitorSettings } from '../../testing/monitor/sample-monitor.js';
import { PublicDays } from './public-days.js';
import { failMap, groupsOf, publicStatus, shownChange, shownMonitor, testOf } from './shown.js';

const SETTINGS = monitorSettings({
  schedule: { kind: 'every', every_ms: 60_000 },
  timeout_ms: 30_000,
  fail_after: 3,
});

function view(
  name: string,
  state: Partial<MonitorState>,
  rest: Omit<Partial<MonitorView>, 'settings' | 'state'> & {
    settings?: Partial<MonitorSettings>;
  } = {},
): MonitorView {
  return {
    name,
    paused: false,
    in_maintenance: false,
    strip: [],
    uptime: {},
    ...rest,
    state: { ...FIRST_STATE, ...state },
    settings: { ...SETTINGS, name, ...rest.settings },
  };
}

describe('groups', () => {
  it('by state, and what is not quite right', () => {
    const groups = groupsOf([
      view('a', { state: 'ok', recent: ['passed'] }),
      view('b', { state: 'ok', recent: ['failed', 'passed'] }),
      view('c', { state: 'degraded' }),
      view('d', { state: 'failing', recent: ['failed'] }),
      view('e', { state: 'failed', recent: ['failed'] }),
      view('f', {}, { paused: true }),
    ]);
    expect(groups).toEqual({
      fail: ['e'],
      warn: ['d'],
      note: ['b', 'c'],
      ok: ['a', 'b'],
      paused: ['f'],
      unknown: ['f'],
    });
  });

  it('a bad run that is 20 counted runs ago is no note', () => {
    const good = Array<'passed'>(19).fill('passed');
    expect(failMap(['failed', ...good]).includes(true)).toBe(true);
    expect(failMap(['failed', ...good, 'flaky']).includes(true)).toBe(false);
    expect(failMap(['stopped', 'failed', 'lost', 'degraded'])).toEqual([true, false]);
  });
});

describe("CallTest's state of a test", () => {
  it('has all there is, and nothing that is not', () => {
    const last = { ended_at: 900, started_at: 500, outcome: 'failed' } as MonitorView['last'];
    const state = { state: 'failing', bad: 2, n_run: 9, n_fail: 4, note: 'busy' } as const;
    const test = testOf(
      view(
        'line',
        { ...state, recent: ['passed', 'failed'] },
        {
          running: { id: '2', started_at: 1000 },
          next_at: 61_000,
          ...(last === undefined ? {} : { last }),
          settings: { every_when_failing_ms: 10_000 },
        },
      ),
    );
    expect(test).toEqual({
      name: 'line',
      running: true,
      waiting: false,
      paused: false,
      status: 'failing',
      t_start: 1000,
      t_stop: 900,
      n_run: 9,
      n_fail: 4,
      fail_count: 2,
      fail_map: [false, true],
      exception: 'busy',
      next_run: 61_000,
      repeat_after_ms: 60_000,
      retry_after_ms: 10_000,
      timeout_ms: 30_000,
      warn_after: 1,
      fail_after: 3,
    });
  });
});

it('values of `set` are shown to nobody, also in the feed', () => {
  const secret = view('line', {}, { settings: { set: { SIP_PASSWORD: 'hunter2', HOST: 'pbx' } } });
  expect(shownMonitor(secret).settings.set).toEqual({ SIP_PASSWORD: '***', HOST: '***' });
  const change = shownChange({ type: 'monitor', monitor: secret });
  expect(JSON.stringify(change)).not.toContain('hunter2');
  expect(secret.settings.set['SIP_PASSWORD']).toBe('hunter2');
});

it('the public sees names, strips and uptimes of public monitors, nothing else', () => {
  const strip = (
    ['passed', 'flaky', 'degraded', 'failed', 'errored', 'stopped', 'lost'] as const
  ).map((outcome) => ({ id: 'x', started_at: 1, outcome, duration_ms: 1 }));
  const status = publicStatus('Phones', [
    view('open', { note: 'no' }, { strip, uptime: { day: 0.5 }, settings: { public: true } }),
    view('closed', {}),
  ]);
  const line = {
    name: 'open',
    strip: ['up', 'up', 'slow', 'down', 'down', 'none', 'none'],
    uptime: { day: 0.5 },
  };
  expect(status).toEqual({ title: 'Phones', monitors: [line] });
});

describe('days for the public', () => {
  const NOW = Date.UTC(2026, 10, 30, 12);
  const today = (good: number): Day => ({ at: Date.UTC(2026, 10, 30), runs: 9, good });

  it('only those of public monitors, with the name of the first; one that has not run has none', async () => {
    const settings = { public: true };
    const views = [
      view('open', {}, { settings }),
      view('closed', {}),
      view('new', {}, { settings }),
    ];
    const days = new Map(['open', 'closed', 'left'].map((name) => [name, [today(3)]]));
    const known = await new PublicDays({ days: () => Promise.resolve(days) }).known(NOW);
    const { first_day, monitors } = publicStatus('Phones', views, known) as {
      first_day: string;
      monitors: readonly { name: string; days: readonly object[] }[];
    };
    expect(first_day).toBe('2026-09-02');
    expect(monitors.map(({ name, days: { length } }) => [name, length])).toEqual([
      ['open', 90],
      ['new', 90],
    ]);
    expect(monitors.map((one) => one.days.at(-1))).toEqual([
      { runs: 9, good: 3 },
      { runs: 0, good: 0 },
    ]);
  });

  it('the store is asked again after a while, not by each; what it cannot tell is absent', async () => {
    let [asked, isThere] = [0, true];
    const days = new PublicDays({
      days: () => {
        asked += 1;
        if (!isThere) return Promise.reject(new Error('gone'));
        return Promise.resolve(new Map([['a', [today(asked)]]]));
      },
    });
    const good = async (at: number): Promise<number | undefined> =>
      (await days.known(at))?.of('a').at(-1)?.good;
    expect(await Promise.all([good(NOW), good(NOW), good(NOW)])).toEqual([1, 1, 1]);
    expect(await good(NOW + 29_000)).toBe(1);
    expect(await good(NOW + 31_000)).toBe(2);
    isThere = false;
    expect(await good(NOW + 62_000)).toBeUndefined();
    isThere = true;
    expect(await good(NOW + 93_000)).toBe(4);
  });
});
