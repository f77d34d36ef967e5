import type { JSX } from 'preact';
import { offsetText, zoneText } from '../layout/time-text.js';

/** Says of which zone all times of the page are. */
export function Zone({ at }: { at: number }): JSX.Element {
  return (
    <span title="The zone of all times on this page">
      <span class="long-zone">{zoneText(at)}</span>
      <span class="short-zone">{offsetText(at)}</span>
    </span>
  );
}
