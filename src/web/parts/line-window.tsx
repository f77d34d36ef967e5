import { useRef, useState } from 'preact/hooks';
import type { ComponentChildren, JSX } from 'preact';
import { useSize } from '../ladder/use-size.js';
import { windowOf } from '../layout/window.js';

const BEYOND = 20;

interface Props {
  label: string;
  className: string;
  count: number;
  /** The height of each line in px. */
  lineHeight: number;
  line: (index: number) => ComponentChildren;
}

/** Lines of one height, of which only those in sight are there. */
export function LineWindow({ label, className, count, lineHeight, line }: Props): JSX.Element {
  const scroll = useRef<HTMLDivElement>(null);
  const { height } = useSize(scroll);
  const [top, setTop] = useState(0);
  const { from, to } = windowOf(top, height, lineHeight, count, BEYOND);
  return (
    <div
      ref={scroll}
      class={`line-window ${className}`}
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={(event) => {
        setTop(event.currentTarget.scrollTop);
      }}
    >
      <div style={{ height: `${count * lineHeight}px` }}>
        <div style={{ transform: `translateY(${from * lineHeight}px)` }}>
          {Array.from({ length: Math.max(to - from, 0) }, (_, offset) => line(from + offset))}
        </div>
      </div>
    </div>
  );
}
