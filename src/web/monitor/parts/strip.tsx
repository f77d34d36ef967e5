import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import { useSignal } from '@preact/signals';
import type { MonitorView, StripRun } from '../../../monitor/model/view.js';
import { hashOf } from '../layout/route.js';
import { hasReport, placeOf, runAt, stripText } from '../layout/strip.js';
import { tip } from '../state/tip.js';
import { StripBars } from './strip-bars.js';

/** Where a run is shown: its report, or its line in the history. */
export function linkOf(view: MonitorView, run: StripRun): string {
  if (hasReport(view, run)) return `runs/${encodeURIComponent(run.id)}`;
  return hashOf({ place: 'monitor', name: view.name, run: run.id });
}

/** The last runs as one link: it leads to the one under the pointer, or to the one that the arrow keys chose. */
export function Strip({ view }: { view: MonitorView }): JSX.Element {
  const chosen = useSignal<string | undefined>(undefined);
  const link = useRef<HTMLAnchorElement>(null);
  const { strip: runs } = view;
  // What is taken out of the page gets no event that the pointer or the focus has left it.
  useEffect(
    () => () => {
      if (chosen.peek() !== undefined) tip.value = undefined;
    },
    [],
  );
  const at = runs.findIndex(({ id }) => id === chosen.value);
  const index = at < 0 ? runs.length - 1 : at;
  const run = runs[index];
  if (run === undefined) return <span class="strip is-empty dim">no runs yet</span>;

  const choose = (next: number | undefined): void => {
    const one = next === undefined ? undefined : runs[next];
    chosen.value = one?.id;
    const box = link.current?.getBoundingClientRect();
    if (next === undefined || one === undefined || box === undefined) {
      tip.value = undefined;
      return;
    }
    tip.value = {
      run: one,
      opens: hasReport(view, one) ? 'Opens its report' : 'Opens its line in the history',
      x: box.left + (placeOf(next, runs.length) + placeOf(1, 2) / 100) * box.width,
      top: box.top,
      bottom: box.bottom,
    };
  };
  const byPointer = (event: PointerEvent): void => {
    const box = link.current?.getBoundingClientRect();
    if (box !== undefined) choose(runAt((event.clientX - box.left) / box.width, runs.length));
  };
  const byKey = (event: KeyboardEvent): void => {
    const next = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: runs.length - 1 }[
      event.key
    ];
    if (event.key === 'Escape') choose(undefined);
    if (next === undefined) return;
    event.preventDefault();
    choose(Math.min(Math.max(next, 0), runs.length - 1));
  };
  const leave = (): void => {
    choose(undefined);
  };

  return (
    <a
      ref={link}
      class="strip"
      href={linkOf(view, run)}
      aria-label={`Last runs of ${view.name}: ${stripText(runs)}. Arrow keys choose one, Enter opens it.`}
      onPointerMove={byPointer}
      onPointerDown={byPointer}
      onPointerLeave={leave}
      onKeyDown={byKey}
      onBlur={leave}
    >
      <StripBars runs={runs} />
      {chosen.value !== undefined && at >= 0 && (
        <span class="strip-cursor" style={{ left: `${100 * placeOf(at, runs.length)}%` }} />
      )}
    </a>
  );
}
