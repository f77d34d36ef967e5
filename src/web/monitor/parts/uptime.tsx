import type { JSX } from 'preact';
import type { Uptime } from '../../../monitor/model/view.js';
import { percentText } from '../layout/time-text.js';

const SPANS = [
  ['day', 'day'],
  ['week', 'week'],
  ['month', 'month'],
  ['quarter', '90 days'],
] as const;
/** Below this, an uptime stands out. */
const GOOD = 0.999;

/** Share of the time it was up, of the last day, week and month; with `isLong` also of the last 90 days. */
export function UptimeFacts({
  uptime,
  isLong = false,
}: {
  uptime: Uptime;
  isLong?: boolean;
}): JSX.Element {
  return (
    <dl class={isLong ? 'uptime is-long' : 'uptime'}>
      {SPANS.slice(0, isLong ? undefined : -1).map(([span, title]) => {
        const share = uptime[span];
        return (
          <div key={span}>
            <dt>{title}</dt>
            <dd
              class={share === undefined ? 'number dim' : share < GOOD ? 'number is-low' : 'number'}
            >
              {percentText(share)}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
