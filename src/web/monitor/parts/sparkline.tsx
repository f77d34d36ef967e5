import type { JSX } from 'preact';
import type { MonitorView } from '../../../monitor/model/view.js';
import { sparkline } from '../layout/strip.js';
import { axisText } from '../layout/time-text.js';

const WIDTH = 72;
const HEIGHT = 20;

/** How long the last runs took, from 0 upwards, and the last of them in words. */
export function Durations({ view }: { view: MonitorView }): JSX.Element {
  const last = view.strip.at(-1);
  const d = sparkline(view.strip, WIDTH, HEIGHT);
  return (
    <span class="durations">
      {d !== '' && (
        <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
          <path d={d} />
        </svg>
      )}
      <span class="number">{last === undefined ? '–' : axisText(last.duration_ms)}</span>
    </span>
  );
}
