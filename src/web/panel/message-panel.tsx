import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { printable } from '../../story/printable.js';
import { sdpStreams } from '../../story/sdp-text.js';
import type { Lane, MessageRow, Story } from '../../story/story.js';
import { deltaText } from '../layout/time-text.js';
import { CopyButton } from '../parts/copy-button.js';
import { MessageDifference } from './message-difference.js';
import { SdpView } from './sdp-view.js';

type Tab = 'headers' | 'sdp' | 'raw' | 'difference';
const TAB_NAMES: Readonly<Record<Tab, string>> = {
  headers: 'Headers',
  sdp: 'SDP',
  raw: 'Raw',
  difference: 'Difference',
};
/** The tab that is open; it stays open when another message is selected. */
let lastTab: Tab = 'headers';

interface Props {
  story: Story;
  row: MessageRow;
  index: number;
}

export function MessagePanel({ story, row, index }: Props): JSX.Element {
  const streams = sdpStreams(row.message.body);
  const tabs: Tab[] = [
    'headers',
    ...(streams === undefined ? [] : ['sdp' as const]),
    'raw',
    'difference',
  ];
  const chosen = useSignal<Tab>(tabs.includes(lastTab) ? lastTab : 'headers');
  const raw = printable(row.raw);
  return (
    <>
      <MessageFacts story={story} row={row} />
      <div class="message-tabs">
        <div class="tabs is-small" role="tablist" aria-label="Message">
          {tabs.map((tab) => (
            <button
              key={tab}
              type="button"
              role="tab"
              aria-selected={tab === chosen.value}
              aria-controls={tab === chosen.value ? 'message-view' : undefined}
              onClick={() => {
                chosen.value = lastTab = tab;
              }}
            >
              {TAB_NAMES[tab]}
            </button>
          ))}
        </div>
        <CopyButton label="Copy" text={() => row.raw} />
      </div>
      <div id="message-view" role="tabpanel" aria-label={TAB_NAMES[chosen.value]}>
        {chosen.value === 'headers' && <Headers row={row} />}
        {chosen.value === 'sdp' && streams !== undefined && (
          <SdpView streams={streams} body={row.message.body} />
        )}
        {chosen.value === 'raw' && (
          <pre class="raw" tabIndex={0} aria-label="Whole message">
            {raw}
          </pre>
        )}
        {chosen.value === 'difference' && (
          <MessageDifference story={story} row={row} index={index} />
        )}
      </div>
    </>
  );
}

function laneText(lane: Lane | undefined): string {
  if (lane === undefined) return 'unknown';
  return lane.address === undefined ? lane.name : `${lane.name} (${lane.address})`;
}

function MessageFacts({ story, row }: Pick<Props, 'story' | 'row'>): JSX.Element {
  const { message, repeats } = row;
  return (
    <dl class="facts">
      <div>
        <dt>From</dt>
        <dd>{laneText(story.lanes[row.from])}</dd>
      </div>
      <div>
        <dt>To</dt>
        <dd>
          {laneText(story.lanes[row.to])}
          {row.unseen && <span class="is-bad"> (its trace does not show it)</span>}
        </dd>
      </div>
      <div>
        <dt>Transport</dt>
        <dd>{message.transport}</dd>
      </div>
      {repeats.length > 0 && (
        <div>
          <dt>Sent again</dt>
          <dd class="number">{repeats.map((at) => deltaText(at - row.at)).join(', ')}</dd>
        </div>
      )}
    </dl>
  );
}

function Headers({ row }: { row: MessageRow }): JSX.Element {
  const { message } = row;
  const first =
    message.code === undefined
      ? `${message.method} ${message.uri ?? ''} SIP/2.0`
      : `SIP/2.0 ${message.code} ${message.reason ?? ''}`;
  return (
    <>
      <p class="start-line">
        <code>{printable(first)}</code>
      </p>
      <dl class="headers">
        {message.headers.map(([name, value], index) => (
          <div key={index}>
            <dt>{printable(name)}</dt>
            <dd>{printable(value)}</dd>
          </div>
        ))}
      </dl>
      {message.body !== '' && (
        <pre class="raw" tabIndex={0} aria-label="Body">
          {printable(message.body)}
        </pre>
      )}
    </>
  );
}
