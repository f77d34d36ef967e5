/** Hours and days of a monitor (UTC): sums of its runs, of the time in each state, and of what was measured. */
import type { Day } from '../model/days.js';
import { type EndedRun, type Measure, MEASURES, OUTCOMES, type Outcome } from '../model/run.js';
import { isBad, isCounted, type State, STATES } from '../model/states.js';
import type { Bucket, Spread } from '../model/view.js';
import { shown, stored } from './run-rows.js';
import { asNumber, type Row, type Value } from './sql.js';

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export const SIZES = ['hour', 'day'] as const;
export type Size = (typeof SIZES)[number];

export function tableOf(size: Size): string {
  return `offhook_${size}s`;
}

function widthOf(size: Size): number {
  return size === 'hour' ? HOUR_MS : DAY_MS;
}

/** Begin of the hour or day; in UTC all of them are as long. */
function beginOf(at: number, size: Size): number {
  const width = widthOf(size);
  return Math.floor(at / width) * width;
}

export function stateColumn(state: State): string {
  return `${state}_ms`;
}

/** What is spread: measures and the duration, with the unit they are stored in. */
const SPREADS: readonly (readonly [name: string, measure: Measure | undefined])[] = [
  ['duration', undefined],
  ...MEASURES.map((measure) => [measure, measure] as const),
];

/** Columns with their types, for the table. */
export const BUCKET_COLUMNS: readonly string[] = [
  ...OUTCOMES.map((outcome) => `${outcome} INTEGER NOT NULL DEFAULT 0`),
  ...STATES.map((state) => `${stateColumn(state)} BIGINT NOT NULL DEFAULT 0`),
  ...SPREADS.flatMap(([name]) => [
    `${name}_count INTEGER NOT NULL DEFAULT 0`,
    `${name}_sum BIGINT NOT NULL DEFAULT 0`,
    `${name}_least INTEGER`,
    `${name}_most INTEGER`,
  ]),
];

/** A statement with its values. */
export type Told = readonly [text: string, values: readonly Value[]];

/** Columns of SPREADS. Each run writes all of them, so that few different statements are prepared. */
const SPREAD_COLUMNS = SPREADS.flatMap(([name]) =>
  ['count', 'sum', 'least', 'most'].map((what) => `${name}_${what}`),
);

/** Adds a run to the bucket in which it started. */
export function addRun(size: Size, monitor: number, run: EndedRun): Told {
  const values: Value[] = SPREADS.flatMap(([, measure]) => {
    const units = stored(measure === undefined ? run.duration_ms : run.measures[measure], measure);
    return units === null ? [0, 0, null, null] : [1, units, units, units];
  });
  const text = add(size, [run.outcome, ...SPREAD_COLUMNS]);
  return [text, [monitor, beginOf(run.started_at, size), 1, ...values]];
}

/** Adds time in a state to the buckets it lies in. */
export function addTime(
  size: Size,
  monitor: number,
  state: State,
  from: number,
  to: number,
): readonly Told[] {
  const told: Told[] = [];
  const text = add(size, [stateColumn(state)]);
  for (let at = from; at < to;) {
    const begin = beginOf(at, size);
    const end = Math.min(begin + widthOf(size), to);
    told.push([text, [monitor, begin, end - at]]);
    at = end;
  }
  return told;
}

/** Statements by their table and first column: two for each outcome and state. */
const texts = new Map<string, string>();

function add(size: Size, columns: readonly string[]): string {
  const key = `${size} ${columns[0] ?? ''}`;
  let text = texts.get(key);
  if (text === undefined) {
    text = addText(tableOf(size), columns);
    texts.set(key, text);
  }
  return text;
}

function addText(table: string, columns: readonly string[]): string {
  const sums = columns.map((column) => {
    const [was, is] = [`${table}.${column}`, `excluded.${column}`];
    const compare = column.endsWith('_least') ? '<' : column.endsWith('_most') ? '>' : undefined;
    if (compare === undefined) return `${column} = ${was} + ${is}`;
    return `${column} = CASE WHEN ${was} IS NULL OR ${is} ${compare} ${was} THEN ${is} ELSE ${was} END`;
  });
  return `INSERT INTO ${table} (monitor, at, ${columns.join(', ')})
    VALUES (?, ?${', ?'.repeat(columns.length)})
    ON CONFLICT (monitor, at) DO UPDATE SET ${sums.join(', ')}`;
}

export function bucketOf(row: Row): Bucket {
  const runs: Partial<Record<Outcome, number>> = {};
  for (const outcome of OUTCOMES) {
    const count = asNumber(row[outcome]);
    if (count > 0) runs[outcome] = count;
  }
  const measures: Record<string, Spread> = {};
  for (const [name, measure] of SPREADS) {
    const of = (what: string): number => asNumber(row[`${name}_${what}`]);
    const count = of('count');
    if (count === 0) continue;
    measures[name] = {
      count,
      sum: shown(of('sum'), measure),
      least: shown(of('least'), measure),
      most: shown(of('most'), measure),
    };
  }
  return { at: asNumber(row['at']), runs, states: statesOf(row), measures };
}

const sumOf = (outcomes: readonly Outcome[]): string =>
  outcomes.map((outcome) => `b.${outcome}`).join(' + ');
/** How many runs of the bucket `b` counted, and how many of these were good. */
export const COUNTED_SUM = sumOf(OUTCOMES.filter(isCounted));
export const GOOD_SUM = sumOf(OUTCOMES.filter((one) => isCounted(one) && !isBad(one)));

/** @param line begin, runs and good ones: "1796040000000 288 287" */
export function dayOfLine(line: string): Day {
  const [at = 0, runs = 0, good = 0] = line.split(' ').map(Number);
  return { at, runs, good };
}

export function statesOf(row: Row): Bucket['states'] {
  const states: Partial<Record<State, number>> = {};
  for (const state of STATES) {
    const ms = asNumber(row[stateColumn(state)]);
    if (ms > 0) states[state] = ms;
  }
  return states;
}
