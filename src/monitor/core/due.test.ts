import { describe, expect, test } from 'vitest';
import type { MonitorSettings, Schedule } from '../model/settings.js';
import {
  dueAfter,
  dueAfterJump,
  firstDue,
  inMaintenance,
  intervalOf,
  jumpOf,
  nextDue,
  phaseOf,
} from './due.js';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);
const every = (ms: number): Schedule => ({ kind: 'every', every_ms: ms });
const cron = (pattern: string, timezone = 'UTC'): Schedule => ({
  kind: 'cron',
  cron: pattern,
  timezone,
});
const shown = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

function monitor(schedule: Schedule, fast?: number): MonitorSettings {
  return {
    name: 'm',
    schedule,
    ...(fast === undefined ? {} : { every_when_failing_ms: fast }),
  } as MonitorSettings;
}

describe('when it runs next', () => {
  test.each([
    // started when due: one interval later
    [0, 0, 60_000],
    // begun late, because others ran: the grid stays
    [0, 20_000, 60_000],
    [0, 59_999, 60_000],
    // begun so late that one was missed: it is not made up for
    [0, 60_000, 120_000],
    [0, 185_000, 240_000],
  ])('due at %i, begun at %i', (due, now, expected) => {
    expect(nextDue(monitor(every(MINUTE)), now, { due_at: due, is_bad: false })).toBe(expected);
  });

  test('sooner while it fails, and never later than its schedule says', () => {
    const past = { due_at: 0, started_at: 1000, is_bad: true };
    expect(nextDue(monitor(every(300_000), 30_000), 12_000, past)).toBe(31_000);
    expect(nextDue(monitor(every(300_000), 30_000), 50_000, past)).toBe(50_000);
    expect(nextDue(monitor(every(10_000), 30_000), 5000, past)).toBe(10_000);
    expect(nextDue(monitor(every(300_000), 30_000), 12_000, { ...past, is_bad: false })).toBe(
      300_000,
    );
    expect(nextDue(monitor({ kind: 'never' }, 30_000), 12_000, past)).toBeUndefined();
  });
});

describe('after a start', () => {
  test('a run that is still to come keeps its time', () => {
    expect(firstDue(monitor(every(MINUTE)), 100_000, 70_000)).toBe(130_000);
  });

  test.each([
    ['missed meanwhile', 10_000],
    ['of a clock that was wrong', 999_999_999],
    ['none yet', undefined],
  ])('%s: it runs soon, at its own place of the minute', (_what, started) => {
    const due = firstDue(monitor(every(300_000)), 1_000_000, started) ?? 0;
    expect(due).toBe(1_000_000 + phaseOf('m', 300_000));
    expect(due - 1_000_000).toBeLessThan(MINUTE);
  });

  test('names spread evenly', () => {
    const phases = Array.from({ length: 200 }, (_, index) => phaseOf(`monitor-${index}`, MINUTE));
    const quarters = [0, 1, 2, 3].map(
      (quarter) => phases.filter((phase) => Math.floor(phase / 15_000) === quarter).length,
    );
    for (const count of quarters) expect(count).toBeGreaterThan(30);
  });
});

describe('times of day', () => {
  test.each([
    // an ordinary day
    ['0 9 * * *', 'Europe/Berlin', '2026-11-30T12:00:00Z', '2026-12-01T08:00:00.000Z'],
    // the hour that does not exist on 29 March 2026: it runs at its end
    ['30 2 * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z', '2026-03-29T01:00:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-30T00:30:00.000Z'],
    // the hour that comes twice on 25 October 2026: once
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', '2026-10-25T00:30:00.000Z'],
    ['30 2 * * *', 'Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-26T01:30:00.000Z'],
    ['0 0 29 2 *', 'UTC', '2026-11-30T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['*/15 * * * * *', 'UTC', '2026-11-30T00:00:01Z', '2026-11-30T00:00:15.000Z'],
  ])('%s in %s after %s', (pattern, timezone, now, expected) => {
    expect(shown(dueAfter(cron(pattern, timezone), at(now)))).toBe(expected);
  });

  test('the interval is that between the next two', () => {
    expect(intervalOf(cron('*/10 * * * *'), at('2026-11-30T00:01:00Z'))).toBe(10 * MINUTE);
    expect(intervalOf(every(5000), 0)).toBe(5000);
    expect(intervalOf({ kind: 'never' }, 0)).toBeUndefined();
  });
});

describe('maintenance', () => {
  const weekly = { cron: '0 3 * * 0', timezone: 'Europe/Berlin', duration_ms: 120 * MINUTE };
  const once = { from: at('2026-12-24T18:00:00+01:00'), to: at('2026-12-27T06:00:00+01:00') };
  test.each([
    ['2026-11-29T01:59:59Z', false],
    ['2026-11-29T02:00:00Z', true],
    ['2026-11-29T03:59:59Z', true],
    ['2026-11-29T04:00:00Z', false],
    ['2026-12-24T16:59:59Z', false],
    ['2026-12-24T17:00:00Z', true],
    ['2026-12-27T05:00:00Z', false],
  ])('at %s: %s', (now, expected) => {
    expect(inMaintenance([weekly, once], at(now))).toBe(expected);
  });
});

describe('a clock that jumps', () => {
  test.each([
    [1000, 1000, 0],
    [1000, 1900, 0],
    [1000, 3_601_000, 3_600_000],
    [1000, -3_599_000, -3_600_000],
  ])('steady %i ms later, wall %i ms later: by %i', (steady, wall, expected) => {
    expect(jumpOf({ wall: 5000, steady: 70 }, { wall: 5000 + wall, steady: 70 + steady })).toBe(
      expected,
    );
  });

  test('an interval stays as long, a time of day stays that time', () => {
    const now = at('2026-11-30T12:00:00Z');
    expect(dueAfterJump(every(MINUTE), now - 3_600_000 + 20_000, { now, jump: 3_600_000 })).toBe(
      now + 20_000,
    );
    expect(dueAfterJump(every(MINUTE), now + 3_620_000, { now, jump: -3_600_000 })).toBe(
      now + 20_000,
    );
    const noon = dueAfterJump(cron('0 13 * * *'), now + 99, { now, jump: -1 });
    expect(shown(noon)).toBe('2026-11-30T13:00:00.000Z');
    expect(dueAfterJump(every(MINUTE), undefined, { now, jump: 1 })).toBeUndefined();
  });
});
