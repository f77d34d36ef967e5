import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { axisText, dateText } from '../layout/time-text.js';
import { tip } from '../state/tip.js';
import { Mark } from './marks.js';

const MARGIN = 8;

/** It stands where the strip was. */
function hide(): void {
  tip.value = undefined;
}

/** Tells of the run under the pointer, or chosen by a key; a screen reader says it. */
export function RunTip(): JSX.Element {
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
    <div ref={box} class="run-tip" role="status" hidden={told === undefined}>
      {told !== undefined && (
        <>
          <div class="run-tip-head">
            <Mark of={told.run.outcome} />
            <span>{axisText(told.run.duration_ms)}</span>
          </div>
          <div class="number">{dateText(told.run.started_at)}</div>
          <div class="dim">{told.opens}</div>
        </>
      )}
    </div>
  );
}
