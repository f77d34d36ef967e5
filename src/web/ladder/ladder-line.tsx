import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import type { Columns } from '../layout/columns.js';
import type { Line } from '../layout/lines.js';
import { LaneCell } from './lane-cell.js';
import { isWide, ScriptCell } from './script-cell.js';

export const LINE_HEIGHT = 26;
export const lineId = (index: number): string => `line-${index}`;

interface Props {
  line: Line;
  index: number;
  story: Story;
  columns: Columns;
  time: string;
  isSelected: boolean;
}

export function LadderLine(props: Props): JSX.Element {
  const { line, index, story, columns, time, isSelected } = props;
  // Preact skips an element that is the same object as before: lines that stay in sight cost nothing while scrolling.
  return useMemo(() => <Drawn {...props} />, [line, index, story, columns, time, isSelected]);
}

function Drawn(props: Props): JSX.Element | null {
  const { line, index, story, columns, time, isSelected } = props;
  const row = story.rows[line.row];
  if (row === undefined) return null;
  const isOver = isWide(row) || columns.script === 0;
  return (
    <div
      id={lineId(index)}
      class={`line is-${row.kind}`}
      role="option"
      aria-selected={isSelected}
      data-line={index}
      style={{ top: `${index * LINE_HEIGHT}px`, width: `${columns.width}px` }}
    >
      <span class="line-time number" style={{ width: `${columns.time}px` }}>
        {time}
      </span>
      <span
        class={isOver ? 'line-script is-over' : 'line-script'}
        style={{ left: `${columns.time}px`, width: isOver ? undefined : `${columns.script}px` }}
      >
        <ScriptCell row={row} failures={story.failures} />
      </span>
      <LaneCell row={row} columns={columns} repeat={line.repeat} />
    </div>
  );
}
