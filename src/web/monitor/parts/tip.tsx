import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { tip } from '../state/tip.js';
import { Mark } from './marks.js';

const MARGIN = 8;

/** Hides the tip, which would stay at the old place of the strip. */
function hide(): void {
  tip.value = undefined;
}

/** Tells of the bar under the pointer, or chosen by a key; a screen reader says it. */
export function BarTip(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const told = tip.value;
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || told === undefined) return;
    const { offsetWidth: width, offsetHeight: height } = element;
    const left = Math.min(
      Math.max(told.x - width / 2, MARGIN),
      document.documentElement.clientWidth - width - MARGIN,
    );
    const above = told.top - height - MARGIN;
    element.style.left = `${left}px`;
    element.style.top = `${above >= MARGIN ? above : told.bottom + MARGIN}px`;
  });
  useEffect(() => {
    addEventListener('scroll', hide, { passive: true });
    return () => {
      removeEventListener('scroll', hide);
    };
  }, []);
  return (
    <div ref={box} class="bar-tip" role="status" hidden={told === undefined}>
      {told !== undefined && (
        <>
          <div class="bar-tip-head">
            {told.outcome !== undefined && <Mark of={told.outcome} />}
            <span>{told.head}</span>
          </div>
          {told.lines.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </>
      )}
    </div>
  );
}
