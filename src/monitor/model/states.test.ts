import { describe, expect, test } from 'vitest';
import type { Outcome } from './run.js';
import { FIRST_STATE, stateAfter, type MonitorState, type StateRules } from './states.js';

const RULES: StateRules = {
  warn_after: 1,
  fail_after: 2,
  recover_after: 1,
  ignore_until_first_success: false,
};

const LETTERS: Readonly<Record<string, Outcome>> = {
  p: 'passed',
  y: 'flaky',
  d: 'degraded',
  f: 'failed',
  e: 'errored',
  s: 'stopped',
  l: 'lost',
};

function after(
  outcomes: string,
  rules: Partial<StateRules>,
): { states: string; last: MonitorState } {
  let last = FIRST_STATE;
  const states = Array.from(outcomes, (letter, index) => {
    const outcome = LETTERS[letter] ?? 'passed';
    last = stateAfter(
      last,
      { outcome, at: index + 1, note: `note ${index}` },
      { ...RULES, ...rules },
    ).state;
    return last.state;
  });
  return { states: states.join(' '), last };
}

describe('the state after each of these outcomes', () => {
  test.each<[string, Partial<StateRules>, string]>([
    ['p', {}, 'ok'],
    ['y', {}, 'ok'],
    ['f', {}, 'failing'],
    ['e', {}, 'failing'],
    ['ff', {}, 'failing failed'],
    ['fe', {}, 'failing failed'],
    ['fp', {}, 'failing ok'],
    ['ffp', {}, 'failing failed ok'],
    // what does not count changes nothing
    ['s', {}, 'unknown'],
    ['psl', {}, 'ok ok ok'],
    ['fsf', {}, 'failing failing failed'],
    ['fslp', {}, 'failing failing failing ok'],
    // thresholds
    ['pff', { warn_after: 2, fail_after: 3 }, 'ok ok failing'],
    ['pfff', { warn_after: 2, fail_after: 3 }, 'ok ok failing failed'],
    ['pfpf', { warn_after: 2, fail_after: 3 }, 'ok ok ok ok'],
    ['f', { warn_after: 1, fail_after: 1 }, 'failed'],
    ['f', { warn_after: 2, fail_after: 2 }, 'unknown'],
    // one good run among bad ones is no recovery
    ['ffpp', { recover_after: 2 }, 'failing failed failed ok'],
    ['ffpfp', { recover_after: 2 }, 'failing failed failed failed failed'],
    ['ffpfpp', { recover_after: 2 }, 'failing failed failed failed failed ok'],
    ['fpp', { recover_after: 2 }, 'failing failing ok'],
    // so many of the last so many
    ['fpfpf', { of: 5, fail_after: 3 }, 'failing failing failing failing failed'],
    [
      'fpfpfpppp',
      { of: 5, fail_after: 3 },
      'failing failing failing failing failed failing failing failing failing',
    ],
    ['pfpfp', { of: 3, warn_after: 2, fail_after: 3 }, 'ok ok ok failing ok'],
    ['ppppf', { of: 5, warn_after: 2, fail_after: 3 }, 'ok ok ok ok ok'],
    // slow or bad quality: as many runs as for `failing`
    ['d', {}, 'degraded'],
    ['pd', { warn_after: 2, fail_after: 3 }, 'ok ok'],
    ['pdd', { warn_after: 2, fail_after: 3 }, 'ok ok degraded'],
    ['ddp', { warn_after: 2, fail_after: 3 }, 'ok degraded ok'],
    ['ddpp', { warn_after: 2, fail_after: 3, recover_after: 2 }, 'ok degraded degraded ok'],
    ['ffd', {}, 'failing failed degraded'],
    ['df', {}, 'degraded failing'],
    ['dff', { warn_after: 2, fail_after: 3 }, 'ok ok failing'],
    // never connected
    ['fff', { ignore_until_first_success: true }, 'unknown unknown unknown'],
    ['ffpff', { ignore_until_first_success: true }, 'unknown unknown ok failing failed'],
  ])('%s with %j', (outcomes, rules, expected) => {
    expect(after(outcomes, rules).states).toBe(expected);
  });
});

test('runs are counted by what they came to', () => {
  expect(after('pyfedsl', {}).last).toMatchObject({
    n_run: 7,
    n_fail: 2,
    n_flaky: 1,
    n_degraded: 1,
    n_uncounted: 2,
  });
});

test('a change is told once, with the run that made it', () => {
  const bad = { outcome: 'failed', at: 5, note: 'no answer', run: 'r1' } as const;
  const first = stateAfter(FIRST_STATE, bad, RULES);
  expect(first.transition).toEqual({
    from: 'unknown',
    to: 'failing',
    at: 5,
    note: 'no answer',
    run: 'r1',
  });
  const again = stateAfter(first.state, { ...bad, at: 6 }, { ...RULES, fail_after: 9 });
  expect(again.transition).toBeUndefined();
  expect(again.state).toMatchObject({ since: 5, note: 'no answer', note_run: 'r1' });
  const good = stateAfter(again.state, { outcome: 'passed', at: 7, run: 'r3' }, RULES);
  expect(good.transition).toEqual({ from: 'failing', to: 'ok', at: 7, run: 'r3' });
  expect(good.state).not.toHaveProperty('note');
  expect(good.state.since).toBe(7);
});

test('the note of a failure stays until the monitor is ok, and goes with an older one', () => {
  const { last } = after('ffp', { recover_after: 3 });
  expect(last.note).toBe('note 1');
  expect(after('pf', { warn_after: 2, fail_after: 3 }).last.note).toBe('note 1');
  expect(after('pfp', { warn_after: 2, fail_after: 3 }).last.note).toBeUndefined();
});

test('only as many outcomes are kept as a window can have', () => {
  const { last } = after('p'.repeat(150), {});
  expect(last.recent).toHaveLength(100);
});
