import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { JSX } from 'preact';
import { compareStories, type RowPair, type StoryComparison } from '../../story/compare.js';
import type { Story } from '../../story/story.js';
import { rowText } from '../copy/row-text.js';
import { differingPairs, pairOfRows } from '../layout/pairs.js';
import { LineWindow } from '../parts/line-window.js';
import { attemptAt } from '../state/page.js';
import { current } from '../state/place.js';
import { storyOf } from '../state/stories.js';

const LINE_HEIGHT = 22;

/** This attempt beside another one, the one that passed if there is one. */
export function Compare({ story }: { story: Story }): JSX.Element {
  const here = current.value;
  const others = here === undefined ? [] : here.entry.attempts.filter((one) => one !== here.index);
  const passed = others.find((one) => attemptAt(one)?.failure === undefined);
  const chosen = useSignal(passed ?? others[0]);
  const index = chosen.value;
  if (index === undefined) return <p class="nothing">There is no other attempt.</p>;
  const other = storyOf(index).value;
  return (
    <section class="compare" aria-label="Attempts beside each other">
      {others.length > 1 && (
        <label class="compare-tools">
          Compare with{' '}
          <select
            value={String(index)}
            onChange={(event) => {
              chosen.value = Number(event.currentTarget.value);
            }}
          >
            {others.map((one) => (
              <option key={one} value={String(one)}>
                {attemptName(one)}
              </option>
            ))}
          </select>
        </label>
      )}
      {other.state === 'loading' && <p class="nothing">Reading the other attempt...</p>}
      {other.state === 'failed' && <p class="note is-bad">{other.problem}</p>}
      {other.state === 'ready' && (
        <Sides
          left={story}
          right={other.value}
          names={[attemptName(here?.index), attemptName(index)]}
        />
      )}
    </section>
  );
}

function attemptName(index: number | undefined): string {
  const attempt = index === undefined ? undefined : attemptAt(index);
  return attempt === undefined ? '' : `Attempt ${attempt.scenario.attempt}, ${attempt.verdict}`;
}

interface SidesProps {
  left: Story;
  right: Story;
  names: readonly [string, string];
}

function Sides({ left, right, names }: SidesProps): JSX.Element {
  const onlyDifferent = useSignal(false);
  const comparison = useMemo(() => compareStories(left, right), [left, right]);
  const told = useMemo(
    () => comparison.pairs.filter((pair) => isTold(pair, left, right)),
    [comparison, left, right],
  );
  const pairs = onlyDifferent.value ? differingPairs(told) : told;
  const first = pairOfRows(pairs, comparison.first);
  return (
    <>
      <FirstDifference comparison={comparison} left={left} right={right} />
      <label class="compare-tools">
        <input
          type="checkbox"
          checked={onlyDifferent.value}
          onChange={(event) => {
            onlyDifferent.value = event.currentTarget.checked;
          }}
        />{' '}
        Only what differs
      </label>
      <div class="compare-heads">
        <b>{names[0]}</b>
        <b>{names[1]}</b>
      </div>
      <LineWindow
        label="Both attempts"
        className="compare-lines"
        count={pairs.length}
        lineHeight={LINE_HEIGHT}
        line={(index) => (
          <Pair
            key={index}
            pair={pairs[index]}
            left={left}
            right={right}
            isFirst={index === first}
          />
        )}
      />
    </>
  );
}

function isTold({ left, right }: RowPair, one: Story, other: Story): boolean {
  const [a, b] = [one.rows[left ?? -1], other.rows[right ?? -1]];
  return [a && rowText(a, one), b && rowText(b, other)].some((text) => text !== undefined);
}

function FirstDifference(props: {
  comparison: StoryComparison;
  left: Story;
  right: Story;
}): JSX.Element {
  const { first } = props.comparison;
  if (first === undefined) return <p class="note">The same happened in both attempts.</p>;
  return (
    <p class="note">
      First difference, {first.agent === undefined ? 'in the script' : `at ${first.agent}`}:{' '}
      <Told story={props.left} row={first.left} /> here,{' '}
      <Told story={props.right} row={first.right} /> there.
    </p>
  );
}

function Told({ story, row }: { story: Story; row: number | undefined }): JSX.Element {
  const found = story.rows[row ?? -1];
  if (found === undefined) return <b>nothing more</b>;
  return (
    <b>
      {rowText(found, story) ?? found.kind} ({(found.at / 1000).toFixed(3)} s)
    </b>
  );
}

function Pair(props: {
  pair: RowPair | undefined;
  left: Story;
  right: Story;
  isFirst: boolean;
}): JSX.Element {
  const { pair, left, right, isFirst } = props;
  const differs = pair?.left === undefined || pair.right === undefined;
  return (
    <div class={`pair${differs ? ' is-different' : ''}${isFirst ? ' is-first' : ''}`}>
      <Half story={left} row={pair?.left} />
      <Half story={right} row={pair?.right} />
    </div>
  );
}

function Half({ story, row }: { story: Story; row: number | undefined }): JSX.Element {
  const found = story.rows[row ?? -1];
  if (found === undefined) return <span class="half is-absent" />;
  const text = rowText(found, story) ?? '';
  return (
    <span class="half" title={text}>
      <span class="number dim">{(found.at / 1000).toFixed(3)}</span>
      <span class={found.kind === 'failure' ? 'is-bad' : ''}>{text}</span>
    </span>
  );
}
