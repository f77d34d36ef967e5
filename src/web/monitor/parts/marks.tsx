import type { JSX } from 'preact';
import type { Outcome } from '../../../monitor/model/run.js';
import type { State } from '../../../monitor/model/states.js';
import type { MonitorView } from '../../../monitor/model/view.js';
import { Icon } from '../../parts/icon.js';
import { spanText } from '../layout/time-text.js';
import { now } from '../state/clock.js';

/** A state, or an outcome, as a sign and as a word. */
export function Mark({ of }: { of: State | Outcome }): JSX.Element {
  return (
    <span class={`status is-${of}`}>
      <Icon name={of} />
      <span>{of}</span>
    </span>
  );
}

/** What a monitor does just now, and what keeps it from running. */
export function Activity({ view }: { view: MonitorView }): JSX.Element | null {
  const { running, waiting_for: awaited, paused, in_maintenance: inMaintenance } = view;
  if (running === undefined && awaited === undefined && !paused && !inMaintenance) return null;
  return (
    <span class="activity">
      {running !== undefined && (
        <span class="tag is-running">
          <Icon name="running" /> running <Age since={running.started_at} />
        </span>
      )}
      {awaited !== undefined && <span class="tag">waits for {awaited}</span>}
      {paused && (
        <span class="tag">
          <Icon name="pause" /> paused
        </span>
      )}
      {inMaintenance && (
        <span class="tag">
          <Icon name="maintenance" /> maintenance
        </span>
      )}
    </span>
  );
}

/** "12 s", counting. */
function Age({ since }: { since: number }): JSX.Element {
  return <span class="ticking">{spanText(now.value - since)}</span>;
}
