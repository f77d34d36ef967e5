import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import { threadRows, ticks } from '../layout/threads.js';
import { attemptAt, page } from '../state/page.js';
import { go } from '../state/place.js';
import { hashOf, type Route } from '../state/route.js';

const ROW = 22;
const TICKS = 8;
/** Percent of the width: narrower bars could be neither seen nor hit. */
const LEAST = 0.35;

/** Below the ticks. */
const topOf = (row: number): number => 24 + row * ROW;

/** Attempts on the time axis of the run, those of each record by themselves. */
export function ThreadChart(): JSX.Element {
  const { bars, headings, rows } = threadRows(page.attempts, page.run.records);
  const end = Math.max(page.finished?.ms ?? 0, ...bars.map(({ to }) => to), 1);
  const percent = (ms: number): number => (100 * ms) / end;
  return (
    <div class="threads" style={{ height: `${topOf(rows)}px` }}>
      {ticks(end, TICKS).map((at) => (
        <span key={at} class="tick" style={{ left: `${percent(at)}%` }}>
          <span>{at === 0 ? '0' : formatMs(at)}</span>
        </span>
      ))}
      {headings.map(({ row, name }) => (
        <h3 key={row} style={{ top: `${topOf(row)}px` }}>
          {name}
        </h3>
      ))}
      {bars.map(({ index, row, from, to }) => {
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
              top: `${topOf(row)}px`,
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
