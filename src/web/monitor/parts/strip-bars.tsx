import type { JSX } from 'preact';
import { STRIP_LENGTH } from '../../../monitor/model/view.js';
import { placeOf, STRIP_HEIGHT, stripPaths, stripWidth, type Bar } from '../layout/strip.js';

/** The bars of a strip, as wide as there is room. */
export function StripBars({
  runs,
  room = STRIP_LENGTH,
  chosen,
}: {
  runs: readonly Bar[];
  /** How many bars there is room for. */
  room?: number;
  /** Index of the bar that is framed. */
  chosen?: number | undefined;
}): JSX.Element {
  return (
    <>
      <svg
        viewBox={`0 0 ${stripWidth(room)} ${STRIP_HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {stripPaths(runs, room).map(({ outcome, d }) => (
          <path key={outcome} class={`is-${outcome}`} d={d} />
        ))}
      </svg>
      {chosen !== undefined && (
        <span
          class="strip-cursor"
          style={{
            left: `${100 * placeOf(chosen, runs.length, room)}%`,
            width: `${100 / room}%`,
          }}
        />
      )}
    </>
  );
}
