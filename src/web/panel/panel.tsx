import type { JSX } from 'preact';
import type { Row, Story } from '../../story/story.js';
import { secondsText } from '../layout/time-text.js';
import { Icon } from '../parts/icon.js';
import { markMoment, selectedRow } from '../state/place.js';
import { HttpPanel } from './http-panel.js';
import { MessagePanel } from './message-panel.js';
import { ScriptPanel } from './script-panel.js';

/** Everything about the selected line of the call flow. */
export function Panel({ story }: { story: Story }): JSX.Element | null {
  const index = selectedRow.value;
  const row = index === undefined ? undefined : story.rows[index];
  if (index === undefined || row === undefined) return null;
  return (
    <aside class="panel" aria-label="Details">
      <header class="panel-head">
        <h2>{titleOf(row)}</h2>
        <span class="number dim">{secondsText(row.at)}</span>
        <button type="button" class="button is-plain" aria-label="Close details" onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <div class="panel-body" key={index}>
        <Content story={story} row={row} index={index} />
      </div>
    </aside>
  );
}

function close(): void {
  selectedRow.value = undefined;
  markMoment(undefined);
}

function Content(props: { story: Story; row: Row; index: number }): JSX.Element {
  const { story, row, index } = props;
  switch (row.kind) {
    case 'message':
      return <MessagePanel story={story} row={row} index={index} />;
    case 'http':
      return <HttpPanel row={row} />;
    case 'digits':
    case 'media':
    case 'event':
    case 'verb':
    case 'assertion':
    case 'wait':
    case 'step':
    case 'phase':
    case 'log':
    case 'warning':
    case 'failure':
      return <ScriptPanel story={story} row={row} />;
  }
}

function titleOf(row: Row): string {
  switch (row.kind) {
    case 'message':
    case 'http':
      return row.label;
    case 'digits':
      return `DTMF ${row.digits}`;
    case 'verb':
      return 'Verb';
    case 'assertion':
      return row.ok ? 'Assertion held' : 'Assertion failed';
    case 'wait':
      return row.by;
    case 'event':
      return row.type.replaceAll('_', ' ');
    case 'failure':
      return 'Failure';
    case 'media':
      return 'RTP and RTCP';
    case 'step':
    case 'phase':
    case 'log':
    case 'warning':
      return row.kind;
  }
}
