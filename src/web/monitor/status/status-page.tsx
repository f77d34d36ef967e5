import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import type { Outcome } from '../../../monitor/model/run.js';
import type { Uptime } from '../../../monitor/model/view.js';
import { printable } from '../../../story/printable.js';
import { clockText } from '../layout/time-text.js';
import { StripBars } from '../parts/strip-bars.js';
import { ThemeButton } from '../parts/theme-button.js';
import { UptimeFacts } from '../parts/uptime.js';
import { Zone } from '../parts/zone.js';

/** What the public may know (GET status.json): no time, no reason, no id. */
interface PublicStatus {
  readonly title: string;
  readonly monitors: readonly {
    readonly name: string;
    /** The last runs, the newest last. */
    readonly strip: readonly Bar[];
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
          {told?.monitors.map(({ name, strip, uptime }) => (
            <li key={name} class="status-line">
              <h2>
                <bdi>{printable(name)}</bdi>
              </h2>
              <span
                class={strip.length === 0 ? 'strip is-empty' : 'strip'}
                role="img"
                aria-label={barsText(strip)}
              >
                <StripBars runs={strip.map((bar) => ({ outcome: DRAWN_AS[bar] }))} />
              </span>
              <UptimeFacts uptime={uptime} />
            </li>
          ))}
        </ul>
        {told !== undefined && (
          <p class="dim">
            {told.monitors.length > 0 && MEANING}
            As of <span class="number">{clockText(at.value)}</span> <Zone at={at.value} />.
          </p>
        )}
      </main>
    </>
  );
}

const MEANING =
  'Each bar is a test call, the newest on the right: low passed, higher was slow or hard to understand, tall failed. ' +
  'The shares say how much of the last day, week and month the line was up. ';

function barsText(strip: readonly Bar[]): string {
  if (strip.length === 0) return 'No test calls yet';
  const bad = strip.filter((bar) => bar === 'down').length;
  const slow = strip.filter((bar) => bar === 'slow').length;
  return `Last ${strip.length} test calls: ${bad} failed, ${slow} slow`;
}
