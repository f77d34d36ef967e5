import type { JSX } from 'preact';
import type { MonitorView } from '../../../monitor/model/view.js';
import { isoText, shortText, spanText } from '../layout/time-text.js';
import { now } from '../state/clock.js';

/** A moment in local time; the day is told where it is not today. */
export function Time({ at }: { at: number }): JSX.Element {
  const iso = isoText(at);
  return (
    <time class="number" dateTime={iso} title={iso}>
      {shortText(at, now.value)}
    </time>
  );
}

/** When it runs next: "in 42 s". */
export function NextRun({ view }: { view: MonitorView }): JSX.Element {
  const { next_at: at, paused, settings } = view;
  if (paused) return <span class="dim">paused</span>;
  if (at === undefined) {
    return <span class="dim">{settings.schedule.kind === 'never' ? 'on request' : '–'}</span>;
  }
  const iso = isoText(at);
  const left = at - now.value;
  return (
    <time class="ticking" dateTime={iso} title={iso}>
      {left >= 1000 ? `in ${spanText(left)}` : 'now'}
    </time>
  );
}
