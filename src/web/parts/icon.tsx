import type { JSX } from 'preact';
import type { Outcome } from '../layout/entries.js';

/** Paths in a square of 16. */
const PATHS = {
  passed: 'M3.5 8.5l3 3 6-7',
  failed: 'M4 4l8 8M12 4l-8 8',
  errored: 'M8 3.5v5.5M8 12v.5',
  skipped: 'M4 8h8',
  flaky: 'M2.5 9.5c1.8-4 3.7-4 5.5-1.5s3.7 2.5 5.5-1.5',
  unfinished: 'M4 8h.5M8 8h.5M12 8h.5',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  close: 'M4 4l8 8M12 4l-8 8',
  back: 'M10 3L5 8l5 5',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  play: 'M5 3.5l7 4.5-7 4.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  ok: 'M3.5 8.5l3 3 6-7',
  degraded: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2 1.3',
  failing: 'M8 2.5l6 11H2zM8 6.8v2.9M8 11.4v.2',
  unknown: 'M5.4 6a2.6 2.6 0 1 1 3.8 2.3C8.3 8.8 8 9.3 8 10.2M8 12.8v.2',
  stopped: 'M4.5 4.5h7v7h-7z',
  lost: 'M4 8h.5M8 8h.5M12 8h.5',
  running: 'M8 2.5A5.5 5.5 0 1 1 2.5 8',
  maintenance:
    'M10.2 2.6a3.5 3.5 0 0 0-3.3 4.7L2.8 11.4l1.8 1.8 4.1-4.1a3.5 3.5 0 0 0 4.7-3.3l-2.2 1.6-2-.6-.6-2z',
  bell: 'M3 11.5c1.2-1 1.5-2 1.5-4.5a3.5 3.5 0 0 1 7 0c0 2.5.3 3.5 1.5 4.5zM6.5 13.7h3',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5L14 14',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The verdict as a sign and as a word. */
export function Status({ verdict, quiet }: { verdict: Outcome; quiet?: boolean }): JSX.Element {
  return (
    <span class={`status is-${verdict}`}>
      <Icon name={verdict} />
      <span class={quiet === true ? 'off-screen' : ''}>{verdict}</span>
    </span>
  );
}
