/** What the API shows of monitors. Pure. */
import type { Change, MonitorView } from '../model/view.js';
import { isBad, isCounted } from '../model/states.js';
import type { Outcome } from '../model/run.js';
import type { KnownDays } from './public-days.js';

const MASK = '***';

/** Values of `set` are the variables of scenarios, where passwords stand: only their names are shown. */
export function shownMonitor(view: MonitorView): MonitorView {
  const { settings } = view;
  const names = Object.keys(settings.set);
  if (names.length === 0) return view;
  const set = Object.fromEntries(names.map((name) => [name, MASK]));
  return { ...view, settings: { ...settings, set } };
}

export function shownChange(change: Change): Change {
  return change.type === 'monitor'
    ? { type: 'monitor', monitor: shownMonitor(change.monitor) }
    : change;
}

type Group = 'fail' | 'warn' | 'note' | 'ok' | 'paused' | 'unknown';
export type Groups = Readonly<Record<Group, readonly string[]>>;

/**
 * Names as CallTest groups them: `fail` and `warn` by state; `note` has monitors that neither fail nor warn, but are degraded or had
 * a bad run among their last 20 counted runs. A monitor in `note` may also be in `ok`.
 */
export function groupsOf(views: readonly MonitorView[]): Groups {
  const names = (fits: (view: MonitorView) => boolean): readonly string[] =>
    views.filter(fits).map(({ name }) => name);
  return {
    fail: names(({ state }) => state.state === 'failed'),
    warn: names(({ state }) => state.state === 'failing'),
    note: names(isNoted),
    ok: names(({ state }) => state.state === 'ok'),
    paused: names(({ paused }) => paused),
    unknown: names(({ state }) => state.state === 'unknown'),
  };
}

function isNoted({ state }: MonitorView): boolean {
  if (state.state === 'failed' || state.state === 'failing') return false;
  return state.state === 'degraded' || failMap(state.recent).includes(true);
}

const LAST = 20;

/** The last counted runs, the newest last: true is a bad one. */
export function failMap(recent: readonly Outcome[]): readonly boolean[] {
  return recent.filter(isCounted).slice(-LAST).map(isBad);
}

/** CallTest's state of a test. */
export function testOf(view: MonitorView): Readonly<Record<string, unknown>> {
  const { state, settings, running, waiting_for: waitingFor, last, next_at: next } = view;
  const { schedule, every_when_failing_ms: retry } = settings;
  const every = schedule.kind === 'every' ? schedule.every_ms : undefined;
  const started = running?.started_at ?? last?.started_at;
  const fields = {
    name: view.name,
    info: settings.info,
    running: running !== undefined,
    waiting: waitingFor !== undefined,
    waiting_for: waitingFor,
    paused: view.paused,
    status: state.state,
    t_start: started,
    t_stop: last?.ended_at,
    n_run: state.n_run,
    n_fail: state.n_fail,
    fail_count: state.bad,
    fail_map: failMap(state.recent),
    exception: state.note,
    next_run: next,
    repeat_after_ms: every,
    retry_after_ms: retry ?? every,
    ...(schedule.kind === 'cron' ? { cron: schedule.cron, timezone: schedule.timezone } : {}),
    timeout_ms: settings.timeout_ms,
    warn_after: settings.warn_after,
    fail_after: settings.fail_after,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const BARS: Readonly<Record<Outcome, 'up' | 'slow' | 'down' | 'none'>> = {
  passed: 'up',
  flaky: 'up',
  degraded: 'slow',
  failed: 'down',
  errored: 'down',
  stopped: 'none',
  lost: 'none',
};

/**
 * Everything the public sees: names, strips, days and shares of time of monitors that are public; no time of a run, id or reason.
 * @param known days of monitors; undefined while the store cannot tell
 */
export function publicStatus(
  title: string,
  views: readonly MonitorView[],
  known?: KnownDays,
): object {
  const monitors = views
    .filter(({ settings }) => settings.public)
    .map(({ name, strip, uptime }) => ({
      name,
      strip: strip.map(({ outcome }) => BARS[outcome]),
      ...(known === undefined ? {} : { days: known.of(name) }),
      uptime,
    }));
  return { title, ...(known === undefined ? {} : { first_day: known.first_day }), monitors };
}
