import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Bucket } from '../../../monitor/model/view.js';
import { RANGE_OF, RANGES, type Range } from '../layout/chart.js';
import { useAnswer } from '../parts/use-answer.js';
import { serverTime } from '../state/clock.js';
import { fetchBuckets } from '../state/server.js';
import { Chart, type Curve } from './chart.js';

const CURVES: readonly Curve[] = [
  { measure: 'duration', title: 'Duration', unit: 'ms' },
  { measure: 'post_dial_delay', title: 'Post-dial delay', unit: 'ms' },
  { measure: 'mos', title: 'MOS', unit: 'mos' },
];

interface Loaded {
  readonly range: Range;
  readonly from: number;
  readonly to: number;
  readonly buckets: readonly Bucket[];
}

/** How long runs took and how well they sounded, over a day, a week or a month. */
export function Curves({
  name,
  lastRun,
}: {
  name: string;
  lastRun: string | undefined;
}): JSX.Element {
  const range = useSignal<Range>('day');
  const loaded = useSignal<Loaded | undefined>(undefined);
  const problem = useSignal('');
  const wanted = range.value;
  useAnswer(
    async () => {
      const { ms, size } = RANGE_OF[wanted];
      const to = Math.ceil(serverTime());
      const from = to - ms;
      return { range: wanted, from, to, buckets: await fetchBuckets(name, { size, from, to }) };
    },
    (answer) => {
      loaded.value = answer;
    },
    problem,
    [name, wanted, lastRun],
  );
  return (
    <section class="card" aria-labelledby="curves-title">
      <div class="card-head">
        <h2 id="curves-title">Curves</h2>
        <div class="segments" role="group" aria-label="Time range of the curves">
          {RANGES.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === wanted}
              onClick={() => {
                range.value = one;
              }}
            >
              {one}
            </button>
          ))}
        </div>
      </div>
      {problem.value !== '' && (
        <p class="is-bad" role="alert">
          {problem.value}
        </p>
      )}
      <div class="curves">
        {CURVES.map((curve) => (
          <Chart key={curve.measure} curve={curve} data={loaded.value} />
        ))}
      </div>
    </section>
  );
}
