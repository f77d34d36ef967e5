import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { compareMessages, type PartDifference } from '../../story/message-difference.js';
import { counterpart } from '../../story/compare.js';
import { printable } from '../../story/printable.js';
import type { MessageRow, Story } from '../../story/story.js';
import { secondsText } from '../layout/time-text.js';
import { attemptAt } from '../state/page.js';
import { current } from '../state/place.js';
import { storyOf } from '../state/stories.js';

interface Props {
  story: Story;
  row: MessageRow;
  index: number;
}

interface Other {
  key: string;
  name: string;
  row: MessageRow;
}

/** The message beside another one: the same of another attempt, or any of this one. */
export function MessageDifference(props: Props): JSX.Element {
  const others = [...ofAttempts(props), ...ofStory(props)];
  const chosen = useSignal<string | undefined>(undefined);
  const other = others.find(({ key }) => key === chosen.value) ?? others[0];
  const isLong = useSignal(false);
  if (other === undefined) return <p class="dim">There is no other message.</p>;
  const parts = compareMessages(other.row.message, props.row.message);
  return (
    <>
      <label class="other-message">
        <span>Compare with</span>
        <select
          value={other.key}
          onChange={(event) => {
            chosen.value = event.currentTarget.value;
          }}
        >
          {others.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <input
          type="checkbox"
          checked={isLong.value}
          onChange={(event) => {
            isLong.value = event.currentTarget.checked;
          }}
        />{' '}
        Also show what is equal, or differs in every message
      </label>
      <Parts parts={isLong.value ? parts : parts.filter(isNews)} />
    </>
  );
}

const isNews = ({ kind, usual }: PartDifference): boolean => kind !== 'same' && usual !== true;

function Parts({ parts }: { parts: readonly PartDifference[] }): JSX.Element {
  if (parts.length === 0)
    return <p class="note">The messages differ only where all messages do.</p>;
  return (
    <figure class="difference">
      <figcaption>
        <span class="is-before">- the other</span> <span class="is-after">+ this message</span>
      </figcaption>
      <pre tabIndex={0} aria-label="Differences between the two messages">
        {parts.map((part, index) => (
          <Part key={index} part={part} />
        ))}
      </pre>
    </figure>
  );
}

function Part({ part: { kind, left, right } }: { part: PartDifference }): JSX.Element {
  if (kind === 'same') return <Text side="same" mark=" " text={left} />;
  return (
    <>
      {left !== undefined && <Text side="before" mark="-" text={left} />}
      {right !== undefined && <Text side="after" mark="+" text={right} />}
    </>
  );
}

function Text(props: { side: string; mark: string; text: string | undefined }): JSX.Element {
  return (
    <div class={`difference-line is-${props.side}`}>
      <span>{props.mark}</span>
      <code>{printable(props.text ?? '') || ' '}</code>
    </div>
  );
}

/** What stands for the message in the other attempts; those that passed come first. */
function ofAttempts({ story, row }: Props): Other[] {
  const here = current.value;
  if (here === undefined) return [];
  return here.entry.attempts
    .filter((one) => one !== here.index)
    .sort((a, b) => Number(hasFailed(a)) - Number(hasFailed(b)))
    .flatMap((one) => {
      const other = storyOf(one).value;
      if (other.state !== 'ready') return [];
      const found = other.value.rows[counterpart(story, row, other.value) ?? -1];
      const attempt = attemptAt(one);
      if (found?.kind !== 'message' || attempt === undefined) return [];
      const { scenario, verdict } = attempt;
      const name = `the same in attempt ${scenario.attempt} (${verdict})`;
      return [{ key: `attempt ${one}`, name, row: found }];
    });
}

const hasFailed = (index: number): boolean => attemptAt(index)?.failure !== undefined;

/** @returns the other messages of this attempt, those of the same name before the rest */
function ofStory({ story, row, index }: Props): Other[] {
  const lane = (at: number): string => story.lanes[at]?.name ?? '';
  const all = story.rows.flatMap((other, at) => {
    if (other.kind !== 'message' || at === index) return [];
    const name = `${other.label} at ${secondsText(other.at)}, ${lane(other.from)} to ${lane(other.to)}`;
    return [{ key: `row ${at}`, name, row: other }];
  });
  const alike = all.filter((other) => other.row.label === row.label);
  return [...alike, ...all.filter((other) => other.row.label !== row.label)];
}
