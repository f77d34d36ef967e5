import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { dayName, dayOf, daysOf, firstDay, type DaySum } from '../../../monitor/model/days.js';
import { Days } from '../parts/days.js';
import { useAnswer } from '../parts/use-answer.js';
import { serverTime } from '../state/clock.js';
import { fetchBuckets } from '../state/server.js';

interface Loaded {
  readonly first: string;
  readonly days: readonly DaySum[];
}

/** The last 90 days of a monitor, as its public status shows them. */
export function LastDays({
  name,
  lastRun,
}: {
  name: string;
  lastRun: string | undefined;
}): JSX.Element {
  const loaded = useSignal<Loaded | undefined>(undefined);
  const problem = useSignal('');
  useAnswer(
    async () => {
      const now = serverTime();
      const from = firstDay(now);
      const buckets = await fetchBuckets(name, { size: 'day', from, to: Math.ceil(now) + 1 });
      return { first: dayName(from), days: daysOf(buckets.map(dayOf), now) };
    },
    (answer) => {
      loaded.value = answer;
    },
    problem,
    [name, lastRun],
  );
  return (
    <section class="card" aria-labelledby="days-title">
      <h2 id="days-title">Days (UTC)</h2>
      {problem.value !== '' && (
        <p class="is-bad" role="alert">
          {problem.value}
        </p>
      )}
      {loaded.value !== undefined && <Days {...loaded.value} word="run" />}
      <p class="dim days-meaning">
        Low: all runs passed. Higher: at least 95 % did. Tall: fewer. Grey: no run counted.
      </p>
    </section>
  );
}
