import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { dayName, dayOf, daysOf, firstDay, type DaySum } from '../../../monitor/model/days.js';
import { Days } from '../parts/days.js';
import { serverTime } from '../state/clock.js';
import { resyncs } from '../state/feed.js';
import { fetchBuckets, problemText } from '../state/server.js';

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
  const synced = resyncs.value;
  useEffect(() => {
    let isOver = false;
    const now = serverTime();
    const from = firstDay(now);
    fetchBuckets(name, { size: 'day', from, to: Math.ceil(now) + 1 }).then(
      (buckets) => {
        if (isOver) return;
        loaded.value = { first: dayName(from), days: daysOf(buckets.map(dayOf), now) };
        problem.value = '';
      },
      (error: unknown) => {
        if (!isOver) problem.value = problemText(error);
      },
    );
    return () => {
      isOver = true;
    };
  }, [name, lastRun, synced]);
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
