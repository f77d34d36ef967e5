import type { JSX } from 'preact';
import { printable } from '../../../story/printable.js';
import { hashOf } from '../layout/route.js';
import { Activity, Mark } from '../parts/marks.js';
import { Durations } from '../parts/sparkline.js';
import { Strip } from '../parts/strip.js';
import { NextRun } from '../parts/time.js';
import { UptimeFacts } from '../parts/uptime.js';
import { viewOf } from '../state/views.js';

/** One monitor of the list. It is drawn again when that monitor changes, and only then. */
export function Row({ name }: { name: string }): JSX.Element | null {
  const view = viewOf(name)?.value;
  if (view === undefined) return null;
  const { state, settings } = view;
  return (
    <li class={`monitor at-${state.state}`}>
      <Mark of={state.state} />
      <div class="monitor-what">
        <div class="monitor-title">
          <a class="monitor-name" href={hashOf({ place: 'monitor', name })}>
            <bdi>{printable(name)}</bdi>
          </a>
          <Activity view={view} />
        </div>
        {settings.info !== undefined && (
          <p class="monitor-info dim" title={printable(settings.info)}>
            <bdi>{printable(settings.info)}</bdi>
          </p>
        )}
        {state.note !== undefined && (
          <p class="monitor-note" title={printable(state.note)}>
            <bdi>{firstLine(state.note)}</bdi>
          </p>
        )}
      </div>
      <Strip view={view} />
      <UptimeFacts uptime={view.uptime} />
      <Durations view={view} />
      <span class="monitor-next">
        <span class="label">next </span>
        <NextRun view={view} />
      </span>
    </li>
  );
}

function firstLine(text: string): string {
  return printable(text.split('\n', 1)[0] ?? '');
}
