/** Curves of a measure over time: what stands where. Pure. */
import { isBad } from '../../../monitor/model/states.js';
import type { Outcome } from '../../../monitor/model/run.js';
import type { Bucket } from '../../../monitor/model/view.js';
import { dayOfMonthText, hourText, weekdayText } from './time-text.js';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const RANGES = ['day', 'week', 'month'] as const;
export type Range = (typeof RANGES)[number];

/** How far back each range goes, and its buckets: 24 to 168 points. */
export const RANGE_OF: Readonly<
  Record<Range, { readonly ms: number; readonly size: 'hour' | 'day'; readonly sizeMs: number }>
> = {
  day: { ms: DAY_MS, size: 'hour', sizeMs: HOUR_MS },
  week: { ms: 7 * DAY_MS, size: 'hour', sizeMs: HOUR_MS },
  month: { ms: 30 * DAY_MS, size: 'day', sizeMs: DAY_MS },
};

/** One bucket with values of the measure. `at`: its begin. */
export interface Point {
  readonly at: number;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
  readonly count: number;
  /** Runs that were bad. */
  readonly bad: number;
}

export function pointsOf(buckets: readonly Bucket[], measure: string): Point[] {
  return buckets.flatMap(({ at, runs, measures }) => {
    const spread = measures[measure];
    if (spread === undefined || spread.count <= 0) return [];
    const { count, sum, least, most } = spread;
    return { at, mean: sum / count, least, most, count, bad: badRuns(runs) };
  });
}

/** Bad runs of an hour or a day. */
function badRuns(runs: Bucket['runs']): number {
  const entries = Object.entries(runs) as [Outcome, number][];
  return entries.reduce((sum, [outcome, count]) => sum + (isBad(outcome) ? count : 0), 0);
}

/** Parts of the curve: it is broken where a bucket has no value. */
export function segmentsOf(points: readonly Point[], sizeMs: number): Point[][] {
  const segments: Point[][] = [];
  let before: Point | undefined;
  for (const point of points) {
    const isNext = before !== undefined && point.at - before.at <= sizeMs * 1.01;
    if (isNext) segments.at(-1)?.push(point);
    else segments.push([point]);
    before = point;
  }
  return segments;
}

export interface Scale {
  x(at: number): number;
  y(value: number): number;
}

export interface Frame {
  readonly from: number;
  readonly to: number;
  /** Values at the bottom and at the top. */
  readonly least: number;
  readonly most: number;
  /** px of the area that has the curve. */
  readonly width: number;
  readonly height: number;
}

export function scaleOf({ from, to, least, most, width, height }: Frame): Scale {
  const span = Math.max(most - least, Number.EPSILON);
  return {
    x: (at) => round((clamped((at - from) / Math.max(to - from, 1)) || 0) * width),
    y: (value) => round((1 - clamped((value - least) / span)) * height),
  };
}

const clamped = (share: number): number => Math.min(Math.max(share, 0), 1);
const round = (value: number): number => Math.round(value * 10) / 10;

/** A line through the means; a bucket by itself becomes a short dash. */
export function meanPath(segment: readonly Point[], scale: Scale, sizeMs: number): string {
  const [only, second] = segment;
  if (only === undefined) return '';
  if (second === undefined) {
    return `M${scale.x(only.at)} ${scale.y(only.mean)}H${scale.x(only.at + sizeMs)}`;
  }
  return `M${segment.map(({ at, mean }) => `${scale.x(at + sizeMs / 2)} ${scale.y(mean)}`).join('L')}`;
}

/** The area between the least and the most of each bucket. */
export function bandPath(segment: readonly Point[], scale: Scale, sizeMs: number): string {
  const [only, second] = segment;
  if (only === undefined) return '';
  if (second === undefined) {
    const [left, right] = [scale.x(only.at), scale.x(only.at + sizeMs)];
    return `M${left} ${scale.y(only.most)}H${right}V${scale.y(only.least)}H${left}z`;
  }
  const place = (at: number, value: number): string =>
    `${scale.x(at + sizeMs / 2)} ${scale.y(value)}`;
  const upper = segment.map(({ at, most }) => place(at, most));
  const lower = [...segment].reverse().map(({ at, least }) => place(at, least));
  return `M${[...upper, ...lower].join('L')}z`;
}

/** Index of the point whose bucket is nearest. */
export function nearest(points: readonly Point[], at: number, sizeMs: number): number | undefined {
  let found: number | undefined;
  let least = Infinity;
  points.forEach((point, index) => {
    const away = Math.abs(point.at + sizeMs / 2 - at);
    if (away < least) [found, least] = [index, away];
  });
  return found;
}

/** Steps of an axis of milliseconds that people read easily. */
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
  300_000, 600_000, 1_200_000, 1_800_000, 3_600_000,
];
const MOST_LINES = 3;

/** @returns ticks from 0 to a round value that is at least `most`. @param most ms */
export function durationTicks(most: number): number[] {
  const largest = STEPS.at(-1) ?? 1;
  const step =
    STEPS.find((one) => most / one <= MOST_LINES) ??
    Math.ceil(most / MOST_LINES / largest) * largest;
  const count = Math.max(Math.ceil(most / step), 1);
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The axis of the mean opinion score, which is 1 to 4.5 (ITU-T G.107). */
export const MOS_TICKS: readonly number[] = [1, 2, 3, 4, 5];

export interface TimeTick {
  readonly at: number;
  readonly text: string;
}

/** Round local times in (from, to). A day may have 23 or 25 hours: `Date` counts them. */
export function timeTicks(from: number, to: number, range: Range): TimeTick[] {
  const ticks: TimeTick[] = [];
  const date = new Date(from);
  if (range === 'day') date.setMinutes(0, 0, 0);
  else date.setHours(0, 0, 0, 0);
  while (date.getTime() < to) {
    const at = date.getTime();
    if (at > from) {
      if (range === 'day' && date.getHours() % 4 === 0) ticks.push({ at, text: hourText(at) });
      if (range === 'week') ticks.push({ at, text: weekdayText(at) });
      if (range === 'month' && date.getDay() === 1) ticks.push({ at, text: dayOfMonthText(at) });
    }
    // A step of the clock can stand still where the clock is set back; a real hour never does.
    if (range === 'day') date.setTime(at + HOUR_MS);
    else date.setDate(date.getDate() + 1);
  }
  return ticks;
}
