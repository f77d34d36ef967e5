/** Attempts as bars on the time axis of the run: those that ran beside each other stand below each other. */
import type { MergedRecord } from '../../model/run-event.js';

interface Bar {
  index: number;
  row: number;
  from: number;
  to: number;
}

export interface ThreadRows {
  /** The bars of a record stand in the order of time. */
  bars: readonly Bar[];
  /** Above the rows of each record, where the run was merged from several. */
  headings: readonly { row: number; name: string }[];
  rows: number;
}

type Ran = { scenario: { id: string }; at: number; ms: number };

/** @param attempts any order */
export function threadRows(
  attempts: readonly Ran[],
  records: readonly Pick<MergedRecord, 'name' | 'prefix'>[] = [],
): ThreadRows {
  const all = attempts.map(({ scenario: { id }, at, ms }, index) => ({
    ...{ id, index },
    ...{ from: at, to: at + ms },
  }));
  const bars: Bar[] = [];
  const headings: { row: number; name: string }[] = [];
  let rows = 0;
  for (const { name, prefix } of records.length > 0 ? records : [{ name: '', prefix: '' }]) {
    if (name !== '') {
      headings.push({ row: rows, name });
      rows += 1;
    }
    const own = stacked(
      all.filter(({ id }) => id.startsWith(prefix)),
      rows,
    );
    bars.push(...own);
    rows = Math.max(rows, ...own.map(({ row }) => row + 1));
  }
  return { bars, headings, rows: Math.max(rows, 1) };
}

function stacked(
  spans: readonly { index: number; from: number; to: number }[],
  first: number,
): Bar[] {
  const busyUntil: number[] = [];
  return spans
    .filter(({ from, to }) => to > from)
    .sort((a, b) => a.from - b.from || a.index - b.index)
    .map(({ index, from, to }) => {
      // times are rounded, so the next attempt can seem to begin just before the previous one ends
      const free = busyUntil.findIndex((until) => until <= from + 1);
      const thread = free < 0 ? busyUntil.length : free;
      busyUntil[thread] = to;
      return { index, from, to, row: first + thread };
    });
}

/** Round times for the ticks of an axis that is `ms` long: about `wanted` of them. */
export function ticks(ms: number, wanted: number): number[] {
  const raw = ms / Math.max(wanted, 1);
  const step = STEPS.find((one) => one >= raw) ?? Math.ceil(raw / 600_000) * 600_000;
  return Array.from({ length: Math.floor(ms / step) + 1 }, (_, index) => index * step);
}

const STEPS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000,
];
