import type { JSX } from 'preact';
import type { Uptime } from '../../../monitor/model/view.js';
import { percentText } from '../layout/time-text.js';

const SPANS = ['day', 'week', 'month'] as const;
/** Below this, an uptime stands out. */
const GOOD = 0.999;

/** Share of the time it was up, of the last day, week and month. */
export function UptimeFacts({ uptime }: { uptime: Uptime }): JSX.Element {
  return (
    <dl class="uptime">
      {SPANS.map((span) => {
        const share = uptime[span];
        return (
          <div key={span}>
            <dt>{span}</dt>
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
