import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { threadBars, ticks } from '../layout/threads.js';
import { attemptAt, page } from '../state/page.js';
import { go } from '../state/place.js';
import { hashOf, type Route } from '../state/route.js';

const ROW = 22;
const TICKS = 8;
/** Percent of the width: narrower bars could be neither seen nor hit. */
const LEAST = 0.35;

/** Attempts on the time axis of the run. */
export function ThreadChart(): JSX.Element {
  const bars = threadBars(page.attempts);
  const end = Math.max(page.finished?.ms ?? 0, ...bars.map(({ to }) => to), 1);
  const threads = Math.max(...bars.map(({ thread }) => thread + 1), 1);
  const percent = (ms: number): number => (100 * ms) / end;
  return (
    <div class="threads" style={{ height: `${threads * ROW + 24}px` }}>
      {ticks(end, TICKS).map((at) => (
        <span key={at} class="tick" style={{ left: `${percent(at)}%` }}>
          <span>{at === 0 ? '0' : formatMs(at)}</span>
        </span>
      ))}
      {bars.map(({ index, thread, from, to }) => {
        const attempt = attemptAt(index);
        if (attempt === undefined) return null;
        const { scenario, verdict } = attempt;
        const target: Route = {
          place: 'scenario',
          key: scenario.key,
          attempt: scenario.attempt,
          view: 'flow',
        };
        const title = `${scenario.name}: ${verdict}, ${formatMs(to - from)}`;
        return (
          <a
            key={index}
            class={`bar is-${verdict}`}
            href={hashOf(target)}
            aria-label={title}
            title={title}
            style={{
              left: `${percent(from)}%`,
              width: `${Math.max(percent(to - from), LEAST)}%`,
              top: `${24 + thread * ROW}px`,
            }}
            onClick={(event) => {
              event.preventDefault();
              go(target);
            }}
          >
            {scenario.name}
          </a>
        );
      })}
    </div>
  );
}
