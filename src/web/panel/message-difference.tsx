import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { printable } from '../../story/printable.js';
import type { MessageRow, Story } from '../../story/story.js';
import { secondsText } from '../layout/time-text.js';
import { Difference } from '../parts/sides.js';

interface Props {
  story: Story;
  row: MessageRow;
  index: number;
}

/** The message beside another one of the attempt: at first the one before it of the same kind. */
export function MessageDifference({ story, row, index }: Props): JSX.Element {
  const others = story.rows.flatMap((other, at) =>
    other.kind === 'message' && at !== index ? [{ other, at }] : [],
  );
  const alike = others.findLast(({ other, at }) => at < index && other.label === row.label);
  const chosen = useSignal(alike?.at ?? others[0]?.at);
  const other = others.find(({ at }) => at === chosen.value)?.other;
  if (other === undefined) return <p class="dim">There is no other message.</p>;
  const text = ({ label, at }: MessageRow): string => `${label} at ${secondsText(at)}`;
  return (
    <>
      <label class="other-message">
        <span>Other message</span>
        <select
          value={String(chosen.value)}
          onChange={(event) => {
            chosen.value = Number(event.currentTarget.value);
          }}
        >
          {others.map(({ other: one, at }) => (
            <option key={at} value={String(at)}>
              {text(one)} {story.lanes[one.from]?.name} to {story.lanes[one.to]?.name}
            </option>
          ))}
        </select>
      </label>
      <Difference
        before={printable(other.raw)}
        after={printable(row.raw)}
        names={[text(other), text(row)]}
      />
    </>
  );
}
