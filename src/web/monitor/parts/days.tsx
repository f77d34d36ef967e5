import type { JSX } from 'preact';
import { dayAfter, type DaySum } from '../../../monitor/model/days.js';
import { countText, daysText, drawnAs, shareText, type Word } from '../layout/days.js';
import { isNarrow } from '../state/narrow.js';
import { StripBars } from './strip-bars.js';
import { useBars } from './use-bars.js';

/** A phone has no room for more. */
const FEW = 30;

interface Props {
  /** The oldest first, the last one being today. */
  days: readonly DaySum[];
  /** Name of the first: "2026-09-02". */
  first: string;
  word: Word;
}

/** A bar for each day; pointer and arrow keys read single ones. */
export function Days({ days, first, word }: Props): JSX.Element {
  const shown = isNarrow.value ? days.slice(-FEW) : days;
  const nameOf = (index: number): string => dayAfter(first, days.length - shown.length + index);
  const { ref, chosen, events } = useBars<HTMLDivElement>(
    shown.map((_, index) => nameOf(index)),
    shown.length,
    (index) => {
      const day = shown[index] ?? { runs: 0, good: 0 };
      const counts = countText(day, word);
      return {
        head: shareText(day, word),
        lines: [...(counts === '' ? [] : [counts]), `${nameOf(index)} (UTC)`],
      };
    },
  );
  return (
    <div class="days">
      <div
        ref={ref}
        class="strip"
        tabIndex={0}
        role="group"
        aria-label={`${daysText(shown, word)}. Arrow keys read single days.`}
        {...events}
      >
        <StripBars
          runs={shown.map((day) => ({ outcome: drawnAs(day) }))}
          room={shown.length}
          chosen={chosen}
        />
      </div>
      <div class="days-ends dim" aria-hidden="true">
        <span>{shown.length - 1} days ago</span>
        <span>today (UTC)</span>
      </div>
    </div>
  );
}
