import type { JSX } from 'preact';
import type { Failure } from '../../model/run-event.js';
import type { AttemptData } from '../../story/page-data.js';
import { CodeFrame, shownPlace } from '../parts/code-frame.js';
import { Sides } from '../parts/sides.js';

interface Props {
  attempt: AttemptData;
  /** Absent while they are being read: what the overview knows stands there meanwhile. */
  failures: readonly Failure[] | undefined;
}

/** Why the attempt failed: the first thing to see. */
export function Cause({ attempt, failures }: Props): JSX.Element | null {
  const first = failures?.[0] ?? attempt.failure;
  if (first === undefined) return null;
  const more = failures?.slice(1) ?? [];
  return (
    <section class="cause" aria-label="Cause of the failure">
      <div class="cause-words">
        <p class="cause-message">{first.brief ?? first.message}</p>
        <Details failure={first} />
        {more.map((failure, index) => (
          <details key={index} class="cause-more">
            <summary>Then: {failure.brief ?? failure.message}</summary>
            <Details failure={failure} />
          </details>
        ))}
      </div>
      {first.at !== undefined && <CodeFrame location={first.at} />}
    </section>
  );
}

function Details({ failure }: { failure: Partial<Failure> }): JSX.Element {
  const { code, phase, hint, at, expected, actual, sides } = failure;
  return (
    <>
      {(sides !== undefined || expected !== undefined || actual !== undefined) && (
        <Sides expected={sides?.expected ?? expected} seen={sides?.actual ?? actual} />
      )}
      {hint !== undefined && (
        <p class="hint">
          <b>Hint</b> {hint}
        </p>
      )}
      <p class="cause-facts dim">
        <code>{code}</code>
        {phase !== undefined && phase !== 'body' && <span>in {phase}</span>}
        {at !== undefined && <span>{shownPlace(at)}</span>}
      </p>
    </>
  );
}
