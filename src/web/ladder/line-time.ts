import type { Story } from '../../story/story.js';
import type { Line } from '../layout/lines.js';
import { clockText, deltaText, type TimeMode } from '../layout/time-text.js';
import { epochAt, page } from '../state/page.js';

/** The time of a line as its first column shows it. */
export function lineTime(
  story: Story,
  lines: readonly Line[],
  index: number,
  mode: TimeMode,
  isNarrow: boolean,
): string {
  const at = lines[index]?.at ?? 0;
  switch (mode) {
    case 'absolute':
      return (at / 1000).toFixed(3);
    case 'delta':
      return index === 0 ? '0 ms' : deltaText(at - (lines[index - 1]?.at ?? at));
    case 'clock': {
      const text = clockText(epochAt(story.startedAt + at), page.run.utc_offset);
      return isNarrow ? text.slice(3) : text;
    }
  }
}
