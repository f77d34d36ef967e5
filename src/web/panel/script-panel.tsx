import type { ComponentChildren, JSX } from 'preact';
import { formatMs } from '../../time.js';
import type { SourceLocation } from '../../errors.js';
import { printable } from '../../story/printable.js';
import type { HttpRow, MessageRow, Row, Story } from '../../story/story.js';
import { CodeFrame } from '../parts/code-frame.js';
import { Sides } from '../parts/sides.js';

interface Props {
  story: Story;
  row: Exclude<Row, MessageRow | HttpRow>;
}

/** What the script did or asked for, with its source, and what agents told. */
export function ScriptPanel({ story, row }: Props): JSX.Element {
  const location = locationOf(row, story);
  return (
    <>
      <p class="panel-text">{printable(textOf(row))}</p>
      <Facts story={story} row={row} />
      <Outcome story={story} row={row} />
      {location !== undefined && <CodeFrame location={location} around={5} />}
    </>
  );
}

function textOf(row: Props['row']): string {
  if (row.kind === 'wait') return row.what;
  if (row.kind === 'digits') return `DTMF ${row.digits}`;
  return row.text;
}

function locationOf(row: Props['row'], story: Story): SourceLocation | undefined {
  if (row.kind === 'failure') return story.failures[row.failure]?.at;
  return 'location' in row ? row.location : undefined;
}

function Facts({ story, row }: Props): JSX.Element {
  const until = 'until' in row ? row.until : undefined;
  return (
    <dl class="facts">
      {'lane' in row && row.lane !== undefined && (
        <Fact name="Agent">{story.lanes[row.lane]?.name}</Fact>
      )}
      {row.kind === 'digits' && (
        <>
          <Fact name="From">{story.lanes[row.from]?.name}</Fact>
          <Fact name="To">{story.lanes[row.to]?.name}</Fact>
          <Fact name="Way">{row.via === 'rtp' ? 'RTP events (RFC 4733)' : 'INFO'}</Fact>
        </>
      )}
      {row.kind === 'wait' && (
        <>
          <Fact name="Waited">
            {row.until === undefined ? 'did not end' : formatMs(row.until - row.at)}
          </Fact>
          <Fact name="At most">{formatMs(row.limit - row.at)}</Fact>
        </>
      )}
      {row.kind !== 'wait' && until !== undefined && (
        <Fact name="Took">{formatMs(until - row.at)}</Fact>
      )}
      {row.kind === 'verb' && row.result !== undefined && (
        <Fact name="Result">{printable(row.result)}</Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Outcome({ story, row }: Props): JSX.Element | null {
  if (row.kind === 'assertion') return <Sides expected={row.expected} seen={row.actual} />;
  const error =
    row.kind === 'verb'
      ? row.error
      : row.kind === 'failure'
        ? story.failures[row.failure]
        : undefined;
  if (error === undefined) return null;
  const { sides, expected, actual, hint, code, message } = error;
  return (
    <>
      {row.kind === 'verb' && <p class="is-bad">{printable(message)}</p>}
      {(sides !== undefined || expected !== undefined || actual !== undefined) && (
        <Sides expected={sides?.expected ?? expected} seen={sides?.actual ?? actual} />
      )}
      {hint !== undefined && (
        <p class="hint">
          <b>Hint</b> {printable(hint)}
        </p>
      )}
      <p class="dim">
        <code>{code}</code>
      </p>
    </>
  );
}
