/** Days of a monitor as bars: what each looks like, and what is said of it. */
import type { Outcome } from '../../../monitor/model/run.js';
import type { DaySum } from '../../../monitor/model/days.js';
import { percentText } from './time-text.js';

/** Below this share of good runs a day counts as bad. */
const POOR = 0.95;

/** What a day is drawn as: the shape and the colour of a run with that outcome. */
export function drawnAs({ runs, good }: DaySum): Outcome {
  if (runs === 0) return 'stopped';
  if (good === runs) return 'passed';
  return good / runs >= POOR ? 'degraded' : 'failed';
}

/** What runs are called: the public page speaks of test calls. */
export type Word = 'run' | 'test call';

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** "99.65 %"; of a day without runs "no runs". */
export function shareText({ runs, good }: DaySum, word: Word): string {
  return runs === 0 ? `no ${word}s` : percentText(good / runs);
}

/** "288 runs, 1 failed"; '' for none. */
export function countText({ runs, good }: DaySum, word: Word): string {
  if (runs === 0) return '';
  const bad = runs - good;
  return `${plural(runs, word)}${bad === 0 ? ', all good' : `, ${bad} failed`}`;
}

/** All of them in a sentence: "Last 90 days: 87 without a failed run, 2 with, 1 without runs". */
export function daysText(days: readonly DaySum[], word: Word): string {
  const count = (fits: (day: DaySum) => boolean): number => days.filter(fits).length;
  const all = count(({ runs, good }) => runs > 0 && runs === good);
  const some = count(({ runs, good }) => runs > good);
  const none = count(({ runs }) => runs === 0);
  return `Last ${plural(days.length, 'day')}: ${all} without a failed ${word}, ${some} with, ${none} without ${word}s`;
}
