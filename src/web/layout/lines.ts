/** Rows of a story as the ladder shows them: lines of one height. */
import type { Row, Story } from '../../story/story.js';

export interface ShownKinds {
  /** Verbs, assertions, waits, steps, log(). */
  script: boolean;
  /** What happened to agents, in words. */
  events: boolean;
  /** RTP and RTCP. */
  media: boolean;
}

export interface Line {
  at: number;
  /** Index of its row in the story. */
  row: number;
  /** Number of this repetition, from 1, of a message that was sent again. */
  repeat?: number;
}

const isShown = (row: Row, shown: ShownKinds): boolean => {
  switch (row.kind) {
    case 'message':
    case 'digits':
    case 'http':
    case 'failure':
    case 'phase':
    case 'warning':
      return true;
    case 'media':
      return shown.media;
    case 'event':
      return shown.events && !row.minor;
    case 'verb':
    case 'assertion':
    case 'wait':
    case 'step':
    case 'log':
      return shown.script;
  }
};

/** @param expanded indexes of messages whose repeats have lines of their own */
export function linesOf(story: Story, shown: ShownKinds, expanded: ReadonlySet<number>): Line[] {
  const lines: Line[] = [];
  const visible = [...story.rows.keys()].filter((index) => {
    const row = story.rows[index];
    return row !== undefined && isShown(row, shown);
  });
  const phases = toldPhases(visible, story.rows);
  for (const index of visible) {
    const row = story.rows[index];
    if (row === undefined || (row.kind === 'phase' && !phases.has(index))) continue;
    lines.push({ at: row.at, row: index });
    if (row.kind !== 'message' || !expanded.has(index)) continue;
    row.repeats.forEach((at, nth) => lines.push({ at, row: index, repeat: nth + 1 }));
  }
  return expanded.size === 0 ? lines : lines.sort((a, b) => a.at - b.at);
}

/** Rows of phases that get a line: those in which something happened, except a body that comes first. */
function toldPhases(visible: readonly number[], rows: readonly Row[]): ReadonlySet<number> {
  const told = visible.filter((index, place) => {
    const next = rows[visible[place + 1] ?? -1];
    return rows[index]?.kind === 'phase' && next !== undefined && next.kind !== 'phase';
  });
  const first = rows[told[0] ?? -1];
  return new Set(first?.kind === 'phase' && first.phase === 'body' ? told.slice(1) : told);
}

/** The last line at or before a time; 0 where none is. */
export function lineAt(lines: readonly { at: number }[], at: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

export function lineOfRow(lines: readonly Line[], row: number): number {
  return lines.findIndex((line) => line.row === row && line.repeat === undefined);
}

/** The line of the row that best shows a moment: the nearest; of several at the same distance, the first. */
export function nearestLine(lines: readonly Line[], at: number): number {
  let best = 0;
  lines.forEach((line, index) => {
    const other = lines[best];
    if (other !== undefined && Math.abs(line.at - at) < Math.abs(other.at - at)) best = index;
  });
  return best;
}

/** The line of the first failure; -1 where none is. */
export function failureLine(story: Story, lines: readonly Line[]): number {
  return lines.findIndex((line) => story.rows[line.row]?.kind === 'failure');
}
