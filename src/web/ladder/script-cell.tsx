import type { JSX } from 'preact';
import { formatMs } from '../../time.js';
import type { Failure } from '../../model/run-event.js';
import type { AssertionRow, Row, VerbRow, WaitRow } from '../../story/story.js';
import { Icon } from '../parts/icon.js';

/** Shorter durations are not shown. */
const LEAST_SHOWN_MS = 50;

/** Whether the words of a line go over the lanes, too. */
export function isWide({ kind }: Row): boolean {
  return (
    kind === 'failure' ||
    kind === 'phase' ||
    kind === 'step' ||
    kind === 'log' ||
    kind === 'warning'
  );
}

/** Draws the part of a line that stands in the column of the script. */
export function ScriptCell(props: { row: Row; failures: readonly Failure[] }): JSX.Element | null {
  const { row } = props;
  switch (row.kind) {
    case 'verb':
      return <Verb row={row} />;
    case 'assertion':
      return <Assertion row={row} />;
    case 'wait':
      return <Wait row={row} />;
    case 'step':
      return (
        <span class="script-text is-step" style={{ paddingLeft: `${row.depth * 14}px` }}>
          {!row.ok && <Icon name="failed" />}
          <span class="grow">{row.text}</span>
          <Took from={row.at} until={row.until} />
        </span>
      );
    case 'phase':
    case 'log':
    case 'warning':
      return (
        <span class={`script-text is-${row.kind}`}>
          <span class="grow">{row.text}</span>
          <Line location={row.location} />
        </span>
      );
    case 'failure':
      return (
        <span class="script-text is-failure">
          <Icon name="failed" />
          <span class="grow">{row.text}</span>
          <Line location={props.failures[row.failure]?.at} />
        </span>
      );
    case 'message':
    case 'digits':
    case 'http':
    case 'event':
    case 'media':
      return null;
  }
}

function Verb({ row }: { row: VerbRow }): JSX.Element {
  return (
    <span class={`script-text is-verb${row.error === undefined ? '' : ' is-bad'}`}>
      {row.error !== undefined && <Icon name="failed" />}
      <code class="grow">{row.text}</code>
      <Took from={row.at} until={row.until} />
      <Line location={row.location} />
    </span>
  );
}

function Assertion({ row }: { row: AssertionRow }): JSX.Element {
  return (
    <span class={`script-text is-assertion ${row.ok ? 'is-good' : 'is-bad'}`}>
      <Icon name={row.ok ? 'passed' : 'failed'} />
      <span class="grow">{row.text}</span>
      <Line location={row.location} />
    </span>
  );
}

function Wait({ row }: { row: WaitRow }): JSX.Element {
  return (
    <span class={`script-text is-wait${row.ok === false ? ' is-bad' : ''}`}>
      {row.ok === false && <Icon name="failed" />}
      <span class="grow">
        {row.by !== 'wait' && <code>{row.by}</code>} {row.what}
      </span>
      <Took from={row.at} until={row.until} always />
    </span>
  );
}

function Took(props: {
  from: number;
  until: number | undefined;
  always?: boolean;
}): JSX.Element | null {
  const { from, until, always } = props;
  if (until === undefined) return <span class="took is-bad">open</span>;
  if (always !== true && until - from < LEAST_SHOWN_MS) return null;
  return <span class="took number">{formatMs(until - from)}</span>;
}

function Line({ location }: { location: { line: number } | undefined }): JSX.Element | null {
  return location === undefined ? null : <span class="line-of number">:{location.line}</span>;
}
