/** Durations of rows as bars beside the lines that they span. */
import type { Row, TextRow, VerbRow, WaitRow } from '../../story/story.js';
import { lineAt, type Line } from './lines.js';

export interface Span {
  /** Lines, both included. */
  from: number;
  to: number;
  /** Column of the bar, from 0: bars that overlap stand beside each other. */
  track: number;
  kind: 'verb' | 'wait' | 'step';
  ok: boolean;
}

const MOST_TRACKS = 3;

export function spansOf(lines: readonly Line[], rows: readonly Row[]): Span[] {
  const spans: Span[] = [];
  const busyUntil: number[] = [];
  lines.forEach((line, from) => {
    const row = rows[line.row];
    if (row?.kind !== 'verb' && row?.kind !== 'wait' && row?.kind !== 'step') return;
    const to = row.until === undefined ? lines.length - 1 : lineAt(lines, row.until);
    if (to <= from) return;
    const free = busyUntil.findIndex((until) => until <= from);
    const track = free < 0 ? busyUntil.length : free;
    if (track >= MOST_TRACKS) return;
    busyUntil[track] = to;
    spans.push({ from, to, track, kind: row.kind, ok: isOk(row) });
  });
  return spans;
}

function isOk(row: VerbRow | WaitRow | TextRow): boolean {
  if (row.kind === 'verb') return row.error === undefined;
  return row.ok !== false;
}
