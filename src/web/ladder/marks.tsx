import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import type { Columns } from '../layout/columns.js';
import { lineAt, type Line } from '../layout/lines.js';
import { spansOf } from '../layout/spans.js';
import { cursor } from '../state/place.js';
import { LINE_HEIGHT } from './ladder-line.js';

const TRACK = 5;

export function Lifelines({ columns }: { columns: Columns }): JSX.Element {
  return (
    <div class="lifelines" aria-hidden="true">
      {columns.lanes.map((x, index) => (
        <span key={index} style={{ left: `${x}px` }} />
      ))}
    </div>
  );
}

interface SpansProps {
  lines: readonly Line[];
  story: Story;
  columns: Columns;
  /** Lines that are drawn. */
  from: number;
  to: number;
}

/** How long verbs, waits and steps took, as bars at the left of the script. */
export function Spans({ lines, story, columns, from, to }: SpansProps): JSX.Element | null {
  const spans = useMemo(() => spansOf(lines, story.rows), [lines, story]);
  if (columns.script === 0) return null;
  return (
    <div class="spans" aria-hidden="true" style={{ left: `${columns.time}px` }}>
      {spans.map(
        (span) =>
          span.to >= from &&
          span.from < to && (
            <span
              key={`${span.from}.${span.track}`}
              class={span.ok ? `is-${span.kind}` : `is-${span.kind} is-bad`}
              style={{
                top: `${span.from * LINE_HEIGHT + 4}px`,
                height: `${(span.to - span.from) * LINE_HEIGHT + LINE_HEIGHT / 2}px`,
                left: `${span.track * TRACK}px`,
              }}
            />
          ),
      )}
    </div>
  );
}

/** Where the player is: between the lines, by time. */
export function CursorMark({ lines }: { lines: readonly Line[] }): JSX.Element | null {
  const at = cursor.value;
  if (at === undefined || lines.length === 0) return null;
  const line = lineAt(lines, at);
  const here = lines[line]?.at ?? 0;
  const next = lines[line + 1]?.at ?? here;
  const share = next > here ? Math.min(1, Math.max(0, (at - here) / (next - here))) : 0;
  return (
    <div
      class="cursor-mark"
      aria-hidden="true"
      style={{ transform: `translateY(${(line + 0.5 + share) * LINE_HEIGHT}px)` }}
    />
  );
}
