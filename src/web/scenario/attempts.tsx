import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import type { Entry } from '../layout/entries.js';
import { Status } from '../parts/icon.js';
import { attemptAt } from '../state/page.js';
import { go, route } from '../state/place.js';

/** Tabs of the attempts, where there are several. */
export function Attempts({ entry, index }: { entry: Entry; index: number }): JSX.Element | null {
  if (entry.attempts.length < 2) return null;
  return (
    <div class="attempts" role="group" aria-label="Attempts">
      {entry.attempts.map((one) => {
        const attempt = attemptAt(one);
        if (attempt === undefined) return null;
        const { scenario, verdict, ms } = attempt;
        return (
          <button
            key={one}
            type="button"
            aria-pressed={one === index}
            onClick={() => {
              const here = route.peek();
              const view = here.place === 'scenario' ? here.view : 'flow';
              go({ place: 'scenario', key: entry.key, attempt: scenario.attempt, view });
            }}
          >
            Attempt {scenario.attempt} <Status verdict={verdict} />
            <span class="number dim">{formatMs(ms)}</span>
          </button>
        );
      })}
    </div>
  );
}
