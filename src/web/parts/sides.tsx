import type { JSX } from 'preact';
import { difference } from '../../story/difference.js';

interface Props {
  expected: string | undefined;
  seen: string | undefined;
}

/** What was expected and what was seen; of texts with several lines, which ones differ. */
export function Sides({ expected, seen }: Props): JSX.Element {
  const isLong = expected?.includes('\n') === true && seen?.includes('\n') === true;
  if (isLong)
    return <Difference before={expected} after={seen} names={['expected', 'seen']} isExpectation />;
  return (
    <dl class="sides">
      {expected !== undefined && (
        <div>
          <dt>expected</dt>
          <dd class="is-expected">{expected}</dd>
        </div>
      )}
      {seen !== undefined && (
        <div>
          <dt>seen</dt>
          <dd class="is-seen">{seen}</dd>
        </div>
      )}
    </dl>
  );
}

const SIDES = { ' ': 'same', '-': 'before', '+': 'after', '…': 'left-out' } as const;

function Difference(props: {
  before: string;
  after: string;
  names: readonly [string, string];
  /** Whether `before` is what was expected, and `after` what was seen. */
  isExpectation?: boolean;
}): JSX.Element {
  const { before, after, names, isExpectation } = props;
  return (
    <figure class={isExpectation === true ? 'difference is-expectation' : 'difference'}>
      <figcaption>
        <span class="is-before">- {names[0]}</span> <span class="is-after">+ {names[1]}</span>
      </figcaption>
      <pre tabIndex={0} aria-label={`Difference of ${names[0]} and ${names[1]}`}>
        {difference(before, after).map(({ mark, text }, index) => (
          <div key={index} class={`difference-line is-${SIDES[mark]}`}>
            <span>{mark}</span>
            <code>{text === '' ? ' ' : text}</code>
          </div>
        ))}
      </pre>
    </figure>
  );
}
