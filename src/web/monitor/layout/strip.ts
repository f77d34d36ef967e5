/** A strip: the last runs or days of a monitor side by side. What went wrong stands taller, so that colour is not all there is. */
import { OUTCOMES, type Outcome } from '../../../monitor/model/run.js';
import { isBad } from '../../../monitor/model/states.js';
import { STRIP_LENGTH, type MonitorView, type StripRun } from '../../../monitor/model/view.js';

/** px of a bar with its gap, of the bar, and of the height of all, before the strip is scaled. */
const CELL = 6;
const BAR = 4;
export const STRIP_HEIGHT = 20;

/** px, before the strip is scaled. @param room how many bars there is room for */
export function stripWidth(room: number): number {
  return room * CELL;
}

/** Is drawn as a run with that outcome. */
export interface Bar {
  readonly outcome: Outcome;
}

/** Parts of a bar, each from one height to another, px above the ground. */
const SHAPES: Readonly<Record<Outcome, readonly (readonly [from: number, to: number])[]>> = {
  passed: [[0, 8]],
  // passed, with a dot above
  flaky: [
    [0, 8],
    [10, 13],
  ],
  degraded: [[0, 13]],
  failed: [[0, 20]],
  // an exclamation mark
  errored: [
    [0, 4],
    [7, 20],
  ],
  // what does not count is only a dot
  stopped: [[0, 3]],
  lost: [[0, 3]],
};

export interface OutcomePath {
  readonly outcome: Outcome;
  /** Path data of all runs with that outcome. */
  readonly d: string;
}

/** One path for each outcome there is: a strip is few elements, however many runs it has. */
export function stripPaths(runs: readonly Bar[], room = STRIP_LENGTH): OutcomePath[] {
  const paths = new Map<Outcome, string>();
  const last = runs.slice(-room);
  last.forEach(({ outcome }, index) => {
    const x = slotOf(index, last.length, room) * CELL + (CELL - BAR) / 2;
    const bars = SHAPES[outcome].map(
      ([from, to]) => `M${x} ${STRIP_HEIGHT - to}h${BAR}v${to - from}h-${BAR}z`,
    );
    paths.set(outcome, (paths.get(outcome) ?? '') + bars.join(''));
  });
  return OUTCOMES.flatMap((outcome) => {
    const d = paths.get(outcome);
    return d === undefined ? [] : { outcome, d };
  });
}

/** The newest stands at the right end. */
function slotOf(index: number, count: number, room: number): number {
  return room - count + index;
}

/** Where a bar begins, as a share of the width. @param count how many there are */
export function placeOf(index: number, count: number, room: number): number {
  return slotOf(index, count, room) / room;
}

/** @param share of the width, 0 to 1 @returns index of the bar there, or of the nearest; undefined where there is none */
export function barAt(share: number, count: number, room: number): number | undefined {
  if (count === 0) return undefined;
  const shown = Math.min(count, room);
  const slot = Math.floor(share * room) - (room - shown);
  return Math.min(Math.max(slot, 0), shown - 1) + (count - shown);
}

/** "48 passed, 2 failed". */
export function stripText(runs: readonly Bar[]): string {
  const counts = OUTCOMES.flatMap((outcome) => {
    const count = runs.filter((run) => run.outcome === outcome).length;
    return count === 0 ? [] : `${count} ${outcome}`;
  });
  return counts.length === 0 ? 'no runs yet' : counts.join(', ');
}

/** Whether the report of the run is there: of those that passed only the last one is kept. */
export function hasReport({ last, last_passed }: MonitorView, run: StripRun): boolean {
  const known = [last, last_passed].find((one) => one?.id === run.id);
  return known?.kept ?? isBad(run.outcome);
}

/** Points of a line through the durations, the newest at the right end. @returns path data; '' for fewer than two runs */
export function sparkline(runs: readonly StripRun[], width: number, height: number): string {
  const last = runs.slice(-STRIP_LENGTH);
  if (last.length < 2) return '';
  const most = Math.max(...last.map(({ duration_ms }) => duration_ms), 1);
  const points = last.map(({ duration_ms }, index) => {
    const x = (slotOf(index, last.length, STRIP_LENGTH) / (STRIP_LENGTH - 1)) * width;
    const y = height - 1 - (Math.max(duration_ms, 0) / most) * (height - 2);
    return `${round(x)} ${round(y)}`;
  });
  return `M${points.join('L')}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
