/** The state of a monitor, and how the outcome of a run changes it: one pure function. */
import type { Outcome } from './run.js';
import type { MonitorSettings } from './settings.js';

/**
 * `ok`: good; `degraded`: passes, but slower or worse than it should; `failing`: as many bad runs as `warn_after`;
 * `failed`: as many as `fail_after`; `unknown`: never ran, or has never passed where that is to be ignored.
 */
export const STATES = ['ok', 'degraded', 'failing', 'failed', 'unknown'] as const;
export type State = (typeof STATES)[number];

/** What is kept of a monitor between runs and across restarts. Plain data. */
export interface MonitorState {
  readonly state: State;
  /** When the state became what it is, in ms since 1970; 0: never. */
  readonly since: number;
  /** Bad, degraded and good runs in a row, up to the last one that counts. */
  readonly bad: number;
  readonly slow: number;
  readonly good: number;
  /** Outcomes of the last counted runs, the newest last: as many as `of` can ask for. */
  readonly recent: readonly Outcome[];
  readonly has_passed: boolean;
  /** Runs since the history began: all, those that were bad, passed on a retry, were degraded, did not count. */
  readonly n_run: number;
  readonly n_fail: number;
  readonly n_flaky: number;
  readonly n_degraded: number;
  readonly n_uncounted: number;
  /** First line of the last failure, while the monitor is not ok. */
  readonly note?: string;
  /** The run that set the note. */
  readonly note_run?: string;
}

/** A change of the state: what notifications tell. */
export interface Transition {
  readonly from: State;
  readonly to: State;
  readonly at: number;
  readonly note?: string;
  readonly run?: string;
}

export const FIRST_STATE: MonitorState = {
  state: 'unknown',
  since: 0,
  bad: 0,
  slow: 0,
  good: 0,
  recent: [],
  has_passed: false,
  n_run: 0,
  n_fail: 0,
  n_flaky: 0,
  n_degraded: 0,
  n_uncounted: 0,
};

/** The longest window that `of` may name: so many outcomes are kept. */
export const LONGEST_WINDOW = 100;

export type StateRules = Pick<
  MonitorSettings,
  'warn_after' | 'fail_after' | 'of' | 'recover_after' | 'ignore_until_first_success'
>;

export interface Result {
  readonly outcome: Outcome;
  readonly at: number;
  readonly note?: string;
  readonly run?: string;
}

export function isBad(outcome: Outcome): boolean {
  return outcome === 'failed' || outcome === 'errored';
}

export function isCounted(outcome: Outcome): boolean {
  return outcome !== 'stopped' && outcome !== 'lost';
}

/** @returns the state after a run with that outcome, and the change of state that notifications tell, if it changed */
export function stateAfter(
  before: MonitorState,
  result: Result,
  rules: StateRules,
): { readonly state: MonitorState; readonly transition?: Transition } {
  const { outcome, at, note, run } = result;
  const n_run = before.n_run + 1;
  if (!isCounted(outcome)) {
    return { state: { ...before, n_run, n_uncounted: before.n_uncounted + 1 } };
  }
  const bad = isBad(outcome);
  const slow = outcome === 'degraded';
  const counted: MonitorState = {
    ...before,
    n_run,
    n_fail: before.n_fail + (bad ? 1 : 0),
    n_flaky: before.n_flaky + (outcome === 'flaky' ? 1 : 0),
    n_degraded: before.n_degraded + (slow ? 1 : 0),
    bad: bad ? before.bad + 1 : 0,
    slow: slow ? before.slow + 1 : 0,
    good: bad ? 0 : before.good + 1,
    recent: [...before.recent, outcome].slice(-LONGEST_WINDOW),
    has_passed: before.has_passed || !bad,
  };
  const to = next(counted, before.state, rules);
  // What was wrong stays noted until all is well.
  const { note: _note, note_run: _run, ...plain } = counted;
  const noted = bad || slow ? given({ note, note_run: run }) : to === 'ok' ? {} : given(before);
  const since = to === before.state ? before.since : at;
  const state: MonitorState = { ...plain, ...noted, state: to, since };
  if (to === before.state) return { state };
  const told = { ...(run === undefined ? {} : { run }), ...(bad || slow ? given({ note }) : {}) };
  return { state, transition: { from: before.state, to, at, ...told } };
}

/** The note and its run, as far as there are any: a field without a value is left out. */
function given({
  note,
  note_run,
}: {
  readonly note?: string | undefined;
  readonly note_run?: string | undefined;
}): Pick<MonitorState, 'note' | 'note_run'> {
  return {
    ...(note === undefined ? {} : { note }),
    ...(note_run === undefined ? {} : { note_run }),
  };
}

function next(counted: MonitorState, before: State, rules: StateRules): State {
  if (rules.ignore_until_first_success && !counted.has_passed) return 'unknown';
  const { bad, slow, good } = inWindow(counted, rules.of);
  if (bad >= rules.fail_after) return 'failed';
  // What is bad stays so until it has recovered: one good run among bad ones is no recovery.
  const wasBad = before === 'failing' || before === 'failed';
  if (wasBad && good < rules.recover_after) return before;
  if (bad >= rules.warn_after) return 'failing';
  // As many slow runs are needed as bad ones for `failing`: one slow call is no news.
  if (slow >= rules.warn_after) return 'degraded';
  if (before === 'degraded' && cleanInRow(counted.recent) < rules.recover_after) return 'degraded';
  // Too few bad runs for `failing` leave the state as it was.
  return counted.bad > 0 ? before : 'ok';
}

/** Bad and slow runs in the window, or in a row; good ones in a row. */
function inWindow(
  { bad, slow, good, recent }: MonitorState,
  of: number | undefined,
): Pick<MonitorState, 'bad' | 'slow' | 'good'> {
  if (of === undefined) return { bad, slow, good };
  const window = recent.slice(-of);
  return {
    bad: window.filter(isBad).length,
    slow: window.filter((outcome) => outcome === 'degraded').length,
    good,
  };
}

/** Runs in a row, up to the last one, that passed without being slow. */
function cleanInRow(recent: readonly Outcome[]): number {
  const last = recent.findLastIndex((outcome) => isBad(outcome) || outcome === 'degraded');
  return recent.length - 1 - last;
}
