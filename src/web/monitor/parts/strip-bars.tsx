import type { JSX } from 'preact';
import { STRIP_HEIGHT, STRIP_WIDTH, stripPaths } from '../layout/strip.js';

/** The bars of a strip, as wide as there is room. */
export function StripBars({ runs }: { runs: Parameters<typeof stripPaths>[0] }): JSX.Element {
  return (
    <svg
      viewBox={`0 0 ${STRIP_WIDTH} ${STRIP_HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {stripPaths(runs).map(({ outcome, d }) => (
        <path key={outcome} class={`is-${outcome}`} d={d} />
      ))}
    </svg>
  );
}
