import type { JSX } from 'preact';
import { STRIP_LENGTH, type MonitorView, type StripRun } from '../../../monitor/model/view.js';
import { hashOf } from '../layout/route.js';
import { hasReport, stripText } from '../layout/strip.js';
import { axisText, dateText } from '../layout/time-text.js';
import type { Told } from '../state/tip.js';
import { StripBars } from './strip-bars.js';
import { useBars } from './use-bars.js';

/** Where a run is shown: its report, or its line in the history. */
export function linkOf(view: MonitorView, run: StripRun): string {
  if (hasReport(view, run)) return `runs/${encodeURIComponent(run.id)}`;
  return hashOf({ place: 'monitor', name: view.name, run: run.id });
}

/** The last runs as one link: it leads to the one under the pointer, or to the one that the arrow keys chose. */
export function Strip({ view }: { view: MonitorView }): JSX.Element {
  const { strip: runs } = view;
  const { ref, chosen, events } = useBars<HTMLAnchorElement>(
    runs.map(({ id }) => id),
    STRIP_LENGTH,
    (index) => toldOf(view, runs[index]),
  );
  const run = chosen === undefined ? runs.at(-1) : runs[chosen];
  if (run === undefined) return <span class="strip is-empty dim">no runs yet</span>;
  return (
    <a
      ref={ref}
      class="strip"
      href={linkOf(view, run)}
      aria-label={`Last runs of ${view.name}: ${stripText(runs)}. Arrow keys choose one, Enter opens it.`}
      {...events}
    >
      <StripBars runs={runs} chosen={chosen} />
    </a>
  );
}

function toldOf(view: MonitorView, run: StripRun | undefined): Told {
  if (run === undefined) return { head: '', lines: [] };
  return {
    outcome: run.outcome,
    head: axisText(run.duration_ms),
    lines: [
      dateText(run.started_at),
      hasReport(view, run) ? 'Opens its report' : 'Opens its line in the history',
    ],
  };
}
