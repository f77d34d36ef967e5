import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { DaySum } from '../../../monitor/model/days.js';
import type { Outcome } from '../../../monitor/model/run.js';
import type { Uptime } from '../../../monitor/model/view.js';
import { printable } from '../../../story/printable.js';
import { clockText } from '../layout/time-text.js';
import { Days } from '../parts/days.js';
import { StripBars } from '../parts/strip-bars.js';
import { ThemeButton } from '../parts/theme-button.js';
import { BarTip } from '../parts/tip.js';
import { UptimeFacts } from '../parts/uptime.js';
import { Zone } from '../parts/zone.js';

/** What the public may know (GET status.json): no time of a run, no reason, no id. */
interface PublicStatus {
  readonly title: string;
  /** Name of the first of the days; absent, as these, while the server cannot read its history. */
  readonly first_day?: string;
  readonly monitors: readonly {
    readonly name: string;
    /** The last runs, the newest last. */
    readonly strip: readonly Bar[];
    /** The last 90 days, the oldest first. */
    readonly days?: readonly DaySum[];
    readonly uptime: Uptime;
  }[];
}

type Bar = 'up' | 'slow' | 'down' | 'none';

const EVERY_MS = 60_000;

/** Each is drawn as an outcome is. */
const DRAWN_AS: Readonly<Record<Bar, Outcome>> = {
  up: 'passed',
  slow: 'degraded',
  down: 'failed',
  none: 'stopped',
};

export function StatusPage(): JSX.Element {
  const status = useSignal<PublicStatus | undefined>(undefined);
  const at = useSignal(0);
  const isStale = useSignal(false);
  useEffect(() => {
    const load = async (): Promise<void> => {
      try {
        const response = await fetch('status.json', { cache: 'no-store' });
        if (!response.ok) throw new Error(String(response.status));
        status.value = (await response.json()) as PublicStatus;
        at.value = Date.now();
        document.title = status.value.title;
        isStale.value = false;
      } catch {
        isStale.value = true;
      }
    };
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const told = status.value;
  return (
    <>
      <header class="top-bar">
        <h1>
          <bdi>{printable(told?.title ?? 'Status')}</bdi>
        </h1>
        <span class="page-facts" />
        <ThemeButton />
      </header>
      <div role="status">
        {isStale.value && (
          <div class="banner is-not-live">
            <span>
              <b>The server does not answer, trying again.</b>{' '}
              {at.value > 0 && `What you see is from ${clockText(at.value)}.`}
            </span>
          </div>
        )}
      </div>
      <main class="status-page">
        {told?.monitors.length === 0 && <p class="nothing">Nothing is shown here yet.</p>}
        <ul>
          {told?.monitors.map((line) => (
            <Line key={line.name} line={line} first={told.first_day} />
          ))}
        </ul>
        {told !== undefined && (
          <p class="dim">
            {told.monitors.length > 0 && MEANING}
            As of <span class="number">{clockText(at.value)}</span> <Zone at={at.value} />.
          </p>
        )}
      </main>
      <BarTip />
    </>
  );
}

function Line({
  line: { name, strip, days, uptime },
  first,
}: {
  line: PublicStatus['monitors'][number];
  first: string | undefined;
}): JSX.Element {
  return (
    <li class="status-line">
      <h2>
        <bdi>{printable(name)}</bdi>
      </h2>
      <UptimeFacts uptime={uptime} isLong />
      {days === undefined || first === undefined ? (
        <p class="days dim">The days cannot be shown just now.</p>
      ) : (
        <Days days={days} first={first} word="test call" />
      )}
      <div class="last-calls">
        <span
          class={strip.length === 0 ? 'strip is-empty' : 'strip'}
          role="img"
          aria-label={barsText(strip)}
        >
          <StripBars runs={strip.map((bar) => ({ outcome: DRAWN_AS[bar] }))} />
        </span>
        <span class="dim">last test calls</span>
      </div>
    </li>
  );
}

const MEANING =
  'The wide row has a bar for each day (UTC): low when all test calls passed, higher when at least 95 % did, tall below that, ' +
  'grey when there were none. The row below has a bar for each of the last test calls, the newest on the right: low ' +
  'passed, higher was slow or hard to understand, tall failed. The percentages say how much of the last day, week, month and 90 ' +
  'days the line was up. ';

function barsText(strip: readonly Bar[]): string {
  if (strip.length === 0) return 'No test calls yet';
  const bad = strip.filter((bar) => bar === 'down').length;
  const slow = strip.filter((bar) => bar === 'slow').length;
  return `Last ${strip.length} test calls: ${bad} failed, ${slow} slow`;
}
