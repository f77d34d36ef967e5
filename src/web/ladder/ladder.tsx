import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Story } from '../../story/story.js';
import { columnsOf } from '../layout/columns.js';
import { failureLine, lineOfRow, linesOf, type Line } from '../layout/lines.js';
import { windowOf } from '../layout/window.js';
import { cursor, markMoment, moveLine, selectedRow, shownKinds, timeMode } from '../state/place.js';
import { LadderHeads } from './ladder-heads.js';
import { LadderLine, lineId, LINE_HEIGHT } from './ladder-line.js';
import { LadderTools } from './ladder-tools.js';
import { lineTime } from './line-time.js';
import { CursorMark, Lifelines, Spans } from './marks.js';
import { useFollowed, useOpened, useReveal } from './use-reveal.js';
import { useSize } from './use-size.js';

const BEYOND = 14;

export function Ladder({ story }: { story: Story }): JSX.Element {
  const [expanded, setExpanded] = useState<ReadonlySet<number>>(new Set());
  const shown = shownKinds.value;
  const lines = useMemo(() => linesOf(story, shown, expanded), [story, shown, expanded]);
  const expand = (row: number): void => {
    setExpanded((old) => (old.has(row) ? without(old, row) : new Set([...old, row])));
  };
  return (
    <section class="ladder" aria-label="Call flow">
      <LadderTools story={story} />
      <LadderScroll story={story} lines={lines} onExpand={expand} />
    </section>
  );
}

function without(all: ReadonlySet<number>, one: number): ReadonlySet<number> {
  return new Set([...all].filter((other) => other !== one));
}

interface ScrollProps {
  story: Story;
  lines: readonly Line[];
  onExpand: (row: number) => void;
}

function LadderScroll({ story, lines, onExpand }: ScrollProps): JSX.Element {
  const scroll = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(scroll);
  const [top, setTop] = useState(0);
  const columns = useMemo(() => columnsOf(width, story.lanes.length), [width, story.lanes.length]);
  const selected = selectedRow.value;
  const current = selected === undefined ? -1 : lineOfRow(lines, selected);
  useOpened(story, lines);
  useReveal(scroll, current >= 0 ? current : failureLine(story, lines), story, height);
  useFollowed(scroll, lines);
  useEffect(() => {
    moveLine.value = (by) => {
      const next = lines[Math.min(Math.max(current + by, 0), lines.length - 1)];
      if (next !== undefined) selectLine(next);
    };
    return () => {
      moveLine.value = undefined;
    };
  }, [lines, current]);
  const { from, to } = windowOf(top, height, LINE_HEIGHT, lines.length, BEYOND);
  const mode = timeMode.value;
  return (
    <div
      ref={scroll}
      class="ladder-scroll"
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
      }}
    >
      <LadderHeads story={story} columns={columns} />
      <div
        class="ladder-body"
        style={{ height: `${lines.length * LINE_HEIGHT}px`, width: `${columns.width}px` }}
      >
        <Lifelines columns={columns} />
        <Spans lines={lines} story={story} columns={columns} from={from} to={to} />
        <div
          class="ladder-lines"
          role="listbox"
          tabIndex={0}
          aria-label="Lines of the call flow"
          aria-activedescendant={current >= from && current < to ? lineId(current) : undefined}
          onClick={(event) => {
            choose(event, lines, onExpand);
          }}
        >
          {lines.slice(from, to).map((line, offset) => (
            <LadderLine
              key={from + offset}
              line={line}
              index={from + offset}
              story={story}
              columns={columns}
              time={lineTime(story, lines, from + offset, mode, columns.script === 0)}
              isSelected={from + offset === current}
            />
          ))}
        </div>
        <CursorMark lines={lines} />
      </div>
    </div>
  );
}

function choose(event: MouseEvent, lines: readonly Line[], onExpand: (row: number) => void): void {
  const { target } = event;
  if (!(target instanceof Element)) return;
  const index = Number(target.closest('[data-line]')?.getAttribute('data-line') ?? NaN);
  const line = lines[index];
  if (line === undefined) return;
  if (target.closest('[data-repeats]') !== null) onExpand(line.row);
  selectLine(line);
}

function selectLine(line: Line): void {
  selectedRow.value = line.row;
  cursor.value = line.at;
  markMoment(line.at);
}
