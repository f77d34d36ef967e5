/** Runs as rows: small integers, so that a year of them fits on any disk. */
import { MEASURES, type EndedRun, type Measure, OUTCOMES, type Outcome } from '../model/run.js';
import type { StripRun } from '../model/view.js';
import { asNumber, asText, type Row, textOrNull, type Value } from './sql.js';

/**
 * What one unit of a stored measure is: times whole ms, jitter a tenth of a ms, scores and percents a hundredth. Nothing
 * that is shown is finer.
 */
const UNITS: Readonly<Record<Measure, number>> = {
  post_dial_delay: 1,
  setup: 1,
  ring: 1,
  mos: 0.01,
  packet_loss: 0.01,
  jitter: 0.1,
};
const LARGEST = 2 ** 31 - 1;
/** Values that are read are rounded to hundredths, the finest of these units. */
const PRECISION = 100;

const COLUMNS = [
  'monitor',
  'started_at',
  'tail',
  'outcome',
  'requested',
  'kept',
  'duration',
  'idle',
  'scenarios',
  'scenarios_failed',
  ...MEASURES,
  'note',
] as const;

/** Stores a run, unless it is stored already. */
export const ADD_RUN = `INSERT INTO offhook_runs (${COLUMNS.join(', ')})
  VALUES (${COLUMNS.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`;

/** Values for `ADD_RUN`. `idle`: time between the end of the process and the end of the run, in ms. `monitor`: its number. */
export function runValues(run: EndedRun, monitor: number): readonly Value[] {
  const { started_at, ended_at, duration_ms, trigger, outcome, kept, measures, note } = run;
  const duration = stored(duration_ms) ?? 0;
  return [
    monitor,
    Math.round(started_at),
    tailOf(run.id, started_at),
    OUTCOMES.indexOf(outcome),
    trigger === 'request' ? 1 : 0,
    kept ? 1 : 0,
    duration,
    Math.round(ended_at) - Math.round(started_at) - duration,
    run.scenarios,
    run.scenarios_failed,
    ...MEASURES.map((measure) => stored(measures[measure], measure)),
    textOrNull(note),
  ];
}

export function runOf(row: Row, monitor: string): EndedRun {
  const started_at = asNumber(row['started_at']);
  const duration_ms = asNumber(row['duration']);
  const note = row['note'];
  const measures: Partial<Record<Measure, number>> = {};
  for (const measure of MEASURES) {
    const value = row[measure];
    if (value !== null && value !== undefined) measures[measure] = shown(asNumber(value), measure);
  }
  return {
    id: idOf(asText(row['tail']), started_at),
    monitor,
    trigger: row['requested'] === 1 ? 'request' : 'schedule',
    started_at,
    ended_at: started_at + duration_ms + asNumber(row['idle']),
    outcome: outcomeOf(row['outcome']),
    duration_ms,
    measures,
    scenarios: asNumber(row['scenarios']),
    scenarios_failed: asNumber(row['scenarios_failed']),
    ...(note === null || note === undefined ? {} : { note: asText(note) }),
    kept: row['kept'] === 1,
  };
}

/** @param line time of the start, outcome, duration and tail, with a space after each but the last */
export function stripRunOf(line: string): StripRun {
  const [start = '', outcome = '', duration = '', ...tail] = line.split(' ');
  const started_at = Number(start);
  return {
    id: idOf(tail.join(' '), started_at),
    started_at,
    outcome: outcomeOf(Number(outcome)),
    duration_ms: Number(duration),
  };
}

function outcomeOf(value: Value | undefined): Outcome {
  return OUTCOMES[asNumber(value)] ?? 'errored';
}

/** As an integer; null for what is no number. Without a measure: ms. */
export function stored(value: number | undefined, measure?: Measure): number | null {
  if (value === undefined || !Number.isFinite(value)) return null;
  const units = Math.round(value / (measure === undefined ? 1 : UNITS[measure]));
  return Math.max(-LARGEST, Math.min(LARGEST, units));
}

export function shown(units: number, measure?: Measure): number {
  const unit = measure === undefined ? 1 : UNITS[measure];
  return Math.round(units * unit * PRECISION) / PRECISION;
}

/** Marks an id that is stored as a whole, because it does not begin with the time of its run. */
const WHOLE = '=';
const STAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-/;
const SECOND_MS = 1000;
const DAY_S = 86_400;

/** An id is the second in which the run started (UTC), as 20261130T174500, a hyphen and a tail: only the tail is stored. */
function tailOf(id: string, started_at: number): string {
  const stamp = stampOf(started_at);
  const tail = id.slice(stamp.length);
  return id.startsWith(stamp) && !tail.startsWith(WHOLE) ? tail : WHOLE + id;
}

export function idOf(tail: string, started_at: number): string {
  return tail.startsWith(WHOLE) ? tail.slice(WHOLE.length) : stampOf(started_at) + tail;
}

/** How a run with that id may be stored: as a whole, or as a tail of a run that started in [from, to). */
export interface IdPlace {
  readonly whole: string;
  readonly tail?: { readonly tail: string; readonly from: number; readonly to: number };
}

export function placeOfId(id: string): IdPlace {
  const whole = WHOLE + id;
  const [stamp, year, month, day, hour, minute, second] = STAMP.exec(id) ?? [];
  const from = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (stamp === undefined || Number.isNaN(from)) return { whole };
  return { whole, tail: { tail: id.slice(stamp.length), from, to: from + SECOND_MS } };
}

let lastDay = { day: NaN, text: '' };

/** Formats a time as 20261130T174500-. The text of the last day is reused, because an overview formats ten thousand times. */
function stampOf(at: number): string {
  const seconds = Math.floor(Math.round(at) / SECOND_MS);
  const day = Math.floor(seconds / DAY_S);
  if (day !== lastDay.day) {
    const text = new Date(day * DAY_S * SECOND_MS).toISOString().slice(0, 10).replaceAll('-', '');
    lastDay = { day, text };
  }
  const second = seconds - day * DAY_S;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  return `${lastDay.text}T${clock.map((part) => String(part).padStart(2, '0')).join('')}-`;
}
