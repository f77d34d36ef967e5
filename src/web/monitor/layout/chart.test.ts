import { expect, test } from 'vitest';
import type { Bucket } from '../../../monitor/model/view.js';
import {
  bandPath,
  DAY_MS,
  durationTicks,
  HOUR_MS,
  meanPath,
  nearest,
  pointsOf,
  scaleOf,
  segmentsOf,
  timeTicks,
} from './chart.js';

function bucket(hour: number, mean?: number, runs: Bucket['runs'] = { passed: 1 }): Bucket {
  const measures =
    mean === undefined
      ? {}
      : { duration: { count: 2, sum: 2 * mean, least: mean - 1, most: mean + 1 } };
  return { at: hour * HOUR_MS, runs, states: {}, measures };
}

test('points of a measure: hours without it are left out', () => {
  const none: Bucket = {
    ...bucket(3),
    measures: { duration: { count: 0, sum: 0, least: 0, most: 0 } },
  };
  const points = pointsOf(
    [bucket(1, 5, { passed: 1, failed: 2, errored: 1 }), bucket(2), none],
    'duration',
  );
  expect(points).toEqual([{ at: HOUR_MS, mean: 5, least: 4, most: 6, count: 2, bad: 3 }]);
  expect(pointsOf([bucket(1, 5)], 'mos')).toEqual([]);
});

test('the curve is broken where nothing ran', () => {
  const points = pointsOf([bucket(0, 1), bucket(1, 1), bucket(3, 1), bucket(4, 1)], 'duration');
  const hours = segmentsOf(points, HOUR_MS).map((part) => part.map(({ at }) => at / HOUR_MS));
  expect(hours).toEqual([
    [0, 1],
    [3, 4],
  ]);
});

const FRAME = { from: 0, to: 4 * HOUR_MS, least: 0, most: 10, width: 400, height: 100 };

test('line and band stand in the middle of the hours, and stay inside', () => {
  const scale = scaleOf(FRAME);
  const two = pointsOf([bucket(0, 5), bucket(1, 3)], 'duration');
  expect(meanPath(two, scale, HOUR_MS)).toBe('M50 50L150 70');
  expect(bandPath(two, scale, HOUR_MS)).toBe('M50 40L150 60L150 80L50 60z');
  expect([scale.x(-HOUR_MS), scale.x(9 * HOUR_MS), scale.y(-1), scale.y(99)]).toEqual([
    0, 400, 100, 0,
  ]);
});

test('an hour by itself is a dash as long as the hour', () => {
  const scale = scaleOf(FRAME);
  const one = pointsOf([bucket(1, 5)], 'duration');
  expect(meanPath(one, scale, HOUR_MS)).toBe('M100 50H200');
  expect(bandPath(one, scale, HOUR_MS)).toBe('M100 40H200V60H100z');
  expect([meanPath([], scale, HOUR_MS), bandPath([], scale, HOUR_MS)]).toEqual(['', '']);
});

test('all values the same, or no time at all: still numbers', () => {
  const scale = scaleOf({ ...FRAME, to: 0, least: 0, most: 0 });
  expect(scale.x(0)).toBe(0);
  expect(scale.y(0)).toBe(100);
});

test('the nearest point', () => {
  const points = pointsOf([bucket(0, 1), bucket(5, 1)], 'duration');
  expect(nearest(points, 2 * HOUR_MS, HOUR_MS)).toBe(0);
  expect(nearest(points, 4 * HOUR_MS, HOUR_MS)).toBe(1);
  expect(nearest([], 0, HOUR_MS)).toBeUndefined();
});

test.each([
  [0, [0, 1]],
  [3, [0, 1, 2, 3]],
  [2300, [0, 1000, 2000, 3000]],
  [6000, [0, 2000, 4000, 6000]],
  [61_000, [0, 30_000, 60_000, 90_000]],
  [20 * HOUR_MS, [0, 7 * HOUR_MS, 14 * HOUR_MS, 21 * HOUR_MS]],
])('an axis up to %d ms', (most, ticks) => {
  expect(durationTicks(most)).toEqual(ticks);
});

const at = (day: number, hour: number, minute = 0): number =>
  new Date(2026, 10, day, hour, minute).getTime();

test('ticks of a day are round local hours', () => {
  const ticks = timeTicks(at(29, 13, 20), at(30, 13, 20), 'day');
  expect(ticks.map(({ text }) => text)).toEqual([
    '16:00',
    '20:00',
    '00:00',
    '04:00',
    '08:00',
    '12:00',
  ]);
  expect(ticks[0]?.at).toBe(at(29, 16));
});

test('ticks of a week are midnights, of a month Mondays', () => {
  const week = timeTicks(at(23, 13), at(30, 13), 'week').map(({ text }) => text);
  expect(week).toEqual(['Tue 24', 'Wed 25', 'Thu 26', 'Fri 27', 'Sat 28', 'Sun 29', 'Mon 30']);
  const month = timeTicks(at(1, 13), at(30, 13), 'month').map(({ text }) => text);
  expect(month).toEqual(['2 Nov', '9 Nov', '16 Nov', '23 Nov', '30 Nov']);
});

test('where the clock is set back or forward, ticks go on', () => {
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Europe/Berlin';
  try {
    const hours = (month: number, day: number): readonly string[] => {
      const to = new Date(2026, month, day, 13).getTime();
      return timeTicks(to - DAY_MS, to, 'day').map(({ text }) => text);
    };
    // A day of 25 hours begins at 14:00 of the day before, one of 23 hours at 12:00.
    expect(hours(9, 25)).toEqual(['16:00', '20:00', '00:00', '04:00', '08:00', '12:00']);
    expect(new Date(2026, 9, 25, 13).getTimezoneOffset()).toBe(-60);
    expect(hours(2, 29)).toEqual(['16:00', '20:00', '00:00', '04:00', '08:00', '12:00']);
    expect(new Date(2026, 2, 29, 13).getTimezoneOffset()).toBe(-120);
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});
